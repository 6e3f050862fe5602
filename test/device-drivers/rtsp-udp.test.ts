// RTP over UDP from a camera in the test: order, losses, strangers, and ports that are given back.
import dgram from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { badCamera, honest, picture, reply, watch, type Asked, type BadCamera } from './bad-camera.ts';

/** An RTP packet without the interleaved head. */
const packet = (sequence: number): Buffer => picture(sequence, sequence * 3600).subarray(4);

/** A camera that offers UDP only, and the port that its client named for the picture. */
async function udpCamera(): Promise<{ camera: BadCamera; clientPort: () => number }> {
  let clientPort = 0;
  const camera = await badCamera((asked: Asked) => {
    if (asked.method !== 'SETUP') return honest(asked);
    const ports = /client_port=(\d+)-(\d+)/.exec(asked.transport);
    if (ports === null) return reply(asked, '461 Unsupported Transport');
    if (asked.uri.endsWith('1')) clientPort = Number(ports[1]);
    return reply(asked, '200 OK', [`Transport: ${asked.transport};server_port=40000-40001`, 'Session: 4711']);
  });
  return { camera, clientPort: () => clientPort };
}

async function sender(address: string): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

const send = (socket: dgram.Socket, bytes: Buffer, port: number): Promise<void> =>
  new Promise((resolve) => {
    socket.send(bytes, port, '127.0.0.1', () => resolve());
  });

t.test(
  'a camera that refuses TCP is asked for UDP; packets come in order and losses are exact',
  async (t) => {
    const { camera, clientPort } = await udpCamera();
    const from = await sender('127.0.0.1');
    const stranger = await sender('127.0.0.2');
    t.teardown(async () => {
      from.close();
      stranger.close();
      await camera.close();
    });
    const { stream, until, frames, losses } = watch(camera, { transport: 'auto' });
    await stream.open();
    t.equal(stream.transport, 'udp');
    t.equal(clientPort() % 2, 0, 'an even port (RFC 3550 §11)');
    await send(stranger, packet(9999), clientPort());
    for (const sequence of [1, 3, 2, 4, 7, 8]) await send(from, packet(sequence), clientPort());
    await until(() => frames.length === 6);
    t.same(
      frames.map((frame) => [frame.rtpTime / 3600, frame.lostBefore]),
      [
        [1, 0],
        [2, 0],
        [3, 0],
        [4, 0],
        [7, 2],
        [8, 0],
      ],
    );
    t.same(
      losses.map((loss) => [loss.cause, loss.packets]),
      [['lost-packets', 2]],
    );
    await stream.close();
  },
);

t.test('silence over UDP is a stall', async (t) => {
  const { camera } = await udpCamera();
  t.teardown(() => camera.close());
  const { stream } = watch(camera, { transport: 'udp' });
  await stream.open();
  t.equal((await stream.ended).fault, 'stalled');
});

t.test('a camera that refuses both has none', async (t) => {
  const camera = await badCamera((asked) =>
    asked.method === 'SETUP' ? reply(asked, '461 Unsupported Transport') : honest(asked),
  );
  t.teardown(() => camera.close());
  await t.rejects(watch(camera, { transport: 'auto' }).stream.open(), {
    code: 'CAMERA_STREAM',
    details: { fault: 'bad-reply' },
  });
});

t.test('ports are given back whenever the stream is closed while it opens', async (t) => {
  // Closed at every request, and some turns of the loop after it.
  for (const method of ['DESCRIBE', 'SETUP', 'PLAY']) {
    for (let turns = 0; turns < 4; turns += 1) {
      let close: () => void = () => undefined;
      const camera = await badCamera((asked) => {
        if (asked.method === method) {
          const after = (left: number): void => {
            if (left === 0) close();
            else setImmediate(after, left - 1);
          };
          after(turns);
        }
        const udp = `Transport: ${asked.transport};server_port=40000-40001`;
        return asked.method === 'SETUP' ? reply(asked, '200 OK', [udp, 'Session: 1']) : honest(asked);
      });
      const { stream } = watch(camera, { transport: 'udp' });
      close = () => void stream.close();
      await stream.open().catch((error: unknown) => t.match(error, { code: 'CAMERA_STREAM' }));
      t.equal((await stream.ended).fault, 'asked');
      await stream.close();
      await camera.close();
    }
  }
  const left = (): string[] => process.getActiveResourcesInfo().filter((each) => /UDP/.test(each));
  for (let turn = 0; left().length > 0 && turn < 10_000; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  t.same(left(), []);
});
