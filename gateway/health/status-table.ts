// The gateway's state as lines of at most 80 columns, for `session status` and for the demo's live table. Pure:
// a view in, lines out; who prints them, how often, and in which colour is theirs.
import type { GatewayView, RoomPanelView, RoomView } from '../sessions/control-protocol.ts';
import type { RoomTrack } from '../sessions/room-state.ts';
import { bodycamWord } from '../../config/bodycam-words.ts';
import { dictionary, type Language } from '../../config/dictionary.ts';
import { interruptionWords } from '../../config/interruption-words.ts';
import { panelWords } from '../panel/panel-words.ts';
import { dockLines } from './dock-lines.ts';
import { displayWidth, fit } from './display-width.ts';

export const tableColumns = 80;

const words = {
  en: {
    room: 'room / track',
    state: 'state',
    size: 'MiB',
    frames: 'frames',
    gaps: 'gaps',
    behind: 'behind',
    session: 'session',
    ledger: 'ledger',
    hq: 'HQ has',
    offline: 'HQ offline',
    waiting: 'HQ gives no receipt',
    alarms: {
      refused: 'ALARM: headquarters takes nothing more; its feed names the reason',
      forked: 'ALARM: headquarters holds another ledger than this box (fork)',
      ahead: 'ALARM: headquarters holds more entries than this box',
      'cursor-lost': 'ALARM: the feed began anew; its cursor was not of this ledger',
    },
    recorder: 'recorder',
    up: 'up',
    down: 'DOWN',
    free: 'free',
    readOnly: 'NOT WRITABLE',
    unknown: 'unknown',
    disk: 'disk',
    owes: 'owes',
    due: 'due',
    missed: 'MISSED',
    video: 'video',
    audio: 'audio',
    optional: 'optional',
    notUsed: 'NOT TO BE USED',
  },
  'zh-CN': {
    room: '房间 / 轨道',
    state: '状态',
    size: 'MiB',
    frames: '帧数',
    gaps: '中断',
    behind: '滞后',
    session: '会话',
    ledger: '台账',
    hq: '总部已收',
    offline: '总部离线',
    waiting: '总部无回执',
    alarms: {
      refused: '警报：总部不再接收，原因见总部动态',
      forked: '警报：总部所存台账与本机不同（分叉）',
      ahead: '警报：总部所存记录多于本机',
      'cursor-lost': '警报：上报位置不属于本台账，已从头上报',
    },
    recorder: '录制进程',
    up: '正常',
    down: '停止',
    free: '可用',
    readOnly: '不可写',
    unknown: '未知',
    disk: '磁盘',
    owes: '待补',
    due: '期限',
    missed: '已逾期',
    video: '画面',
    audio: '声音',
    optional: '可选',
    notUsed: '不得使用',
  },
} as const;

/** Debts that the table lists; beyond, it says how many more there are. */
export const maxDebtLines = 8;

/** Body-cams out of use that the table lists; `device list` shows all. */
export const maxStoppedLines = 8;

/** The lines, none wider than 80 columns; a Chinese character counts two. */
export function statusTable(view: GatewayView, language: Language): string[] {
  const say = words[language];
  const lines = [...header(view, language), ''];
  lines.push(row([say.room, say.state, say.size, say.frames, say.gaps, say.behind]));
  lines.push('-'.repeat(tableColumns));
  for (const room of view.rooms) lines.push(...roomLines(room, language));
  if (view.bodycams) lines.push(...dockLines(view.bodycams, language));
  for (const debt of view.debts.slice(0, maxDebtLines)) {
    const when = debt.missed ? say.missed : `${say.due} ${clockText(debt.dueWallMs)}`;
    lines.push(`${say.owes} ${debt.debt}: ${debt.session}  ${when} (${debt.article})`);
  }
  const more = view.debtCount - Math.min(view.debts.length, maxDebtLines);
  if (more > 0) lines.push(`${say.owes} + ${more}`);
  const stopped = view.bodycams?.stopped ?? [];
  for (const { device, what, sinceWallMs, article } of stopped.slice(0, maxStoppedLines)) {
    const cited = article === '' ? '' : ` (${article})`;
    lines.push(`${say.notUsed} ${device}: ${bodycamWord(what, language)} ${clockText(sinceWallMs)}${cited}`);
  }
  if (stopped.length > maxStoppedLines) lines.push(`${say.notUsed} + ${stopped.length - maxStoppedLines}`);
  return lines.map((line) => (displayWidth(line) > tableColumns ? fit(line, tableColumns) : line.trimEnd()));
}

function header(view: GatewayView, language: Language): string[] {
  const say = words[language];
  const head = view.ledger.headHex.slice(0, 12);
  const { connected, receivedSeq, state } = view.uplink;
  const way = connected ? (state === 'waiting' ? say.waiting : say.hq) : say.offline;
  const alarms: Partial<Record<typeof state, string>> = say.alarms;
  const alarm = alarms[state];
  const recorder = view.recorder.connected ? say.up : say.down;
  const disk =
    view.disk === null
      ? say.unknown
      : `${(view.disk.freeBytes / 2 ** 30).toFixed(1)} GiB ${say.free}${view.disk.writable ? '' : ` ${say.readOnly}`}`;
  return [
    `${view.agency}/${view.site}/${view.gateway}  ${clockText(view.wallMs)}`,
    `${say.ledger} #${view.ledger.seq} ${head}  ${way} #${receivedSeq}  ${say.recorder} ${recorder}  ${say.disk} ${disk}`,
    ...(alarm === undefined ? [] : [alarm]),
  ];
}

function roomLines(room: RoomView, language: Language): string[] {
  const say = words[language];
  const total = room.tracks.reduce((sum, track) => sum + track.bytes, 0);
  const frames = room.tracks.reduce((sum, track) => sum + track.frames, 0);
  const idle = room.session === null;
  const lines = [
    row([
      room.name === room.room ? room.room : `${room.name} ${room.room}`,
      stateWord(room.state, language),
      idle ? '' : mebibytes(total),
      idle ? '' : String(frames),
      idle ? '' : String(room.gaps),
      '',
    ]),
  ];
  if (room.session !== null) {
    const since = room.openedWallMs === null ? '' : `  ${clockText(room.openedWallMs)}`;
    lines.push(`  ${say.session} ${room.session}${since}`);
  }
  if (room.panel) lines.push(panelLine(room.panel, language));
  for (const track of room.tracks) lines.push(trackLine(track, language));
  // The tracks above say what is wrong with each; this is for what no track can say.
  const told = room.tracks.some((track) => room.why.includes(track.state) && track.state !== 'waiting');
  if (room.why !== '' && !told) lines.push(`  ! ${room.why}`);
  if (room.interruption) {
    const { state, sinceWallMs } = room.interruption;
    const { interrupted, causeAsked } = interruptionWords[language];
    lines.push(`  ! ${clockText(sinceWallMs)} ${state === 'cause-asked' ? causeAsked : interrupted}`);
  }
  return lines;
}

function panelLine(
  { connected, door, temperatureC, humidityPct }: RoomPanelView,
  language: Language,
): string {
  const words = panelWords[language];
  return [
    `  ${words.panel}`,
    connected ? words.connected : words.away,
    ...(door === null ? [] : [`${words.door} ${words[door]}`]),
    ...(temperatureC === null ? [] : [`${temperatureC} °C`]),
    ...(humidityPct === null ? [] : [`${humidityPct} % RH`]),
  ].join('  ');
}

function trackLine(track: RoomTrack, language: Language): string {
  const say = words[language];
  const optional = track.required ? '' : ` (${say.optional})`;
  return row([
    `  ${track.camera} ${say[track.kind]}${optional}`,
    trackState(track.state, language),
    mebibytes(track.bytes),
    String(track.frames),
    String(track.gaps),
    track.behindMs === null ? '-' : `${(track.behindMs / 1000).toFixed(1)}s`,
  ]);
}

/** `recording`, `waiting`, `gap:<cause>` or `degraded:<what>` in the reader's words. */
function trackState(state: string, language: Language): string {
  const words = dictionary(language);
  const [what = '', cause = ''] = state.split(':');
  if (what === 'gap') return (words.gapCauses as Record<string, string>)[cause] ?? cause;
  if (what === 'degraded') return (words.degradations as Record<string, string>)[cause] ?? cause;
  if (what === 'waiting') return language === 'en' ? 'waiting' : '等待画面';
  return (words.roomStates as Record<string, string>)[what] ?? what;
}

/** The dictionary's word, in capitals where somebody has to come: a terminal may have no colour. */
function stateWord(state: RoomView['state'], language: Language): string {
  const word = dictionary(language).roomStates[state];
  return state === 'degraded' || state === 'interrupted' ? word.toUpperCase() : word;
}

/** 28 + 22 + 9 + 8 + 6 + 7 columns: 80. */
function row(cells: readonly [string, string, string, string, string, string]): string {
  const [name, state, size, frames, gaps, behind] = cells;
  return [
    fit(name, 27),
    ' ',
    fit(state, 22),
    fit(size, 9, 'right'),
    fit(frames, 8, 'right'),
    fit(gaps, 6, 'right'),
    fit(behind, 7, 'right'),
  ].join('');
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

/** UTC to the second, so that lines from two boxes compare. */
function clockText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19).concat('Z');
}
