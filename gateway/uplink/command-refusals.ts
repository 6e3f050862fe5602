// Enters the commands of headquarters that are refused before anything is tried, so few that a sender in a loop does
// not fill the ledger: the first pass, the rest are counted. Why one is refused is command-check.ts's.
import type { LiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import type { ChangeLimits } from '../cameras/change-limiter.ts';
import type { LedgerPort } from '../sessions/ledger-port.ts';
import type { CommandFacts } from './command-check.ts';

/** Refused commands that are entered within `windowMs`. */
export const commandRefusalLimits: ChangeLimits = { changes: 6, windowMs: 60_000 };

export class CommandRefusals {
  readonly #limits: ChangeLimits;
  /** When entered, CLOCK_MONOTONIC ms, oldest first. */
  #entered: number[] = [];
  #suppressed = 0;
  #last: { readonly facts: CommandFacts; readonly error: LiuhenError } | null = null;

  constructor(limits: ChangeLimits = commandRefusalLimits) {
    this.#limits = limits;
  }

  /** Enters it, or counts it; answers the number of the entry, 0 for none. Rejects when the ledger refuses. */
  async enter(ledger: LedgerPort, facts: CommandFacts, error: LiuhenError, nowMs: number): Promise<number> {
    if (!this.#mayEnter(nowMs)) {
      this.#suppressed += 1;
      this.#last = { facts, error };
      return 0;
    }
    return this.#tell(ledger, facts, error, nowMs);
  }

  /** Enters the last of those that were only counted, when there is room for it again. Never rejects. */
  async tick(ledger: LedgerPort, nowMs: number, log: Log): Promise<void> {
    if (this.#suppressed === 0 || this.#last === null || !this.#mayEnter(nowMs)) return;
    const { facts, error } = this.#last;
    // The entry stands for the last one counted.
    this.#suppressed -= 1;
    try {
      await this.#tell(ledger, facts, error, nowMs);
    } catch (fault) {
      this.#suppressed += 1;
      log.error('counted refusals of commands are not in the ledger yet', { error: fault as Error });
    }
  }

  async #tell(ledger: LedgerPort, facts: CommandFacts, error: LiuhenError, nowMs: number): Promise<number> {
    const suppressed = this.#suppressed;
    const count = suppressed === 0 ? '' : `${suppressed} more refused before; `;
    this.#entered.push(nowMs);
    this.#suppressed = 0;
    try {
      const { seq } = await ledger.append({
        case: 'commandTaken',
        value: { ...facts, outcome: 'refused', code: error.code, why: count + error.message },
      });
      return seq;
    } catch (fault) {
      this.#suppressed += suppressed;
      throw fault;
    }
  }

  #mayEnter(nowMs: number): boolean {
    this.#entered = this.#entered.filter((at) => nowMs - at < this.#limits.windowMs);
    return this.#entered.length < this.#limits.changes;
  }
}
