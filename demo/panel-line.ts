// The demo's panel as one line: how its lamp looks over the last seconds, its door, and the keys that press it.
import { displayWidth, fit } from '../gateway/health/display-width.ts';
import { tableColumns } from '../gateway/health/status-table.ts';
import type { PanelSummary } from '../hw-sim/control-protocol.ts';

type Language = 'en' | 'zh-CN';
type LampLook = 'off' | 'steady' | 'slow' | 'fast';

/** Milliseconds that are looked at, or as long as it was not looked: a slow blink changes at least twice in them. */
export const lookMs = 2500;
/** Changes a second from which on it blinks fast; a slow one has one, a fast one six. */
const fastPerSecond = 2.5;

const words = {
  en: {
    lamp: 'panel: lamp',
    looks: { off: 'off', steady: 'steady', slow: 'slow', fast: 'FAST' },
    door: { open: 'door open', closed: 'door closed' },
    buzzes: 'BUZZ',
    keys: 'keys: p press, l long, d door, Ctrl-C end',
  },
  'zh-CN': {
    lamp: '面板：灯',
    looks: { off: '灭', steady: '常亮', slow: '慢闪', fast: '快闪' },
    door: { open: '门开', closed: '门关' },
    buzzes: '蜂鸣',
    keys: '按键：p 短按，l 长按，d 门，Ctrl-C 结束',
  },
} as const;

export class PanelLine {
  readonly #language: Language;
  readonly #keys: boolean;
  #seen: readonly { readonly atMs: number; readonly changes: number }[] = [];

  /** `keys`: they work, so they are told. */
  constructor(language: Language, keys: boolean) {
    this.#language = language;
    this.#keys = keys;
  }

  /** At most 80 columns. `atMs` goes up from call to call. */
  draw(panel: PanelSummary, atMs: number): string {
    const say = words[this.#language];
    const look = this.#look(panel, atMs);
    const parts = [
      `${say.lamp} ${panel.lamp ? '●' : '○'} ${say.looks[look]}`,
      say.door[panel.doorOpen ? 'open' : 'closed'],
      ...(panel.buzzer ? [say.buzzes] : []),
      ...(this.#keys ? [say.keys] : []),
    ];
    const line = parts.join('  ');
    return displayWidth(line) > tableColumns ? fit(line, tableColumns) : line;
  }

  #look({ lamp, lampChanges }: PanelSummary, atMs: number): LampLook {
    const before = this.#seen.findLastIndex((one) => atMs - one.atMs >= lookMs);
    const looked = this.#seen.slice(Math.max(0, before));
    this.#seen = [...looked, { atMs, changes: lampChanges }];
    const [first] = looked;
    const changed = lampChanges - (first?.changes ?? lampChanges);
    if (first && changed > 2 && (changed * 1000) / (atMs - first.atMs) >= fastPerSecond) return 'fast';
    // One change alone is a lamp that was switched.
    if (changed > 1) return 'slow';
    return lamp ? 'steady' : 'off';
  }
}
