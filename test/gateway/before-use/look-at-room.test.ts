// What is known of a room, from its view: a table of what is wrong, and what is then said of which item.
import t from 'tap';
import { roomItems } from '../../../config/check-words.ts';
import type { PanelSettings, RoomSettings } from '../../../config/settings-types.ts';
import { CameraWatch, maxSamples, sampleEveryMs } from '../../../gateway/before-use/camera-watch.ts';
import { Secret } from '../../../config/secret.ts';
import { clockSyncOf } from '../../../gateway/before-use/clock-sync.ts';
import { lookAtRoom, type RoomLook } from '../../../gateway/before-use/look-at-room.ts';
import type { CameraTrackView, CameraView, GatewayView } from '../../../gateway/sessions/control-protocol.ts';
import { noBodycams, type BodycamView, type SlotView } from '../../../gateway/bodycam/bodycam-view.ts';
import { minIssueBatteryPct, minIssueFreeBytes } from '../../../gateway/bodycam/devices/device-checks.ts';
import { settings } from '../sessions/fakes.ts';

const gib = 2 ** 30;
const track = (kind: 'video' | 'audio', change: Partial<CameraTrackView> = {}): CameraTrackView => ({
  kind,
  ageMs: 40,
  bytes: 1,
  degraded: [],
  ...change,
});
const camera = (id: string, change: Partial<CameraView> = {}): CameraView => ({
  camera: id,
  state: 'playing',
  warm: true,
  fault: '',
  rooms: [id === 'c' ? 'court' : 'talk'],
  soundDb: -31.4,
  tracks: [track('video'), track('audio')],
  hints: [],
  ...change,
});
const video = (change: Partial<CameraTrackView>) => ({ tracks: [track('video', change), track('audio')] });
const audio = (change: Partial<CameraTrackView>) => ({ tracks: [track('video'), track('audio', change)] });

const room: RoomSettings = {
  id: 'talk',
  name: '询问室',
  kind: 'interview',
  cameras: ['a'],
  bothInView: { confirmedBy: '王某', on: '2026-11-20' },
};
const panel = { address: 'tcp://127.0.0.1:1', pins: { button: 2, lamp: 13 } } satisfies PanelSettings;

type Change = Partial<RoomLook> & {
  readonly a?: Partial<CameraView>;
  readonly seen?: Partial<GatewayView>;
  readonly court?: string | null;
  readonly rate?: number | null;
  readonly playingMs?: number;
  readonly plugged?: boolean | null;
};

function look({ a, seen, court = null, rate = 1000, playingMs = 60_000, plugged, ...change }: Change) {
  const one = (id: string, session: string | null): GatewayView['rooms'][number] => ({
    room: id,
    name: id,
    kind: 'interview',
    state: 'idle',
    why: '',
    session,
    sessionKind: null,
    openedWallMs: null,
    folder: null,
    gaps: 0,
    tracks: [],
    panel:
      plugged === undefined || plugged === null
        ? null
        : { connected: plugged, door: null, temperatureC: null, humidityPct: null },
  });
  const view = {
    wallMs: Date.UTC(2026, 10, 21, 4),
    recorder: { connected: true, pid: 1 },
    disk: { freeBytes: 10 * gib, writable: true },
    rooms: [one('talk', null), one('court', court)],
    cameras: [camera('a', a), camera('c')],
    ...seen,
  } as GatewayView;
  return lookAtRoom({
    room,
    settings,
    view,
    watched: () => ({ playingMs, bytesPerSecond: rate }),
    clock: 'synchronised',
    upMs: 60_000,
    ...change,
  });
}

function said(change: Change): string[] {
  return look(change)
    .filter(({ result }) => result === 'fault' || result === 'unknown')
    .map(({ item, result, finding }) => `${item} ${result} ${finding}`);
}

t.test('D3: a good room is ok in all that is known, and every item is there', (t) => {
  const seen = look({});
  t.same(new Set(seen.map(({ item }) => item)), new Set(roomItems));
  t.same(said({}), []);
  t.match(
    seen.find(({ item }) => item === 'sound'),
    { result: 'ok', device: 'a', detail: '-31 dBFS' },
  );
  t.match(
    seen.filter(({ result }) => result === 'none').map(({ finding }) => finding),
    ['no-battery', 'no-panel', 'no-dock'],
  );
  t.end();
});

t.test('D3: a camera that plays without a login is said to', (t) => {
  const detailOf = (change: Change): string | undefined =>
    look(change).find(({ item }) => item === 'camera-up')?.detail;
  t.equal(detailOf({}), 'no login set');
  const credentials = { username: 'room', password: new Secret('simulated') };
  const cameras = settings.cameras.map((each) => ({ ...each, credentials }));
  t.equal(detailOf({ settings: { ...settings, cameras } }), '');
  t.end();
});

const frames = 'frames unknown frames-not-seen';
const away = [frames, 'sound unknown sound-not-seen', 'picture unknown picture-not-seen'];
const cases: readonly (readonly [what: string, change: Change, expected: readonly string[]])[] = [
  [
    'D3: no recorder',
    { seen: { recorder: { connected: false, pid: null } } },
    ['recorder fault recorder-gone'],
  ],
  [
    'D3: a recorder that is starting beside control is no fault',
    { seen: { recorder: { connected: false, pid: null } }, upMs: 9999 },
    ['recorder unknown recorder-starting'],
  ],
  [
    'D3: a camera that is unplugged',
    { a: { state: 'waiting', fault: 'unreachable' }, playingMs: 0 },
    ['camera-up fault camera-unreachable', ...away],
  ],
  [
    'D3: a wrong password',
    { a: { state: 'connecting', fault: 'wrong-password' }, playingMs: 0 },
    ['camera-up fault camera-login', ...away],
  ],
  [
    'D3: a camera that forbids it',
    { a: { state: 'waiting', fault: 'forbidden' }, playingMs: 0 },
    ['camera-up fault camera-login', ...away],
  ],
  [
    'D3: a camera without a stream',
    { a: { state: 'waiting', fault: 'not-found' }, playingMs: 0 },
    ['camera-up fault camera-stream', ...away],
  ],
  [
    'D3: a camera that fell silent',
    { a: { state: 'waiting', fault: 'stalled' }, playingMs: 0 },
    ['camera-up fault camera-silent', ...away],
  ],
  [
    'D3: a camera that nobody has reached yet is not called faulty',
    { a: { state: 'unknown', tracks: [] }, playingMs: 0 },
    ['camera-up unknown camera-connecting', ...away],
  ],
  [
    'D3: pictures that do not decode',
    { a: video({ degraded: ['no-decodable-frame'] }) },
    ['frames fault frames-missing'],
  ],
  [
    'D3: no parameter sets',
    { a: video({ degraded: ['parameter-sets-lost'] }) },
    ['frames fault frames-missing'],
  ],
  ['D3: an old picture', { a: video({ ageMs: 3001 }) }, ['frames fault frames-missing']],
  ['D3: no picture yet', { a: video({ ageMs: null }) }, [frames]],
  [
    'D3: a standing picture',
    { a: video({ degraded: ['picture-frozen'] }) },
    ['picture fault picture-frozen'],
  ],
  ['D3: a covered lens', { a: video({ degraded: ['bit-rate-fallen'] }) }, ['picture fault picture-poor']],
  ['D3: a hint is no proof', { a: { hints: ['too-dark'] } }, ['picture unknown picture-hint']],
  ['D3: a hint of something else', { a: { hints: ['storage-failure'] } }, []],
  ['D3: a silent microphone', { a: audio({ degraded: ['sound-silent'] }) }, ['sound fault sound-silent']],
  ['D3: no sound', { a: audio({ degraded: ['no-sound'] }) }, ['sound fault sound-missing']],
  ['D3: no microphone at all', { a: { tracks: [track('video')] } }, ['sound fault sound-missing']],
  [
    'D3: a camera that just came up has not been watched for long enough',
    { playingMs: 4000 },
    ['sound unknown sound-not-seen', 'picture unknown picture-not-seen'],
  ],
  [
    'A9: nobody looked',
    { room: { ...room, bothInView: undefined } },
    ['both-in-view unknown view-not-confirmed'],
  ],
  [
    'A9: a day that has not come confirms nothing',
    { room: { ...room, bothInView: { confirmedBy: '王某', on: '2026-11-22' } } },
    ['both-in-view unknown view-not-confirmed'],
  ],
  [
    'D1: no disk measured',
    { seen: { disk: null } },
    ['disk-space unknown disk-not-measured', 'disk-writable unknown disk-not-measured'],
  ],
  [
    'D1: a full disk',
    { seen: { disk: { freeBytes: 3_599_999, writable: true } } },
    ['disk-space fault disk-short'],
  ],
  ['D1: just enough', { seen: { disk: { freeBytes: 3_600_000, writable: true } } }, []],
  [
    'D1: another room that records now needs its share',
    { seen: { disk: { freeBytes: 3_600_000, writable: true } }, court: 's2' },
    ['disk-space fault disk-short'],
  ],
  ['D1: not measured, and enough for the most', { rate: null }, []],
  [
    'D1: not measured, and perhaps too little',
    { rate: null, seen: { disk: { freeBytes: gib, writable: true } } },
    ['disk-space unknown rate-not-measured'],
  ],
  [
    'D1: nothing free is a fault at any rate',
    { rate: null, seen: { disk: { freeBytes: 0, writable: true } } },
    ['disk-space fault disk-short'],
  ],
  [
    'D1: no writes',
    { seen: { disk: { freeBytes: 10 * gib, writable: false } } },
    ['disk-writable fault disk-not-writable'],
  ],
  [
    'D3: the clock of a lost battery',
    { seen: { wallMs: 1000 }, room: { ...room, bothInView: { confirmedBy: '王某', on: '1970-01-01' } } },
    ['clock fault clock-lost'],
  ],
  ['D3: a clock on its own', { clock: 'not-synchronised' }, ['clock fault clock-not-synchronised']],
  ['D3: a system that does not tell', { clock: 'unknown' }, ['clock unknown clock-not-known']],
  ['D3: a panel that answers', { room: { ...room, panel }, plugged: true }, []],
  ['D3: a panel that is unplugged', { room: { ...room, panel }, plugged: false }, ['panel fault panel-gone']],
  [
    'D3: a panel that nobody watches',
    { room: { ...room, panel }, plugged: null },
    ['panel unknown panel-not-known'],
  ],
];
for (const [what, change, expected] of cases)
  t.test(what, (t) => {
    t.same(said(change), expected);
    t.end();
  });

t.test('D3: a track that nobody wants is not missed', (t) => {
  const cameras = settings.cameras.map((each) => ({ ...each, requiredTracks: ['video'] as const }));
  const seen = look({ settings: { ...settings, cameras }, a: { tracks: [track('video')] } });
  t.match(
    seen.find(({ item }) => item === 'sound'),
    { result: 'none', finding: 'no-sound-wanted' },
  );
  t.end();
});

t.test('a camera is watched from when it plays, and its rate is that of the last minute', (t) => {
  const watch = new CameraWatch();
  const see = (atMs: number, bytes: number, state = 'playing'): void =>
    watch.tick([camera('a', { state, tracks: [track('video', { bytes })] })], atMs);
  t.same(watch.of('a'), { playingMs: 0, bytesPerSecond: null });
  see(1000, 0);
  t.same(watch.of('a'), { playingMs: 0, bytesPerSecond: null });
  for (let n = 1; n <= maxSamples; n++) see(1000 + n * sampleEveryMs, n * sampleEveryMs * 4);
  t.same(watch.of('a'), { playingMs: maxSamples * sampleEveryMs, bytesPerSecond: 4000 });
  see(100_000, 10);
  t.equal(watch.of('a').bytesPerSecond, null, 'the recorder began anew');
  see(105_000, 10 + 5 * 300);
  t.equal(watch.of('a').bytesPerSecond, 300);
  see(105_500, 0, 'waiting');
  t.same(watch.of('a'), { playingMs: 0, bytesPerSecond: null }, 'it broke off');
  see(106_000, 0);
  watch.tick([], 107_000);
  t.same(watch.of('a'), { playingMs: 0, bytesPerSecond: null }, 'it left the settings');
  t.end();
});

t.test('what timedatectl says of the clock, and what says nothing', (t) => {
  for (const [answer, expected] of [
    ['yes\n', 'synchronised'],
    ['no\n', 'not-synchronised'],
    ['', 'unknown'],
    ['NTPSynchronized=yes', 'unknown'],
  ] as const)
    t.equal(clockSyncOf(answer), expected, JSON.stringify(answer));
  t.end();
});

const slot = (device: string, change: Partial<SlotView> = {}): SlotView => ({
  slot: 0,
  at: 'done',
  device,
  serial: `SN-${device}`,
  officer: '',
  why: '',
  clips: { all: 0, safe: 0, erased: 0, kept: 0 },
  secondsLeft: null,
  batteryPct: minIssueBatteryPct,
  freeBytes: minIssueFreeBytes,
  ...change,
});

t.test('D1, D2: a room with a dock tells whether it answers, and which devices in it are not ready', (t) => {
  const dock = { id: 'd1', room: 'talk', address: 'tcp://127.0.0.1:1', baudRate: 115_200, minBuild: 0 };
  const site = { ...settings, docks: [dock, { ...dock, id: 'd2', room: 'court' }] };
  const of = (
    state: string,
    slots: readonly SlotView[],
    stopped: BodycamView['stopped'] = [],
  ): BodycamView => ({
    ...noBodycams,
    docks: [{ dock: 'd1', room: 'talk', state, slots }],
    stopped,
  });
  const found = (bodycams?: BodycamView): string[] =>
    look({ settings: site, seen: bodycams ? { bodycams } : {} })
      .filter(({ item }) => ['battery', 'card', 'dock', 'device'].includes(item))
      .map(({ item, result, finding, device }) => [item, result, finding, device].join(' ').trim());
  const good = ['dock ok  d1', 'card ok'];
  const rows: [string, BodycamView | undefined, string[]][] = [
    [
      'nothing is known',
      undefined,
      ['battery none no-device-docked', 'dock unknown dock-not-known d1', 'card none no-device-docked'],
    ],
    [
      'it is being opened',
      of('opening', []),
      ['battery none no-device-docked', 'dock unknown dock-not-known d1', 'card none no-device-docked'],
    ],
    [
      'it is gone, and what it told of its slots with it',
      of('silent', [slot('x', { batteryPct: 0 })]),
      ['battery none no-device-docked', 'dock fault dock-gone d1', 'card none no-device-docked'],
    ],
    [
      'empty',
      of('ready', []),
      ['battery none no-device-docked', 'dock ok  d1', 'card none no-device-docked'],
    ],
    ['two that are ready', of('ready', [slot('x'), slot('y')]), ['battery ok', ...good]],
    [
      'low battery',
      of('ready', [slot('x'), slot('y', { batteryPct: minIssueBatteryPct - 1 })]),
      ['battery fault battery-low y', ...good],
    ],
    [
      'full card',
      of('ready', [slot('x', { freeBytes: minIssueFreeBytes - 1 }), slot('y')]),
      ['battery ok', 'dock ok  d1', 'card fault card-full x'],
    ],
    [
      'not told',
      of('ready', [slot('x', { batteryPct: null, freeBytes: null })]),
      ['battery unknown device-not-read x', 'dock ok  d1', 'card unknown device-not-read x'],
    ],
    [
      'still being stored',
      of('ready', [slot('x', { at: 'offloading', batteryPct: 3, freeBytes: 0 })]),
      ['battery none no-device-docked', 'dock ok  d1', 'card none no-device-docked'],
    ],
    [
      'out of use',
      of('ready', [slot('x')], [{ device: 'x', what: 'fault', sinceWallMs: 1, article: 'ZZ 52' }]),
      ['battery ok', 'dock ok  d1', 'device fault device-out-of-use x', 'card ok'],
    ],
  ];
  for (const [name, bodycams, expected] of rows) t.same(found(bodycams), expected, name);
  t.end();
});
