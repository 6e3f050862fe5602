// Cameras that misbehave while they play: sound that never comes, sources and stamps that begin anew, junk, losses, stalls,
// resets and time-outs. Those that misbehave before they play are in rtsp-bad-cameras.test.ts.
import type net from 'node:net';
import t from 'tap';
import { monotonicTime } from '../../config/clock.ts';
import { badCamera, honest, picture, reply, sdp, watch, type Asked } from './bad-camera.ts';

const login = { username: 'admin', password: 'geheim' };
const challenge = (nonce: string, more = ''): string =>
  `WWW-Authenticate: Digest realm="camera", nonce="${nonce}"${more}`;

interface Row {
  readonly name: string;
  readonly fault: string;
  readonly withinMs: number;
  readonly login?: boolean;
  readonly answer: (asked: Asked, socket: net.Socket) => string | Buffer | null;
}

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
