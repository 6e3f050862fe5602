import t from 'tap';
import { monoMs } from '../../../config/clock.ts';
import type { RecorderStatus, RecordingTrackStatus } from '../../../gateway/recording/recorder-protocol.ts';
import {
  deriveRoomState,
  freshMs,
  openingMs,
  statusStaleMs,
  type RoomStateInput,
} from '../../../gateway/sessions/room-state.ts';

const now = 1_000_000;
const required = ['video', 'audio'] as const;
const session: NonNullable<RoomStateInput['session']> = {
  session: 's1',
  closing: false,
  sinceMonoMs: now - 60_000,
  cameras: [
    { camera: 'cam-a', required },
    { camera: 'cam-b', required: ['video'] },
  ],
};
type Overrides = Partial<RecordingTrackStatus>;
const track = (camera: string, kind: 'video' | 'audio', over: Overrides = {}): RecordingTrackStatus => ({
  camera,
  kind,
  required: true,
  frames: 250,
  bytes: 1_000_000,
  durableMonoMs: now - 400,
  gap: null,
  gaps: 0,
  ...over,
});
function recorder(
  options: {
    a?: Overrides;
    sound?: Overrides;
    b?: Overrides;
    degraded?: RecorderStatus['cameras'][number]['tracks'][number]['degraded'];
    on?: 'video' | 'audio';
    ageMs?: number;
    writable?: boolean;
    running?: boolean;
    without?: 'sound';
  } = {},
): RecorderStatus {
  const stream = (kind: 'video' | 'audio'): RecorderStatus['cameras'][number]['tracks'][number] => ({
    kind,
    codec: kind === 'video' ? 'h264' : 'aac',
    frames: 10,
    bytes: 10,
    packetsLost: 0,
    lastFrameMonoMs: now,
    degraded: (options.on ?? 'video') === kind ? (options.degraded ?? []) : [],
  });
  const sound = options.without === 'sound' ? [] : [track('cam-a', 'audio', options.sound)];
  return {
    pid: 1,
    monoMs: now - (options.ageMs ?? 100),
    cameras: [
      { camera: 'cam-a', state: 'playing', tracks: [stream('video'), stream('audio')], skewMs: null },
    ],
    sessions:
      options.running === false
        ? []
        : [
            {
              session: 's1',
              room: 'r',
              folder: '/x',
              stopping: false,
              lastRecord: 1,
              tracks: [track('cam-a', 'video', options.a), ...sound, track('cam-b', 'video', options.b)],
            },
          ],
    disk: { freeBytes: 1e9, syncMs: 2, writable: options.writable ?? true },
  };
}

const young = { ...session, sinceMonoMs: now - 1000 };
const none: Overrides = { durableMonoMs: null };
const stalled: Overrides = { gap: 'stalled' };
type Row = [
  name: string,
  session: RoomStateInput['session'],
  recorder: RecorderStatus | null,
  state: string,
  why: string,
];
const rows: Row[] = [
  ['no session is idle', null, recorder(), 'idle', ''],
  ['every required track fresh on disk is recording', session, recorder(), 'recording', ''],
  ['a closing session is closing', { ...session, closing: true }, recorder(), 'closing', ''],
  [
    'a frame on disk exactly as old as allowed still counts',
    session,
    recorder({ a: { durableMonoMs: now - freshMs } }),
    'recording',
    '',
  ],
  [
    'one track older than that is degraded and named',
    session,
    recorder({ b: { durableMonoMs: now - freshMs - 1 } }),
    'degraded',
    'cam-b/video stale',
  ],
  [
    'lost sound is degraded and named',
    session,
    recorder({ sound: stalled }),
    'degraded',
    'cam-a/audio gap:stalled',
  ],
  [
    'one camera of two gone is degraded',
    session,
    recorder({ b: stalled }),
    'degraded',
    'cam-b/video gap:stalled',
  ],
  [
    'all video gone is interrupted, with the causes',
    session,
    recorder({ a: { gap: 'unreachable' }, b: stalled }),
    'interrupted',
    'cam-a/video gap:unreachable, cam-b/video gap:stalled',
  ],
  [
    'a required track that the recorder does not know is missing',
    session,
    recorder({ without: 'sound' }),
    'degraded',
    'cam-a/audio waiting',
  ],
  [
    'bytes without a decodable frame are not recording, even when the rest is fresh',
    session,
    recorder({ degraded: ['no-decodable-frame'] }),
    'degraded',
    'cam-a/video degraded:no-decodable-frame',
  ],
  [
    'no decodable frame of any camera is interrupted',
    session,
    recorder({ degraded: ['no-decodable-frame'], b: stalled }),
    'interrupted',
    'cam-a/video degraded:no-decodable-frame, cam-b/video gap:stalled',
  ],
  [
    'a picture that stands still is degraded',
    session,
    recorder({ degraded: ['picture-frozen'] }),
    'degraded',
    'cam-a/video degraded:picture-frozen',
  ],
  [
    'a silent sound track is degraded',
    session,
    recorder({ degraded: ['sound-silent'], on: 'audio' }),
    'degraded',
    'cam-a/audio degraded:sound-silent',
  ],
  [
    'a status that is too old never says recording',
    session,
    recorder({ ageMs: statusStaleMs + 1 }),
    'interrupted',
    'recorder-gone',
  ],
  ['no recorder is interrupted', session, null, 'interrupted', 'recorder-gone'],
  [
    'a recorder without the session is interrupted',
    session,
    recorder({ running: false }),
    'interrupted',
    'not-running',
  ],
  [
    'a disk that cannot be written is the reason that is given',
    session,
    recorder({ writable: false, a: { gap: 'disk-full' }, b: { gap: 'disk-full' } }),
    'interrupted',
    'disk: cam-a/video gap:disk-full, cam-b/video gap:disk-full',
  ],
  ['a young session without a recorder is opening', young, null, 'opening', 'recorder-gone'],
  [
    'a young session not yet running is opening',
    young,
    recorder({ running: false }),
    'opening',
    'not-running',
  ],
  [
    'a young session whose first part is on its way is opening',
    young,
    recorder({ a: none, sound: none, b: none }),
    'opening',
    'cam-a/video waiting, cam-a/audio waiting, cam-b/video waiting',
  ],
  ['a young session with everything on disk is recording', young, recorder(), 'recording', ''],
  [
    'a young session with a gap does not hide behind opening',
    young,
    recorder({ a: { gap: 'not-warm' } }),
    'degraded',
    'cam-a/video gap:not-warm',
  ],
  [
    'nothing on disk after the time to open is interrupted',
    { ...session, sinceMonoMs: now - openingMs },
    recorder({ a: none, b: none }),
    'interrupted',
    'cam-a/video waiting, cam-b/video waiting',
  ],
];

for (const [name, open, status, state, why] of rows) {
  t.test(`P1: ${name}`, async (t) => {
    const derived = deriveRoomState({ session: open, recorder: status, now: monoMs(now) });
    t.equal(derived.state, state);
    t.equal(derived.why, why);
  });
}

t.test('P1: a stale status gives no numbers of the past', async (t) => {
  const derived = deriveRoomState({ session, recorder: recorder({ ageMs: 60_000 }), now: monoMs(now) });
  t.same(
    derived.tracks.map((each) => [each.state, each.behindMs]),
    [
      ['waiting', null],
      ['waiting', null],
      ['waiting', null],
    ],
  );
});

t.test('P1: how far the disk is behind is told for each track', async (t) => {
  const derived = deriveRoomState({ session, recorder: recorder(), now: monoMs(now) });
  t.same(
    derived.tracks.map((each) => `${each.camera}/${each.kind} ${each.state} ${each.behindMs}`),
    ['cam-a/video recording 400', 'cam-a/audio recording 400', 'cam-b/video recording 400'],
  );
});
