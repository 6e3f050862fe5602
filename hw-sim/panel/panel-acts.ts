// What hands do at a simulated panel when the control port asks: press, hold, open the door, warm the room. The words
// are control-protocol.ts's; the board is sim-panel.ts's.
import {
  maxFaultMs,
  panelActs,
  shortPressMs,
  type PanelActName,
  type PanelRequest,
  type PanelSummary,
} from '../control-protocol.ts';
import type { SimPanel } from './sim-panel.ts';

/** What a sensor can be set to. */
const limits = { temperature: [-40, 125], humidity: [0, 100] } as const;

export class PanelHands {
  readonly #id: string;
  readonly #panel: SimPanel;
  #release: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, panel: SimPanel) {
    this.#id = id;
    this.#panel = panel;
  }

  summary(): PanelSummary {
    const { address, clients, lamp, buzzer, lampChanges, inputs } = this.#panel;
    return { id: this.#id, address, clients, lamp, buzzer, lampChanges, ...inputs };
  }

  /** Rejects with Error that says what is not allowed. */
  async act({ act, forMs, value }: PanelRequest): Promise<void> {
    const panel = this.#panel;
    if (!Object.hasOwn(panelActs, act))
      throw new Error(`no such act; there are ${Object.keys(panelActs).join(', ')}`);
    if (forMs !== undefined && !(forMs > 0 && forMs <= maxFaultMs))
      throw new Error(`forMs must be above 0 and at most ${maxFaultMs}`);
    if (act === 'temperature' || act === 'humidity') {
      const [least, most] = limits[act];
      if (value === undefined || !(value >= least && value <= most))
        throw new Error(`${act} needs a value from ${least} to ${most}`);
      panel[act](rawOf(act, value));
      return;
    }
    const acts: Record<Exclude<PanelActName, 'temperature' | 'humidity'>, () => unknown> = {
      press: () => this.#press(forMs ?? shortPressMs),
      release: () => this.#press(0),
      'door-open': () => panel.door(true),
      'door-close': () => panel.door(false),
      unplug: () => panel.unplug(),
      plug: () => panel.plug(),
    };
    await acts[act]();
  }

  /** Takes the finger off, and nothing more comes. */
  close(): void {
    this.#press(0);
  }

  #press(forMs: number): void {
    clearTimeout(this.#release);
    if (forMs === 0) {
      this.#panel.release();
      return;
    }
    this.#panel.press();
    this.#release = setTimeout(() => this.#panel.release(), forMs);
  }
}

/** TMP36: 500 mV at 0 °C, 10 mV a degree. HIH-4030: 800 mV at 0 %, 31 mV a percent. 5 V are 1023. */
function rawOf(what: 'temperature' | 'humidity', value: number): number {
  const millivolts = what === 'temperature' ? 500 + 10 * value : 800 + 31 * value;
  return Math.round((millivolts * 1023) / 5000);
}
