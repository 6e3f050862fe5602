// What the watch says of a stream, as a table: a minute or so of frames, told second by second.
import t from 'tap';
import { monoMs } from '../../../config/clock.ts';
import { ContentWatch, frozenMs, noFrameMs, silentMs } from '../../../gateway/recording/content-watch.ts';
import type { Degradation } from '../../../gateway/recording/recorder-protocol.ts';
import type { AudioCodec, Frame, Track } from '../../../protocols/media/track.ts';

const set = Uint8Array.of(1);
const video = (codec: 'h264' | 'h265' = 'h264', known = true): Track => ({
  kind: 'video',
  codec,
  clockRate: 90_000,
  width: 640,
  height: 480,
  reorderDepth: 0,
  parameterSets: { vps: [], sps: known ? [set] : [], pps: known ? [set] : [] },
});
const audio = (codec: AudioCodec): Track => ({
  kind: 'audio',
  codec,
  clockRate: 8000,
  sampleRate: 8000,
  channels: 1,
  config: new Uint8Array(),
});

/** One picture of a single slice: `type` is the NAL unit type (ITU-T H.264 Table 7-1, H.265 Table 7-1). */
function picture(bytes: number, key: boolean, h265 = false): Uint8Array {
  const data = Buffer.alloc(4 + bytes, 7);
  data.writeUInt32BE(bytes, 0);
  data[4] = h265 ? (key ? 19 : 1) << 1 : key ? 0x65 : 0x41;
  return data;
}

interface Second {
  /** Bytes of the pictures between key pictures; absent: none came. */
  readonly between?: number;
  /** Bytes of the key picture at the second's beginning. */
  readonly key?: number;
  readonly sound?: Uint8Array;
  readonly playing?: boolean;
  readonly decodable?: boolean;
}

function watchOver(
  tracks: readonly Track[],
  needsAudio: boolean,
  seconds: (second: number) => Second,
  of: number,
) {
  const told: string[] = [];
  const watch = new ContentWatch(needsAudio, 0, (kind, what, holds) =>
    told.push(`${holds ? '+' : '-'}${what} ${kind}`),
  );
  watch.onTracks(tracks, 0);
  const h265 = tracks[0]?.codec === 'h265';
  const frame = (kind: 'video' | 'audio', data: Uint8Array, key: boolean, at: number): Frame => ({
    kind,
    data,
    key,
    rtpTime: at * 90,
    lostBefore: 0,
    whole: true,
    arrivalMonoMs: monoMs(at),
    arrivalWallMs: at,
    release: () => undefined,
  });
  for (let second = 0; second < of; second++) {
    const { key, between, sound, playing = true, decodable = true } = seconds(second);
    const at = second * 1000;
    if (key !== undefined) watch.onFrame(frame('video', picture(key, true, h265), true, at), decodable);
    if (between !== undefined)
      for (let n = 1; n < 25; n++)
        watch.onFrame(frame('video', picture(between, false, h265), false, at + n * 40), decodable);
    if (sound) watch.onFrame(frame('audio', sound, true, at + 500));
    watch.tick(at + 999, playing);
  }
  return { told, holds: [...watch.degraded('video'), ...watch.degraded('audio')] };
}

const lively = (n: number): Second => ({ key: 20_000 + (n % 7) * 1500, between: 4000 });
const loud = Uint8Array.of(0xd5, 0x35, 0x9a);
/** Digital silence: A-law 0xd5, µ-law 0xff (ITU-T G.711). */
const quietA = new Uint8Array(160).fill(0xd5);
const quietU = new Uint8Array(160).fill(0xff);

type Row = [
  name: string,
  tracks: readonly Track[],
  needsAudio: boolean,
  seconds: (second: number) => Second,
  of: number,
  holds: readonly Degradation[],
];
const rows: Row[] = [
  ['a moving picture is well', [video()], false, lively, 60, []],
  ['a moving H.265 picture is well', [video('h265')], false, lively, 60, []],
  [
    'a picture of skipped blocks only stands still',
    [video()],
    false,
    () => ({ key: 20_000, between: 30 }),
    20,
    ['picture-frozen'],
  ],
  [
    'so does one in H.265',
    [video('h265')],
    false,
    () => ({ key: 20_000, between: 30 }),
    20,
    ['picture-frozen'],
  ],
  [
    'bytes without a decodable picture',
    [video()],
    false,
    (n) => ({ ...lively(n), decodable: false }),
    20,
    ['no-decodable-frame'],
  ],
  [
    'a picture whose key pictures stop',
    [video()],
    false,
    (n) => (n < 10 ? lively(n) : { between: 4000 }),
    30,
    ['no-decodable-frame'],
  ],
  [
    'key pictures every ten seconds',
    [video()],
    false,
    (n) => (n % 10 === 0 ? lively(n) : { between: 4000 }),
    60,
    [],
  ],
  [
    'a camera that spaces its key pictures out more and more',
    [video()],
    false,
    (n) => ([0, 2, 4, 14, 40].includes(n) ? lively(n) : { between: 4000 }),
    60,
    [],
  ],
  ['no picture at all', [video()], false, () => ({}), 20, ['no-decodable-frame']],
  [
    'no picture and no parameter sets',
    [video('h264', false)],
    false,
    () => ({}),
    20,
    ['no-decodable-frame', 'parameter-sets-lost'],
  ],
  ['a stream that is down is a gap, not a degradation', [video()], true, () => ({ playing: false }), 20, []],
  [
    'a bit rate that falls to a tenth',
    [video()],
    false,
    (n) => (n < 60 ? lively(n) : { key: 2000 + (n % 7) * 150, between: 400 }),
    80,
    ['bit-rate-fallen'],
  ],
  [
    'a bit rate that falls to a half is daylight',
    [video()],
    false,
    (n) => (n < 60 ? lively(n) : { key: 10_000 + (n % 7) * 800, between: 2000 }),
    80,
    [],
  ],
  ['sound that was announced and never comes', [video(), audio('pcma')], false, lively, 20, ['no-sound']],
  ['sound that is required and not announced', [video()], true, lively, 20, ['no-sound']],
  [
    'A-law silence',
    [video(), audio('pcma')],
    false,
    (n) => ({ ...lively(n), sound: quietA }),
    20,
    ['sound-silent'],
  ],
  [
    'µ-law silence',
    [video(), audio('pcmu')],
    false,
    (n) => ({ ...lively(n), sound: quietU }),
    20,
    ['sound-silent'],
  ],
  ['A-law speech', [video(), audio('pcma')], false, (n) => ({ ...lively(n), sound: loud }), 20, []],
  [
    'AAC frames of the size of silence',
    [video(), audio('aac')],
    false,
    (n) => ({ ...lively(n), sound: new Uint8Array(20) }),
    20,
    ['sound-silent'],
  ],
  [
    'AAC frames with something in them',
    [video(), audio('aac')],
    false,
    (n) => ({ ...lively(n), sound: new Uint8Array(90) }),
    20,
    [],
  ],
  [
    'Opus is never called silent',
    [video(), audio('opus')],
    false,
    (n) => ({ ...lively(n), sound: new Uint8Array(3) }),
    20,
    [],
  ],
];

for (const [name, tracks, needsAudio, seconds, of, holds] of rows)
  t.test(name, async (t) => {
    t.same(watchOver(tracks, needsAudio, seconds, of).holds, holds);
  });

t.test('each degradation is told when it begins and when it is over, once', async (t) => {
  const tracks = [video(), audio('pcma')];
  const { told } = watchOver(
    tracks,
    true,
    (n) => (n < 20 ? { key: 20_000, between: 30, sound: quietA } : { ...lively(n), sound: loud }),
    30,
  );
  t.same(told, [
    '+picture-frozen video',
    '+sound-silent audio',
    '-picture-frozen video',
    '-sound-silent audio',
  ]);
});

t.test('nothing is said before its time: five seconds of picture, ten of sound', async (t) => {
  const before = (tracks: readonly Track[], second: Second, ms: number): string[] =>
    watchOver(tracks, false, () => second, Math.floor(ms / 1000)).told;
  t.same(before([video()], { key: 20_000, between: 30 }, frozenMs), []);
  t.same(before([video()], {}, noFrameMs), []);
  t.same(
    before([video(), audio('pcma')], { ...lively(1), sound: quietA }, silentMs).filter((what) =>
      what.includes('sound'),
    ),
    [],
  );
});
