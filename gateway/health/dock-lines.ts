// Docks and what stands in their slots as lines of the status table. Pure; which table is status-table.ts's.
import { bodycamWord } from '../../config/bodycam-words.ts';
import type { Language } from '../../config/dictionary.ts';
import type { BodycamView, DockView, SlotView } from '../bodycam/bodycam-view.ts';

const words = {
  en: {
    dock: 'dock',
    slot: 'slot',
    slots: 'empty slots',
    at: {
      identifying: 'being asked who it is',
      refused: 'REFUSED',
      preparing: 'being prepared',
      listing: 'being listed',
      offloading: 'being copied',
      done: 'done',
      failed: 'FAILED',
    },
    held: 'HELD UP',
    safe: 'safe',
    erased: 'erased',
    kept: 'KEPT on it',
    left: 'left',
    unclassed: 'clips without a matter',
  },
  'zh-CN': {
    dock: '采集站',
    slot: '插槽',
    slots: '空插槽',
    at: {
      identifying: '识别中',
      refused: '已拒绝',
      preparing: '准备中',
      listing: '列出文件',
      offloading: '采集中',
      done: '完成',
      failed: '失败',
    },
    held: '暂停采集',
    safe: '已存',
    erased: '已清除',
    kept: '仍留在设备上',
    left: '剩余',
    unclassed: '未分类记录',
  },
} as const;

/** A line for each dock and for each device in one; none where the box has no dock. */
export function dockLines({ docks, unclassed }: BodycamView, language: Language): string[] {
  const say = words[language];
  const lines = docks.flatMap((dock) => [
    headLine(dock, language),
    ...dock.slots.filter(({ at }) => at !== 'empty').flatMap((slot) => slotLines(slot, language)),
  ]);
  return unclassed === 0 ? lines : [...lines, `${say.unclassed}: ${unclassed}`];
}

/** What happens in a slot; the code itself for one that has no word. */
export function slotWord(at: string, language: Language): string {
  const known: Partial<Record<string, string>> = words[language].at;
  return known[at] ?? at;
}

function headLine({ dock, room, state, slots }: DockView, language: Language): string {
  const say = words[language];
  const free = slots.filter(({ at }) => at === 'empty').length;
  const word = bodycamWord(state, language);
  const shown = state === 'ready' || language !== 'en' ? word : word.toUpperCase();
  return [`${say.dock} ${dock} (${room})`, shown, ...(free === 0 ? [] : [`${say.slots}: ${free}`])].join(
    '  ',
  );
}

/** What is wrong has a line of its own: the first one ends at 80 columns. */
function slotLines(slot: SlotView, language: Language): string[] {
  const say = words[language];
  const { clips } = slot;
  const amounts =
    clips.all === 0 ? [] : [`${say.safe} ${clips.safe}/${clips.all}`, `${say.erased} ${clips.erased}`];
  const line = [
    `  ${say.slot} ${slot.slot + 1}`,
    `${slot.device || slot.serial || '?'}${slot.officer === '' ? '' : ` ${slot.officer}`}`,
    slot.at === 'offloading' && slot.why !== '' ? say.held : slotWord(slot.at, language),
    ...amounts,
    ...(clips.kept === 0 ? [] : [`${say.kept}: ${clips.kept}`]),
    ...(slot.secondsLeft === null ? [] : [`${say.left} ${Math.ceil(slot.secondsLeft)} s`]),
  ].join('  ');
  return slot.why === '' ? [line] : [line, `    ! ${bodycamWord(slot.why, language)}`];
}
