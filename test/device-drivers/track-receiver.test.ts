// One track from packets to frames, packet by packet: what cameras put around and between their pictures.
import t from 'tap';
import type { PacketLoss } from '../../device-drivers/camera/media-stream.ts';
import { TrackReceiver } from '../../device-drivers/camera/track-receiver.ts';
import { BlockPool } from '../../protocols/media/frame-arena.ts';
import type { Track, VideoTrack } from '../../protocols/media/track.ts';
import type { MediaSection } from '../../protocols/rtsp/sdp.ts';
import { audioTrack, videoTrack } from '../gateway/recording/support/fixture-stream.ts';

interface Got {
  readonly rtpTime: number;
  readonly whole: boolean;
  readonly key: boolean;
  readonly bytes: string;
  readonly monoMs: number;
}

function receive(track: Track, payloadType = 96, aac: MediaSection['aac'] = null) {
  const frames: Got[] = [];
  const losses: PacketLoss[] = [];
  const reports: number[] = [];
  let changes = 0;
  const receiver = new TrackReceiver(
    { track, payloadType, control: '', aac },
    new BlockPool(),
    {
      onTracks: () => undefined,
      onFrame: (frame) => {
        const { rtpTime, whole, key, arrivalMonoMs } = frame;
        frames.push({
          rtpTime,
          whole,
          key,
          bytes: Buffer.from(frame.data).toString('hex'),
          monoMs: arrivalMonoMs,
        });
        frame.release();
      },
      onLoss: (loss) => losses.push(loss),
      onSenderReport: ({ rtpTime }) => reports.push(rtpTime),
    },
    () => {
      changes += 1;
    },
  );
  receiver.beginRead(1000, 1_000_000);
  const send = (packet: Buffer): void => receiver.rtp(packet, 0, packet.length);
  return { receiver, frames, losses, reports, send, changes: () => changes };
}

interface Fields {
  readonly sequence: number;
  readonly stamp?: number;
  readonly marker?: boolean;
  readonly type?: number;
  readonly ssrc?: number;
}

function packet(
  payload: string | Buffer,
  { sequence, stamp = 0, marker = true, type = 96, ssrc = 1 }: Fields,
) {
  const head = Buffer.alloc(12);
  head[0] = 0x80;
  head[1] = (marker ? 0x80 : 0) | type;
  head.writeUInt16BE(sequence & 0xffff, 2);
  head.writeUInt32BE(stamp >>> 0, 4);
  head.writeUInt32BE(ssrc, 8);
  return Buffer.concat([head, typeof payload === 'string' ? Buffer.from(payload, 'hex') : payload]);
}

t.test('picture parameter sets with different numbers stand beside each other', async (t) => {
  const { receiver, send, frames, changes } = receive(videoTrack);
  const [pps0 = new Uint8Array()] = videoTrack.parameterSets.pps;
  const pps1 = Buffer.from('685bcb83cb20', 'hex'); // pic_parameter_set_id 1: 010 1 1 011
  const { sps } = videoTrack.parameterSets;
  let sequence = 0;
  for (let picture = 0; picture < 3; picture++) {
    const stamp = picture * 3600;
    for (const set of [...sps, pps0, pps1])
      send(packet(Buffer.from(set), { sequence: sequence++, stamp, marker: false }));
    send(packet('658801', { sequence: sequence++, stamp }));
  }
  t.equal(frames.length, 3);
  const { parameterSets } = receiver.track as VideoTrack;
  t.same(
    parameterSets.pps.map((set) => Buffer.from(set).toString('hex')),
    [Buffer.from(pps0).toString('hex'), pps1.toString('hex')],
  );
  t.equal(changes(), 1, 'they are new once');
});

t.test('padding, a header extension and contributing sources are no picture', async (t) => {
  const { send, frames, losses } = receive(videoTrack);
  const plain = packet('658801', { sequence: 1 });
  send(plain);
  const padded = packet('65880100000004', { sequence: 2, stamp: 3600 });
  padded[0] = 0xa0;
  send(padded);
  const extended = packet('bede000110aa0000658801', { sequence: 3, stamp: 7200 });
  extended[0] = 0x90;
  send(extended);
  const mixed = packet('0000000700000008658801', { sequence: 4, stamp: 10_800 });
  mixed[0] = 0x82;
  send(mixed);
  const all = packet('00000007bede000110aa0000658801000003', { sequence: 5, stamp: 14_400 });
  all[0] = 0xb1;
  send(all);
  t.same(new Set(frames.map(({ bytes }) => bytes)), new Set(['00000003658801']));
  t.equal(frames.length, 5);
  t.same(losses, []);
});

t.test('a packet of padding alone neither ends nor tears a picture', async (t) => {
  const { send, frames, losses } = receive(videoTrack);
  send(packet('658801', { sequence: 1, marker: false }));
  const probe = packet('00000004', { sequence: 2, marker: false });
  probe[0] = 0xa0;
  send(probe);
  send(packet('654801', { sequence: 3 }));
  t.same(
    frames.map(({ whole, bytes }) => [whole, bytes]),
    [[true, '0000000365880100000003654801']],
  );
  t.same(losses, []);
});

t.test('packets of another payload type of the same source are not counted as lost', async (t) => {
  const { send, frames, losses } = receive(videoTrack);
  send(packet('658801', { sequence: 1 }));
  send(packet('00', { sequence: 2, type: 110 }));
  send(packet('00', { sequence: 3, type: 110 }));
  send(packet('418801', { sequence: 4, stamp: 3600 }));
  send(packet('418801', { sequence: 6, stamp: 7200 }));
  t.same(
    frames.map(({ whole }) => whole),
    [true, true, false],
  );
  t.same(
    losses.map(({ cause, packets }) => [cause, packets]),
    [['lost-packets', 1]],
  );
});

const layout = { sizeLength: 13, indexLength: 3, indexDeltaLength: 3, samplesPerFrame: 1024 };

t.test('lost sound is counted exactly, and sound that cannot be read is told', async (t) => {
  const { send, frames, losses } = receive(audioTrack, 97, layout);
  const sound = (sequence: number): Buffer =>
    packet('00100018aabbcc', { sequence, stamp: (sequence & 7) * 1024, type: 97 });
  send(sound(65_534));
  send(sound(65_535));
  send(sound(3)); // 0, 1 and 2 are lost over the wrap
  send(packet('00400018aa', { sequence: 4, stamp: 4096, type: 97 })); // headers longer than the packet
  send(sound(5));
  t.same(
    frames.map(({ whole }) => whole),
    [true, true, true, false, true],
  );
  t.same(
    losses.map(({ kind, cause, packets }) => [kind, cause, packets]),
    [['audio', 'lost-packets', 3]],
  );
});

t.test('stamps that stand still do not stop the time of arrival', async (t) => {
  const { receiver, send, frames, losses } = receive(videoTrack);
  for (let at = 0; at < 60_000; at += 40) {
    receiver.beginRead(1000 + at, 1_000_000 + at);
    send(packet('658801', { sequence: at / 40, stamp: 5000 }));
  }
  t.equal(frames.length, 1500);
  const last = frames.at(-1);
  t.ok(last && last.monoMs > 60_000 - 11_000, `the newest arrived at ${last?.monoMs}`);
  const own = frames.slice(300);
  t.ok(
    own.every(({ rtpTime }, index) => index === 0 || rtpTime - (own[index - 1]?.rtpTime ?? 0) === 3600),
    'each is shown for as long as it took to the next',
  );
  t.same(
    losses.map(({ cause }) => cause),
    ['stamp-jump'],
  );
});

t.test('sound whose source begins anew goes on by the time that passed, and changes no track', async (t) => {
  const { receiver, send, frames, losses, changes, reports } = receive(audioTrack, 97, layout);
  const report = (stamp: number): void => {
    const bytes = Buffer.alloc(28); // RFC 3550 §6.4.1
    bytes.set([0x80, 200, 0, 6]);
    bytes.writeUInt32BE(3_900_000_000, 8);
    bytes.writeUInt32BE(stamp, 16);
    receiver.rtcp(bytes, 0, bytes.length);
  };
  const sound = (sequence: number, stamp: number, ssrc: number): Buffer =>
    packet('00100018aabbcc', { sequence, stamp, type: 97, ssrc });
  send(sound(1, 5000, 1));
  receiver.beginRead(1064, 1_000_064);
  send(sound(2, 6024, 1));
  receiver.beginRead(1564, 1_000_564);
  report(4_000_000_000);
  t.equal(reports.length, 0, 'a report of the source that comes next says nothing of this one');
  send(sound(700, 4_000_000_000, 2));
  receiver.beginRead(1628, 1_000_628);
  send(sound(701, 4_000_001_024, 2));
  report(4_000_001_024);
  t.same(
    reports.map((rtpTime) => rtpTime - 5000),
    [10_048],
  );
  t.same(
    frames.map(({ rtpTime, monoMs }) => [rtpTime - 5000, Math.round(monoMs)]),
    [
      [0, 1000],
      [1024, 1064],
      [9024, 1564],
      [10_048, 1628],
    ],
  );
  t.same(
    losses.map(({ cause }) => cause),
    ['new-ssrc'],
  );
  t.equal(changes(), 0);
});
