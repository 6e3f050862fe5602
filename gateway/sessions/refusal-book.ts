// Enters refusals (I8), so few of one room and reason that a client that asks in a loop does not fill the ledger:
// the first pass, the rest are counted and the count is entered once. Why something is refused is not decided here.
import type { Moment } from '../../config/clock.ts';
import type { LiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import type { ChangeLimits } from '../cameras/change-limiter.ts';
import type { LedgerPort } from './ledger-port.ts';
import { enterRefusal } from './session-entries.ts';

/** Refusals of one room and reason that are entered within `windowMs`; a person who mistypes stays below. */
export const refusalLimits: ChangeLimits = { changes: 6, windowMs: 60_000 };

export interface RefusalBookOptions {
  readonly ledger: LedgerPort;
  /** The rooms that there are: what is asked of others counts together, or names made up at will would count apart. */
  readonly rooms: () => readonly { readonly id: string }[];
  readonly now: () => Moment;
  readonly log: Log;
  readonly limits?: ChangeLimits;
}

type Asked = Parameters<typeof enterRefusal>[2];

interface Refusals {
  /** When entered, in milliseconds of CLOCK_MONOTONIC, oldest first. */
  entered: number[];
  suppressed: number;
  last: { readonly error: LiuhenError; readonly asked: Asked };
}

export class RefusalBook {
  readonly #options: RefusalBookOptions;
  readonly #limits: ChangeLimits;
  /** By room and code: as many as there are of both. */
  readonly #refusals = new Map<string, Refusals>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RefusalBookOptions) {
    this.#options = options;
    this.#limits = options.limits ?? refusalLimits;
  }

  /** Enters the refusal, or counts it. Rejects when the ledger refuses. */
  async enter(error: LiuhenError, asked: Asked): Promise<void> {
    const known = this.#options.rooms().some(({ id }) => id === asked.room);
    const key = `${known ? asked.room : ''}/${error.code}`;
    const last = { error, asked };
    const refusals = this.#refusals.get(key) ?? { entered: [], suppressed: 0, last };
    this.#refusals.set(key, refusals);
    refusals.last = last;
    const now = this.#options.now().mono;
    refusals.entered = refusals.entered.filter((at) => now - at < this.#limits.windowMs);
    if (refusals.entered.length >= this.#limits.changes) {
      refusals.suppressed += 1;
      this.#timer ??= setTimeout(() => void this.#tellLater(), this.#limits.windowMs);
      return;
    }
    refusals.entered.push(now);
    await this.#tell(refusals);
  }

  /** Enters what was only counted so far. Rejects when the ledger refuses; what it refused is counted on. */
  async tell(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    for (const refusals of this.#refusals.values()) {
      if (refusals.suppressed === 0) continue;
      // The entry stands for the last one counted.
      refusals.suppressed -= 1;
      refusals.entered.push(this.#options.now().mono);
      await this.#tell(refusals);
    }
  }

  /** Lets go of the timer. */
  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #tell(refusals: Refusals): Promise<void> {
    const { suppressed, last } = refusals;
    const { error, asked } = last;
    const { room, kind, article } = asked;
    refusals.suppressed = 0;
    this.#options.log.warn('session refused', { room, kind, code: error.code, article, suppressed });
    try {
      await enterRefusal(this.#options.ledger, error, asked, suppressed);
    } catch (fault) {
      refusals.suppressed += suppressed + 1;
      throw fault;
    }
  }

  async #tellLater(): Promise<void> {
    try {
      await this.tell();
    } catch (error) {
      this.#options.log.error('counted refusals are not in the ledger yet', { error });
      this.#timer ??= setTimeout(() => void this.#tellLater(), this.#limits.windowMs);
    }
  }
}
