// Docks, their health and their updates for people, in lines of at most 80 columns. Pure; who prints it is the command's.
import { bodycamWord } from '../../../config/bodycam-words.ts';
import type { Language } from '../../../config/dictionary.ts';
import { fit } from '../../health/display-width.ts';
import { slotWord } from '../../health/dock-lines.ts';
import type { AskedHealth, DockDeskView, DockHealthView, UpdateView } from './dock-requests.ts';

const columns = 80;

const words = {
  en: {
    none: 'no docks in the settings',
    dock: 'dock',
    slot: 'slot',
    firmware: 'firmware',
    atLeast: (build: number) => `at least build ${build} is demanded`,
    line: (frames: number, bad: number, repeated: number) =>
      `line: ${frames} frames, ${bad} bad, ${repeated} sent again`,
    up: (hours: number, minutes: number) => `up ${hours} h ${minutes} min`,
    itsFrames: (frames: number, bad: number) => `${frames} frames heard, ${bad} bad`,
    inOrder: 'in order',
    update: (to: string) => `update to ${to}`,
    stored: (percent: number, bytes: number) => `${percent} % of ${bytes} bytes`,
    by: (name: string) => `by ${name}`,
    waitsFor: (slots: string) => `waits for slots ${slots}`,
    states: {
      sending: 'being sent',
      away: 'WAITS FOR THE DOCK',
      waiting: 'sent; restarts when its slots are done',
      restarting: 'restarting',
      done: 'done: it runs',
      failed: 'FAILED',
    },
  },
  'zh-CN': {
    none: '配置中没有采集站',
    dock: '采集站',
    slot: '插槽',
    firmware: '固件',
    atLeast: (build: number) => `要求至少为 ${build}`,
    line: (frames: number, bad: number, repeated: number) =>
      `线路：${frames} 帧，坏 ${bad}，重发 ${repeated}`,
    up: (hours: number, minutes: number) => `已运行 ${hours} 小时 ${minutes} 分`,
    itsFrames: (frames: number, bad: number) => `收到 ${frames} 帧，坏 ${bad}`,
    inOrder: '正常',
    update: (to: string) => `更新到 ${to}`,
    stored: (percent: number, bytes: number) => `${bytes} 字节已传 ${percent} %`,
    by: (name: string) => `操作人 ${name}`,
    waitsFor: (slots: string) => `等待插槽 ${slots}`,
    states: {
      sending: '传输中',
      away: '等待采集站恢复连接',
      waiting: '已传完，待插槽完成后重启',
      restarting: '正在重启',
      done: '完成，新固件已运行',
      failed: '失败',
    },
  },
} as const;

export function dockTable(docks: readonly DockDeskView[], language: Language): string[] {
  if (docks.length === 0) return [words[language].none];
  return docks.flatMap((each) => dockBlock(each, language));
}

/** One line for each dock, and below it what is wrong. */
export function healthLines(docks: readonly AskedHealth[], language: Language): string[] {
  const say = words[language];
  if (docks.length === 0) return [say.none];
  return docks.flatMap(({ dock, health, why }) => {
    if (health === null) return [row(`${say.dock} ${dock}`, `! ${bodycamWord(why, language)}`)];
    return [
      row(`${say.dock} ${dock}`, ...amounts(health, language)),
      row(`  ${say.itsFrames(health.framesReceived, health.framesBad)}`),
      ...faultLines(health, language),
    ];
  });
}

export function updateLines(update: UpdateView, language: Language): string[] {
  const say = words[language];
  const { firmware, state, bytes, storedBytes, slots, why, by } = update;
  const percent = Math.floor((storedBytes * 100) / bytes);
  const lines = [
    row(
      `  ${say.update(`${firmware.name} (${firmware.build})`)}`,
      say.states[state],
      ...(by === '' ? [] : [say.by(by)]),
    ),
  ];
  // Of what has ended, how far it came says nothing.
  if (state !== 'done' && state !== 'failed') lines.push(row(`    ${say.stored(percent, bytes)}`));
  if (slots.length > 0) lines.push(row(`    ${say.waitsFor(slots.map((slot) => slot + 1).join(', '))}`));
  if (why !== '') lines.push(row(`    ! ${bodycamWord(why, language)}`));
  return lines;
}

function dockBlock(view: DockDeskView, language: Language): string[] {
  const say = words[language];
  const { dock, room, address, state, identity, firmware, minBuild, wire, health, update } = view;
  const shown = bodycamWord(state, language);
  const lines = [row(`${say.dock} ${dock} (${room})`, state === 'ready' ? shown : `! ${shown}`, address)];
  if (identity && firmware)
    lines.push(
      row(
        `  ${identity.vendor} ${identity.model} ${identity.serial}`,
        `${say.firmware} ${firmware.name} (${firmware.build})`,
      ),
    );
  if (minBuild > (firmware?.build ?? 0)) lines.push(row(`  ${say.atLeast(minBuild)}`));
  if (wire) lines.push(row(`  ${say.line(wire.frames, wire.bad, wire.repeated)}`));
  if (health) lines.push(row(`  ${amounts(health, language).join('  ')}`), ...faultLines(health, language));
  for (const { slot, at, serial } of view.slots)
    if (at !== 'empty') lines.push(row(`  ${say.slot} ${slot + 1}`, serial || '?', slotWord(at, language)));
  return update ? [...lines, ...updateLines(update, language)] : lines;
}

function amounts(
  { supplyMv, temperatureC, uptimeS, faults }: DockHealthView,
  language: Language,
): readonly string[] {
  const say = words[language];
  const minutes = Math.floor(uptimeS / 60);
  return [
    `${(supplyMv / 1000).toFixed(1)} V`,
    `${temperatureC} °C`,
    say.up(Math.floor(minutes / 60), minutes % 60),
    ...(faults.length === 0 ? [say.inOrder] : []),
  ];
}

function faultLines({ faults }: DockHealthView, language: Language): readonly string[] {
  return faults.map((fault) => row(`  ! ${bodycamWord(`health-${fault}`, language)}`));
}

function row(...cells: readonly string[]): string {
  return fit(cells.join('  '), columns).trimEnd();
}
