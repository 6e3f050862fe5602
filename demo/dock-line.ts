// The demo's dock as one line: what is in its slots, how their lamps look, and the keys that dock and pull.
import { displayWidth, fit } from '../gateway/health/display-width.ts';
import { tableColumns } from '../gateway/health/status-table.ts';
import type { BodyCamSummary, DockSummary, SlotSummary } from '../hw-sim/dock/dock-words.ts';

type Language = 'en' | 'zh-CN';

const words = {
  en: {
    dock: 'dock:',
    empty: 'empty',
    unplugged: 'UNPLUGGED',
    lamps: { off: '○off', on: '●on', slow: '●slow', fast: '●FAST' },
    clips: (count: number) => (count === 1 ? '1 clip' : `${count} clips`),
    disk: 'disk',
    keys: 'keys 1 2: in/out',
  },
  'zh-CN': {
    dock: '采集站：',
    empty: '空',
    unplugged: '已断开',
    lamps: { off: '○灭', on: '●常亮', slow: '●慢闪', fast: '●快闪' },
    clips: (count: number) => `${count} 段`,
    disk: '磁盘',
    keys: '按键 1 2：插拔',
  },
} as const;

/** At most 80 columns. `keys`: they work, so they are told. */
export function dockLine(
  dock: DockSummary,
  bodyCams: readonly BodyCamSummary[],
  { language, keys }: { readonly language: Language; readonly keys: boolean },
): string {
  const say = words[language];
  const slot = ({ slot: number, bodyCam, lamp, diskMode }: SlotSummary): string => {
    const clips = bodyCams.find(({ id }) => id === bodyCam)?.clips.length ?? 0;
    // As the table above it counts, and as people do.
    return [number + 1, bodyCam, say.lamps[lamp], say.clips(clips), ...(diskMode ? [say.disk] : [])].join(
      ' ',
    );
  };
  const docked = dock.slots.filter(({ bodyCam }) => bodyCam !== null).map(slot);
  const line = [
    `${say.dock} ${docked.length > 0 ? docked.join(' · ') : say.empty}`,
    ...(dock.plugged ? [] : [say.unplugged]),
    ...(keys ? [say.keys] : []),
  ].join('  ');
  return displayWidth(line) > tableColumns ? fit(line, tableColumns) : line;
}
