// Bad cameras are normal: each row ends in its named fault within its stated time, in bounded memory.
import type net from 'node:net';
import t from 'tap';
import { monotonicTime } from '../../config/clock.ts';
import { isLiuhenError } from '../../config/errors.ts';
import { superviseStream } from '../../device-drivers/supervisor.ts';
import { badCamera, honest, picture, reply, sdp, watch, type Asked } from './bad-camera.ts';

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

// Cameras that are odd, and work.

/** Answers honestly and sends pictures after PLAY. */
const playing =
  (send: (socket: net.Socket) => void, sessionSeconds = 60, description = sdp): Row['answer'] =>
  (asked, socket) => {
    if (asked.method === 'PLAY') setImmediate(() => send(socket));
    return honest(asked, sessionSeconds, description);
  };

/** Pictures at 25 a second until the socket closes. */
function keepSending(socket: net.Socket): void {
  let n = 0;
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer);
    else socket.write(picture(n, n++ * 3600));
  }, 40);
}

t.test('a wrong CSeq, a missing Content-Base and a reply in single bytes are taken', async (t) => {
  const camera = await badCamera((asked, socket) => {
    if (asked.method === 'PLAY') setImmediate(() => keepSending(socket));
    const text = honest({ ...asked, cseq: asked.method === 'SETUP' ? '77' : '' });
    if (asked.method !== 'OPTIONS') return text;
    for (const letter of text) socket.write(letter);
    return null;
  });
  t.teardown(() => camera.close());
  const { stream, until, frames } = watch(camera);
  await stream.open();
  await until(() => frames.length > 2);
  await stream.close();
  t.equal((await stream.ended).fault, 'asked');
});

for (const [name, address] of [
  ['127.0.0.1 at another port', 'rtsp://127.0.0.1:9/live/trackID='],
  ['another host', 'rtsp://203.0.113.9/live/trackID='],
] as const) {
  t.test(`a control address on ${name} is asked for at the camera itself`, async (t) => {
    const camera = await badCamera(
      playing(keepSending, 60, sdp.replaceAll('a=control:trackID=', `a=control:${address}`)),
    );
    t.teardown(() => camera.close());
    const { stream, until, frames } = watch(camera);
    await stream.open();
    await until(() => frames.length > 0);
    const setups = camera.asked.filter((each) => each.method === 'SETUP').map((each) => each.uri);
    t.same(
      setups,
      [1, 2].map((i) => `rtsp://127.0.0.1:${camera.port}/live/trackID=${i}`),
    );
    await stream.close();
  });
}

t.test('sound that was announced and never comes does not end the picture', async (t) => {
  const camera = await badCamera(playing(keepSending));
  t.teardown(() => camera.close());
  const { stream, until, frames } = watch(camera);
  t.same(
    (await stream.open()).map((track) => track.kind),
    ['video', 'audio'],
  );
  await until(() => frames.length > 20);
  t.ok(frames.every((frame) => frame.kind === 'video'));
  await stream.close();
});

t.test('another source in mid stream is told and goes on', async (t) => {
  const camera = await badCamera(
    playing((socket) => {
      socket.write(Buffer.concat([picture(5, 3600), picture(900, 77_000, 2), picture(901, 80_600, 2)]));
    }),
  );
  t.teardown(() => camera.close());
  const { stream, until, frames, losses } = watch(camera);
  await stream.open();
  await until(() => frames.length === 3);
  t.same(
    losses.map((loss) => loss.cause),
    ['new-ssrc'],
  );
  await stream.close();
});

t.test('stamps that wrap go on, stamps that leap are told', async (t) => {
  const camera = await badCamera(
    playing((socket) => {
      socket.write(
        Buffer.concat([
          picture(65_534, 2 ** 32 - 3600),
          picture(65_535, 0),
          picture(0, 3600),
          picture(1, 3600 + 90_000 * 3600),
        ]),
      );
    }),
  );
  t.teardown(() => camera.close());
  const { stream, until, frames, losses } = watch(camera);
  await stream.open();
  await until(() => frames.length === 4);
  t.same(
    frames.slice(0, 3).map((frame) => frame.rtpTime - 2 ** 32),
    [-3600, 0, 3600],
  );
  t.same(
    losses.map((loss) => loss.cause),
    ['stamp-jump'],
  );
  await stream.close();
});

t.test('junk between frames and lost packets are told, and the frames go on', async (t) => {
  const camera = await badCamera(
    playing((socket) => {
      socket.write(
        Buffer.concat([
          picture(1, 0),
          Buffer.from('HELLO there\r\n\r\n'),
          picture(2, 3600),
          picture(6, 7200),
        ]),
      );
    }),
  );
  t.teardown(() => camera.close());
  const { stream, until, frames, losses } = watch(camera);
  await stream.open();
  await until(() => frames.length === 3);
  t.same(
    losses.map((loss) => [loss.cause, loss.packets]),
    [
      ['junk-between-frames', 0],
      ['lost-packets', 3],
    ],
  );
  t.same(
    frames.map((frame) => frame.lostBefore),
    [0, 0, 3],
  );
  await stream.close();
});

t.test('a camera that stalls is given up', async (t) => {
  const camera = await badCamera(playing((socket) => socket.write(picture(1, 0))));
  t.teardown(() => camera.close());
  const { stream } = watch(camera);
  await stream.open();
  const began = monotonicTime();
  t.equal((await stream.ended).fault, 'stalled');
  t.ok(monotonicTime() - began < 1000);
});

t.test('a camera that resets in mid stream has closed', async (t) => {
  const camera = await badCamera(
    playing((socket) => {
      socket.write(picture(1, 0), () => socket.resetAndDestroy());
    }),
  );
  t.teardown(() => camera.close());
  const { stream } = watch(camera);
  await stream.open();
  t.equal((await stream.ended).fault, 'closed');
});

t.test('a session that times out after a second is kept alive', async (t) => {
  const camera = await badCamera(playing(keepSending, 1));
  t.teardown(() => camera.close());
  const { stream, until } = watch(camera);
  await stream.open();
  const alive = (): Asked[] => camera.asked.filter((each) => each.method === 'GET_PARAMETER');
  await until(() => alive().length >= 3);
  const times = [camera.asked.find((each) => each.method === 'PLAY') as Asked, ...alive()];
  for (const [i, each] of times.slice(1).entries()) t.ok(each.atMs - (times[i]?.atMs ?? 0) < 1000);
  await stream.close();
});

for (const stale of [', stale=TRUE', '']) {
  t.test(`a login asked for again in mid session${stale} is answered`, async (t) => {
    let nonce = 1;
    let used = 0;
    const camera = await badCamera((asked, socket) => {
      const known = asked.authorization.includes(`nonce="n${nonce}"`);
      // Each nonce is good for two keep-alives.
      if (known && asked.method === 'GET_PARAMETER' && ++used % 2 === 0) nonce += 1;
      if (!known) return reply(asked, '401 Unauthorized', [challenge(`n${nonce}`, nonce === 1 ? '' : stale)]);
      return playing(keepSending, 1)(asked, socket);
    });
    t.teardown(() => camera.close());
    const { stream, until } = watch(camera, login);
    await stream.open();
    await until(() => nonce >= 3);
    await stream.close();
    t.equal((await stream.ended).fault, 'asked');
  });
}

t.test(
  'the same nonce asked for again in mid session is answered; a refusal then is an end, not a password',
  async (t) => {
    let asks = 0;
    const camera = await badCamera((asked, socket) => {
      const refuse = reply(asked, '401 Unauthorized', [challenge('n')]);
      if (asked.authorization === '') return refuse;
      if (asked.method !== 'GET_PARAMETER') return playing(keepSending, 1)(asked, socket);
      asks += 1;
      return asks % 2 === 1 || asks > 4 ? refuse : honest(asked, 1);
    });
    t.teardown(() => camera.close());
    const { stream } = watch(camera, login);
    await stream.open();
    t.equal((await stream.ended).fault, 'closed');
    t.equal(asks, 6);
  },
);

t.test('a late answer to a keep-alive is not taken for the next one', async (t) => {
  let late: Asked | null = null;
  const camera = await badCamera((asked, socket) => {
    if (asked.method !== 'GET_PARAMETER') return playing(keepSending, 1)(asked, socket);
    if (late === null) {
      late = asked;
      return null;
    }
    // Were the first line taken as the answer, the session would be given up.
    return reply(late, '454 Session Not Found') + honest(asked, 1);
  });
  t.teardown(() => camera.close());
  const { stream, until } = watch(camera);
  await stream.open();
  await until(() => camera.asked.filter((each) => each.method === 'GET_PARAMETER').length >= 3);
  await stream.close();
  t.equal((await stream.ended).fault, 'asked');
});

t.test('closing while opening, twice, and after the end leaves nothing behind', async (t) => {
  for (const silentAt of ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY']) {
    const camera = await badCamera((asked) => (asked.method === silentAt ? null : honest(asked)));
    const { stream } = watch(camera);
    const opening = t.rejects(stream.open(), { code: 'CAMERA_STREAM' });
    await Promise.all([stream.close(), stream.close()]);
    await opening;
    t.equal((await stream.ended).fault, 'asked');
    await stream.close();
    await camera.close();
  }
  const camera = await badCamera(playing(keepSending));
  const { stream } = watch(camera);
  await stream.open();
  await Promise.all([stream.close(), stream.close()]);
  t.equal((await stream.ended).fault, 'asked');
  t.equal(camera.asked.filter((each) => each.method === 'TEARDOWN').length, 1);
  await camera.close();
});

t.test('a stream that was closed before it opened never connects', async (t) => {
  const camera = await badCamera((asked) => honest(asked));
  t.teardown(() => camera.close());
  const { stream } = watch(camera);
  await stream.close();
  await t.rejects(stream.open(), { code: 'CAMERA_STREAM' });
  t.equal(camera.connections(), 0);
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
