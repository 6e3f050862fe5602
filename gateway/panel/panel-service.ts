// Keeps one room's panel open: presses go to the sessions, the lamp shows the derived state and is painted anew after
// the cable was out. What a press means is panel-rules.ts; the wire is device-drivers/panel.
import { sleep, type MonoMs } from '../../config/clock.ts';
import type { RoomStateWord } from '../../config/dictionary.ts';
import type { Log } from '../../config/log.ts';
import { lampLit, lampPatterns, nextButton, type ButtonInput, type ButtonState } from './panel-rules.ts';

/** Milliseconds between two looks at lamp and button: half of the fastest blink. */
export const panelTickMs = 75;
/** Milliseconds until a panel that is away is tried again: the first, and the longest. */
export const panelRetryMs = { first: 500, longest: 10_000 } as const;

/** What the service needs of device-drivers/panel's Panel. */
export interface PanelPort {
  readonly events: {
    on(event: 'button', listener: (edge: { readonly down: boolean }) => void): unknown;
    on(event: 'lost', listener: (why: Error) => void): unknown;
  };
  readonly status: {
    readonly connected: boolean;
    readonly doorOpen: boolean | null;
    readonly temperatureC: number | null;
    readonly humidityPct: number | null;
  };
  open(): Promise<void>;
  close(): void;
  lamp(on: boolean): void;
  buzzer(on: boolean): void;
}

export interface PanelServiceOptions {
  readonly room: string;
  readonly panel: PanelPort;
  /** As derived (P1). */
  readonly state: () => RoomStateWord;
  /** Opens the room at once; what is missing is owed (E7). Rejects with the refusal. */
  readonly open: (room: string) => Promise<unknown>;
  readonly close: (room: string) => Promise<unknown>;
  readonly now: () => MonoMs;
  readonly log: Log;
}

/** Milliseconds for which a refused press buzzes. */
export const refusedBuzzMs = 600;

export class PanelService {
  readonly #options: PanelServiceOptions;
  readonly #ending = new AbortController();
  #button: ButtonState = { at: 'up' };
  #pattern: { of: RoomStateWord; sinceMs: number };
  #lit: boolean | null = null;
  #buzzUntilMs = 0;
  #buzzing: boolean | null = null;
  #lost: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PanelServiceOptions) {
    this.#options = options;
    this.#pattern = { of: options.state(), sinceMs: options.now() };
    options.panel.events.on('button', ({ down }) => this.#press(down));
    options.panel.events.on('lost', () => this.#lost?.());
  }

  start(): void {
    this.#running = this.#keepOpen();
  }

  /** Lamp and buzzer are put out, then the panel is let go. */
  async close(): Promise<void> {
    const { panel } = this.#options;
    this.#ending.abort();
    this.#lost?.();
    if (panel.status.connected) {
      // A lamp that stays lit behind a gateway that has ended would lie.
      panel.lamp(false);
      panel.buzzer(false);
    }
    panel.close();
    await this.#running;
  }

  async #keepOpen(): Promise<void> {
    const { panel, room, log } = this.#options;
    const { signal } = this.#ending;
    let waitMs: number = panelRetryMs.first;
    let told = false;
    while (!signal.aborted) {
      try {
        await panel.open();
        if (signal.aborted) return;
        log.info('the panel is there', { room });
        waitMs = panelRetryMs.first;
        told = false;
        await this.#paintUntilLost(signal);
        if (!signal.aborted) log.warn('the panel is gone', { room });
      } catch (error) {
        if (!told && !signal.aborted) log.warn('the panel does not answer', { room, error: error as Error });
        told = true;
      }
      await sleep(waitMs, signal);
      waitMs = Math.min(2 * waitMs, panelRetryMs.longest);
    }
  }

  async #paintUntilLost(signal: AbortSignal): Promise<void> {
    // A board that comes back has its outputs off, whatever was written before.
    this.#lit = null;
    this.#buzzing = null;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => this.#tick(), panelTickMs);
      this.#lost = () => {
        clearInterval(timer);
        this.#lost = null;
        this.#step({ on: 'lost' });
        resolve();
      };
      if (signal.aborted) this.#lost();
      else this.#tick();
    });
  }

  #tick(): void {
    const { panel, state, now } = this.#options;
    const atMs = now();
    const word = state();
    if (lampPatterns[word] !== lampPatterns[this.#pattern.of]) this.#pattern = { of: word, sinceMs: atMs };
    const lit = lampLit(lampPatterns[word], atMs - this.#pattern.sinceMs);
    if (lit !== this.#lit) panel.lamp(lit);
    this.#lit = lit;
    const buzzing = atMs < this.#buzzUntilMs;
    if (buzzing !== this.#buzzing) panel.buzzer(buzzing);
    this.#buzzing = buzzing;
    this.#step({ on: 'tick', atMs, roomOpen: word !== 'idle' });
  }

  #press(down: boolean): void {
    const { state, now } = this.#options;
    this.#step(down ? { on: 'down', atMs: now(), roomOpen: state() !== 'idle' } : { on: 'up' });
  }

  #step(input: ButtonInput): void {
    const { room, log, open, close, now } = this.#options;
    const { state, effect } = nextButton(this.#button, input);
    this.#button = state;
    if (effect === null) return;
    const done = effect === 'open' ? open(room) : close(room);
    done.catch((error: unknown) => {
      this.#buzzUntilMs = now() + refusedBuzzMs;
      log.warn('what the button asked for was refused', { room, effect, error: error as Error });
    });
  }
}
