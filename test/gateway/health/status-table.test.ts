import t from 'tap';
import { displayWidth, fit } from '../../../gateway/health/display-width.ts';
import { maxDebtLines, statusTable, tableColumns } from '../../../gateway/health/status-table.ts';
import type { UplinkState } from '../../../gateway/uplink/delivery.ts';
import type { GatewayView, RoomInterruption, RoomView } from '../../../gateway/sessions/control-protocol.ts';
import type { RoomTrack } from '../../../gateway/sessions/room-state.ts';

const track = (over: Partial<RoomTrack> = {}): RoomTrack => ({
  camera: 'interview-a',
  kind: 'video',
  required: true,
  state: 'recording',
  frames: 1234,
  bytes: 5 * 2 ** 20,
  gaps: 0,
  behindMs: 420,
  ...over,
});
const room = (over: Partial<RoomView> = {}): RoomView => ({
  room: 'interview',
  name: '询问室',
  kind: 'interview',
  state: 'recording',
  why: '',
  session: '20261121T044512-interview-3f2a',
  sessionKind: 'interview',
  openedWallMs: 1_795_236_312_000,
  folder: 'sessions/x',
  gaps: 1,
  tracks: [track(), track({ kind: 'audio', state: 'gap:stalled', behindMs: null })],
  ...over,
});
const view = (over: Partial<GatewayView> = {}): GatewayView => ({
  agency: 'example-agency',
  site: 'front-office',
  gateway: 'gw-01',
  epoch: 3,
  wallMs: 1_795_236_372_000,
  ledger: { seq: 123, headHex: '3fa9c01d2b4e6a80' },
  uplink: { connected: true, receivedSeq: 120, state: 'delivering' },
  recorder: { connected: true, pid: 77 },
  disk: { freeBytes: 12.3 * 2 ** 30, writable: true },
  rooms: [
    room(),
    room({ room: 'hearing', name: 'hearing', state: 'idle', session: null, openedWallMs: null, tracks: [] }),
  ],
  cameras: [],
  debts: [],
  debtCount: 0,
  ...over,
});

const texts: [text: string, width: number][] = [
  ['', 0],
  ['abc', 3],
  ['询问室', 6],
  ['室a', 3],
  ['e\u0301', 1],
  ['ｆｕｌｌ', 8],
  ['“留痕”', 6],
];
for (const [text, width] of texts) {
  t.test(`"${text}" takes ${width} columns`, async (t) => {
    t.equal(displayWidth(text), width);
  });
}

t.test('a text is cut and filled by columns, never through a character', async (t) => {
  t.equal(fit('询问室', 5), '询问…');
  t.equal(fit('询问室', 4), '询… ');
  t.equal(fit('ab', 4, 'right'), '  ab');
  t.equal(fit('a\u001b[31mb', 8), 'a?[31mb ');
});

t.test('the table tells rooms, tracks, bytes, gaps and the ledger head', async (t) => {
  const text = statusTable(view(), 'en').join('\n');
  t.match(text, /ledger #123 3fa9c01d2b4e {2}HQ has #120 {2}recorder up {2}disk 12\.3 GiB free/);
  t.match(text, /询问室 interview +recording +10\.0 +2468 +1\n/);
  t.match(text, / {2}session 20261121T044512-interview-3f2a {2}2026-11-21T/);
  t.match(text, / {2}interview-a video +recording +5\.0 +1234 +0 +0\.4s\n/);
  t.match(text, / {2}interview-a audio +stream stalled +5\.0 +1234 +0 +-\n/);
  t.match(text, /hearing +idle$/);
});

t.test('the same table speaks Chinese', async (t) => {
  const text = statusTable(view({ recorder: { connected: false, pid: null } }), 'zh-CN').join('\n');
  t.match(text, /台账 #123 .*总部已收 #120 .*录制进程 停止/);
  t.match(text, /询问室 interview +正在记录/);
});

t.test('what no track can say is said below them', async (t) => {
  const text = statusTable(
    view({ rooms: [room({ state: 'interrupted', why: 'recorder-gone', tracks: [] })] }),
    'en',
  );
  t.match(text.at(-1), '  ! recorder-gone');
});

t.test('E7: what is owed is told with its deadline and article', async (t) => {
  const debt = { session: 's1', debt: 'case-number', article: 'FS 9; ZZ 10', dueWallMs: 1_795_322_712_000 };
  const table = (missed: boolean): string =>
    statusTable(view({ debts: [{ ...debt, missed }] }), 'en').at(-1) ?? '';
  t.match(table(false), /^owes case-number: s1 {2}due 2026-11-22T.*\(FS 9; ZZ 10\)$/);
  t.match(table(true), /MISSED/);
});

t.test('what is wrong with the way to headquarters has a line of its own', async (t) => {
  const lines = (state: UplinkState): string =>
    statusTable(view({ uplink: { connected: true, receivedSeq: 120, state } }), 'en').join('\n');
  t.notMatch(lines('delivering'), /ALARM/);
  t.match(lines('waiting'), /HQ gives no receipt #120/);
  t.match(lines('forked'), /^ALARM: .*\(fork\)$/m);
  t.match(lines('refused'), /^ALARM: headquarters takes nothing more/m);
});

t.test('no line is wider than 80 columns, whatever the names are', async (t) => {
  const long = '听证室'.repeat(20);
  const wide = view({
    agency: long,
    uplink: { connected: false, receivedSeq: Number.MAX_SAFE_INTEGER, state: 'cursor-lost' },
    disk: { freeBytes: 1e15, writable: false },
    rooms: [
      room({
        name: long,
        why: long,
        session: long,
        tracks: [track({ camera: long, state: long, bytes: 1e17, frames: 1e12 })],
      }),
    ],
    debts: [{ session: long, debt: 'officers', article: long, dueWallMs: 0, missed: false }],
  });
  for (const language of ['en', 'zh-CN'] as const) {
    for (const line of statusTable(wide, language)) t.ok(displayWidth(line) <= tableColumns, line);
  }
});

t.test('a table lists the debts that are due first and counts the others', async (t) => {
  const debt = { session: 's', debt: 'case-number', article: 'FS 9', dueWallMs: 0, missed: false };
  const debts = Array.from({ length: 500 }, () => debt);
  const lines = statusTable(view({ debts, debtCount: 9000 }), 'en').filter((line) => /owes/.test(line));
  t.equal(lines.length, maxDebtLines + 1);
  t.match(lines.at(-1), `+ ${9000 - maxDebtLines}`);
});

t.test('C3: an interruption stands below its room, since when, in both languages', async (t) => {
  const sinceWallMs = 1_795_236_312_000;
  const rules = { causes: [], packSilent: false, article: 'JZ 11' };
  const interruption: RoomInterruption = {
    state: 'interrupted',
    how: 'detected',
    cause: '',
    sinceWallMs,
    ...rules,
  };
  const lines = (over: { state?: 'cause-asked' }, language: 'en' | 'zh-CN') =>
    statusTable(view({ rooms: [room({ interruption: { ...interruption, ...over } })] }), language);
  t.ok(lines({}, 'en').includes('  ! 2026-11-21T04:45:12Z Interrupted; what can be recorded is recorded'));
  const asked = lines({ state: 'cause-asked' }, 'zh-CN');
  t.ok(asked.includes('  ! 2026-11-21T04:45:12Z 画面已恢复，请说明中断原因'));
});

t.test('a room with a panel has a line of what it reads', (t) => {
  const panel = { connected: true, door: 'closed', temperatureC: 22.5, humidityPct: 45 } as const;
  const away = { connected: false, door: null, temperatureC: null, humidityPct: null };
  const english = statusTable(view({ rooms: [room({ panel }), room({ panel: away })] }), 'en');
  t.ok(english.includes('  panel  connected  door closed  22.5 °C  45 % RH'));
  t.ok(english.includes('  panel  NOT CONNECTED'));
  t.ok(
    statusTable(view({ rooms: [room({ panel })] }), 'zh-CN').includes(
      '  控制面板  已连接  门 关  22.5 °C  45 % RH',
    ),
  );
  t.notMatch(statusTable(view(), 'en').join('\n'), /panel/);
  t.end();
});

t.test(
  'docks are told below the rooms in both languages, at 80 columns, what is empty only counted',
  async (t) => {
    const slot = {
      slot: 0,
      at: 'offloading',
      device: 'bc-1',
      serial: 'BC00001',
      officer: '张三',
      why: 'disk-full',
      clips: { all: 12, safe: 3, erased: 0, kept: 1 },
      secondsLeft: 41.2,
      batteryPct: 80,
    };
    const none = { ...slot, slot: 1, at: 'empty', device: '', serial: '' };
    const docks = [{ dock: 'field', room: 'interview', state: 'silent', slots: [slot, none] }];
    const bodycams = { docks, offloads: [], offloadCount: 0, unclassed: 2 };
    const text = statusTable(view({ bodycams }), 'en').join('\n');
    t.match(text, /dock field \(interview\) {2}GIVES NO ANSWER {2}empty slots: 1/);
    t.match(text, / {2}slot 1 {2}bc-1 张三 {2}HELD UP {2}safe 3\/12 {2}erased 0 {2}KEPT on it: 1 {2}left 42/);
    t.match(text, / {4}! the store is full: nothing is copied or erased/);
    t.match(text, /clips without a matter: 2/);
    const zh = statusTable(view({ bodycams }), 'zh-CN');
    t.match(zh.join('\n'), /采集站 field \(interview\) {2}无应答 {2}空插槽: 1/);
    t.ok(zh.every((line) => displayWidth(line) <= 80));
  },
);
