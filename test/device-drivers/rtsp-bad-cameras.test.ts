// Bad cameras are normal: each row ends in its named fault within its stated time, in bounded memory.
import type net from 'node:net';
import t from 'tap';
import { monotonicTime } from '../../config/clock.ts';
import { isLiuhenError } from '../../config/errors.ts';
import { superviseStream } from '../../device-drivers/supervisor.ts';
import { badCamera, honest, reply, watch, type Asked } from './bad-camera.ts';

const login = { username: 'admin', password: 'geheim' };
const challenge = (nonce: string, more = ''): string =>
  `WWW-Authenticate: Digest realm="camera", nonce="${nonce}"${more}`;

/** Writes without end, as fast as the client reads. */
function pour(socket: net.Socket, piece: Buffer): null {
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
  return null;
}

/** Sends a text byte by byte, one in every `everyMs`. */
function trickle(socket: net.Socket, text: string, everyMs: number): null {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at >= text.length) clearInterval(timer);
    else socket.write(text.slice(at, ++at));
  }, everyMs);
  return null;
}

interface Row {
  readonly name: string;
  readonly fault: string;
  readonly withinMs: number;
  readonly login?: boolean;
  readonly answer: (asked: Asked, socket: net.Socket) => string | Buffer | null;
}

const onDescribe =
  (answer: Row['answer']): Row['answer'] =>
  (asked, socket) =>
    asked.method === 'DESCRIBE' ? answer(asked, socket) : honest(asked);

const rows: Row[] = [
  {
    name: 'a reply that trickles byte by byte past its time is no reply',
    fault: 'no-reply',
    withinMs: 1000,
    answer: onDescribe((asked, socket) => trickle(socket, honest(asked), 5)),
  },
  {
    name: 'a reply that never ends is over a limit',
    fault: 'bad-reply',
    withinMs: 1000,
    answer: onDescribe((asked, socket) => {
      socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${asked.cseq}\r\nX-Long: `);
      return pour(socket, Buffer.alloc(65_536, 'a'));
    }),
  },
  {
    name: 'headers of a megabyte are over a limit',
    fault: 'bad-reply',
    withinMs: 1000,
    answer: onDescribe((asked) =>
      reply(
        asked,
        '200 OK',
        Array.from({ length: 40_000 }, (_, i) => `X-${i}: abcdefghijklmnop`),
      ),
    ),
  },
  {
    name: 'a description of a megabyte is over a limit',
    fault: 'bad-reply',
    withinMs: 1000,
    answer: onDescribe((asked) => reply(asked, '200 OK', [], 'a=x:y\r\n'.repeat(160_000))),
  },
  {
    name: 'junk without end instead of a reply is no reply',
    fault: 'no-reply',
    withinMs: 1000,
    answer: onDescribe((_asked, socket) => pour(socket, Buffer.alloc(16_384, 1))),
  },
  {
    name: 'requests without end, never read, are no reply',
    fault: 'no-reply',
    withinMs: 1500,
    answer: onDescribe((_asked, socket) => {
      socket.pause();
      return pour(socket, Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'.repeat(100)));
    }),
  },
  {
    name: 'a description without a track is no video',
    fault: 'no-video',
    withinMs: 500,
    answer: onDescribe((asked) => reply(asked, '200 OK', [], 'v=0\r\ns=-\r\n')),
  },
  {
    name: 'an empty description is a bad reply',
    fault: 'bad-reply',
    withinMs: 500,
    answer: onDescribe((asked) => reply(asked, '200 OK')),
  },
  {
    name: 'a redirect to another host is never followed',
    fault: 'bad-reply',
    withinMs: 500,
    answer: onDescribe((asked) => reply(asked, '302 Moved', ['Location: rtsp://203.0.113.9/live'])),
  },
  {
    name: '403 is forbidden',
    fault: 'forbidden',
    withinMs: 500,
    answer: onDescribe((a) => reply(a, '403 No')),
  },
  {
    name: '404 is not found',
    fault: 'not-found',
    withinMs: 500,
    answer: onDescribe((a) => reply(a, '404 No')),
  },
  {
    name: '453 on SETUP is busy',
    fault: 'busy',
    withinMs: 500,
    answer: (asked) => (asked.method === 'SETUP' ? reply(asked, '453 Not Enough Bandwidth') : honest(asked)),
  },
  {
    name: 'a camera that is reset in mid reply is closed',
    fault: 'closed',
    withinMs: 500,
    answer: onDescribe((_asked, socket) => {
      socket.write('RTSP/1.0 200', () => socket.resetAndDestroy());
      return null;
    }),
  },
  {
    name: 'a wrong password is one',
    fault: 'wrong-password',
    withinMs: 500,
    login: true,
    answer: (asked) => reply(asked, '401 Unauthorized', [challenge(`n${asked.cseq}`)]),
  },
  {
    name: 'a login that nobody set is one too',
    fault: 'wrong-password',
    withinMs: 500,
    answer: (asked) => reply(asked, '401 Unauthorized', [challenge('n')]),
  },
  {
    name: 'a login that is always stale does not go on without end',
    fault: 'wrong-password',
    withinMs: 500,
    login: true,
    answer: (asked) => reply(asked, '401 Unauthorized', [challenge(`n${asked.cseq}`, ', stale=TRUE')]),
  },
];

for (const row of rows) {
  t.test(row.name, async (t) => {
    const camera = await badCamera(row.answer);
    t.teardown(() => camera.close());
    const { stream } = watch(camera, row.login ? login : {});
    const began = monotonicTime();
    const before = process.memoryUsage().rss;
    try {
      await stream.open();
      t.fail('it opened');
    } catch (error) {
      t.ok(isLiuhenError(error, 'CAMERA_STREAM'));
      t.equal(isLiuhenError(error) && error.details['fault'], row.fault, String(error));
      t.notMatch(String(error), /geheim/);
    }
    const tookMs = monotonicTime() - began;
    t.ok(tookMs < row.withinMs, `within ${row.withinMs} ms (${Math.round(tookMs)})`);
    t.equal((await stream.ended).fault, row.fault);
    t.equal(camera.connections(), 1, 'one connection, and none elsewhere');
    t.ok(process.memoryUsage().rss - before < 64e6, 'in bounded memory');
    if (row.fault === 'wrong-password' && row.login)
      t.ok(camera.asked.filter((each) => each.authorization !== '').length <= 2, 'no storm of logins');
  });
}

t.test('a wrong password is tried once in an attempt', async (t) => {
  const camera = await badCamera((asked) => reply(asked, '401 Unauthorized', [challenge(`n${asked.cseq}`)]));
  t.teardown(() => camera.close());
  await t.rejects(watch(camera, login).stream.open(), { code: 'CAMERA_STREAM' });
  t.equal(camera.asked.filter((each) => each.authorization !== '').length, 1);
});

t.test('a busy camera is not hammered', async (t) => {
  const camera = await badCamera(onDescribe((asked) => reply(asked, '453 Not Enough Bandwidth')));
  t.teardown(() => camera.close());
  const waited = await new Promise<number>((resolve) => {
    const supervision = superviseStream({
      attempt: () => watch(camera).stream,
      onOpen: () => t.fail('it opened'),
      onWait: (end, delayMs) => {
        t.equal(end.fault, 'busy');
        void supervision.close().then(() => resolve(delayMs));
      },
    });
  });
  t.ok(waited >= 8000, `the next attempt waits ${waited} ms`);
  t.equal(camera.connections(), 1);
});

t.test('all of this leaves no socket behind', async (t) => {
  const left = (): string[] =>
    process.getActiveResourcesInfo().filter((each) => /TCPSocket|UDP|TCPServer/.test(each));
  // Sockets that were closed are gone a few turns of the loop later; one that leaked would stay.
  for (let turn = 0; left().length > 0 && turn < 10_000; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  t.same(left(), []);
});
