// The simulated camera over a real socket, read by a few lines of RTSP written here from RFC 2326.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import t from 'tap';
import { createSimCamera } from '../../hw-sim/camera/sim-camera.ts';
import { faults } from '../../hw-sim/faults.ts';
import { toALaw, toMuLaw } from '../../hw-sim/media/g711.ts';
import { decodeFrameStamp, encodeFrameStamp } from '../../protocols/media/frame-stamp.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Logs in, plays the video over TCP and answers the numbers of the first `count` pictures. */
function play(port: number, count: number): Promise<{ numbers: number[]; sequences: number[] }> {
  const url = `rtsp://127.0.0.1:${port}/stream`;
  const socket = connect(port, '127.0.0.1');
  let input = Buffer.alloc(0);
  let cseq = 0;
  let auth = { realm: '', nonce: '' };
  const numbers: number[] = [];
  const sequences: number[] = [];
  const steps = [
    ['DESCRIBE', url, ''],
    ['DESCRIBE', url, ''],
    ['SETUP', `${url}/track1`, 'Transport: RTP/AVP/TCP;unicast;interleaved=4-5\r\n'],
    ['PLAY', `${url}/`, ''],
  ] as const;
  const ask = (): void => {
    const step = steps[cseq];
    if (!step) return;
    const [method, target, extra] = step;
    const response = md5(
      `${md5(`liuhen:${auth.realm}:simulated`)}:${auth.nonce}:${md5(`${method}:${target}`)}`,
    );
    const login = `Authorization: Digest username="liuhen", realm="${auth.realm}", nonce="${auth.nonce}", uri="${target}", response="${response}"\r\n`;
    socket.write(`${method} ${target} RTSP/1.0\r\nCSeq: ${++cseq}\r\n${auth.nonce ? login : ''}${extra}\r\n`);
  };
  return new Promise((resolve, reject) => {
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      input = Buffer.concat([input, bytes]);
      for (;;) {
        if (input[0] === 0x24 && input.length >= 4) {
          const end = 4 + input.readUInt16BE(2);
          if (input.length < end) return;
          if (input[1] === 4) {
            sequences.push(input.readUInt16BE(6));
            const stamp = decodeFrameStamp('h264', input.subarray(16, end));
            if (stamp) numbers.push(stamp.frame);
          }
          input = input.subarray(end);
          if (numbers.length === count) {
            socket.destroy();
            resolve({ numbers, sequences });
            return;
          }
          continue;
        }
        const head = input.indexOf('\r\n\r\n');
        if (head < 0) return;
        const text = input.toString('latin1', 0, head);
        const end = head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
        if (input.length < end) return;
        input = input.subarray(end);
        auth = {
          realm: /realm="([^"]*)"/.exec(text)?.[1] ?? auth.realm,
          nonce: /nonce="([^"]*)"/.exec(text)?.[1] ?? auth.nonce,
        };
        ask();
      }
    });
  });
}

t.test('pictures come with their numbers in order, and the camera says which it sent', async (t) => {
  const camera = await createSimCamera({ id: 'one' });
  t.teardown(() => camera.close());
  const { numbers } = await play(camera.rtspPort, 30);
  t.equal(numbers.at(-1)! - numbers[0]!, 29);
  const sent = camera.framesSent.filter(({ frame }) => numbers.includes(frame));
  t.same(
    sent.map(({ frame }) => frame),
    numbers,
  );
  t.equal(sent[0]?.key, true, 'the first is a key picture');
});

t.test('a packet that is lost is missing from the wire and named in the list', async (t) => {
  const camera = await createSimCamera({ id: 'lossy' });
  t.teardown(() => camera.close());
  camera.use(faults.packetLoss({ every: 5 }));
  const { sequences } = await play(camera.rtspPort, 20);
  t.ok(camera.droppedPackets.length > 0);
  for (const { sequence } of camera.droppedPackets) t.notOk(sequences.includes(sequence));
});

t.test('an unplugged camera refuses, and plays again on the same port when it is back', async (t) => {
  const camera = await createSimCamera({ id: 'cable' });
  t.teardown(() => camera.close());
  const off = camera.use(faults.unplug());
  await t.rejects(async () => {
    // The port closes in its turn: the first connection may still be taken and reset.
    await play(camera.rtspPort, 1);
  });
  off();
  for (let attempt = 0; ; attempt++) {
    try {
      t.equal((await play(camera.rtspPort, 1)).numbers.length, 1);
      break;
    } catch (error) {
      if (attempt > 50) throw error;
    }
  }
});

t.test('a stamp survives emulation prevention, with zeros in every field', async (t) => {
  for (const codec of ['h264', 'h265'] as const) {
    for (const stamp of [
      { frame: 0, wallMs: 0, monoMs: 0 },
      { frame: 2 ** 40, wallMs: 1_795_000_000_000.5, monoMs: 66_051 },
    ]) {
      const nal = encodeFrameStamp(codec, stamp);
      t.equal(nal.indexOf(Buffer.from([0, 0, 0])), -1);
      t.same(decodeFrameStamp(codec, nal), stamp);
    }
  }
});

t.test('G.711 has the code words of the tables in the standard', async (t) => {
  t.equal(toALaw(0), 0xd5);
  t.equal(toALaw(32767), 0xaa);
  t.equal(toALaw(-32768), 0x2a);
  t.equal(toMuLaw(0), 0xff);
  t.equal(toMuLaw(32767), 0x80);
  t.equal(toMuLaw(-32768), 0x00);
});
