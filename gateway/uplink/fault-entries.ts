// Enters into the ledger that headquarters does not take it, and that it does again: once for each change of state,
// also over restarts. What is wrong is found by uplink.ts, which hands every finding in here.
import type { Log } from '../../config/log.ts';
import { ChangeLimiter } from '../cameras/change-limiter.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { UplinkFault } from './delivery.ts';

/** What UplinkChanged says: an alarm, or that headquarters takes the ledger (again). */
export type EnteredState = UplinkFault | 'delivering';

interface Finding {
  readonly state: EnteredState;
  /** The entry that it is about. */
  readonly seq: bigint;
}

const stateNote = 'uplink-state';
/** Entries that may wait for the ledger's disk; beyond, a change is said by the next look. */
const maxWaiting = 8;

export class FaultEntries {
  readonly #ledger: Pick<Ledger, 'append' | 'setNote'>;
  readonly #log: Log;
  /** A feed that is refused and taken in turn must not fill the ledger: each entry would ask for the next. */
  readonly #limiter: ChangeLimiter<Finding>;
  #newest: Finding;
  #waiting = 0;
  #settled: Promise<void> = Promise.resolve();

  /** `note` holds what was entered last. */
  static async open(ledger: Pick<Ledger, 'append' | 'note' | 'setNote'>, log: Log): Promise<FaultEntries> {
    const note = await ledger.note(stateNote);
    const text = note === undefined ? '' : Buffer.from(note).toString('utf8');
    return new FaultEntries(ledger, log, isEntered(text) ? text : 'delivering');
  }

  private constructor(ledger: Pick<Ledger, 'append' | 'setNote'>, log: Log, told: EnteredState) {
    this.#ledger = ledger;
    this.#log = log;
    this.#newest = { state: told, seq: 0n };
    this.#limiter = new ChangeLimiter((a, b) => a.state === b.state, this.#newest);
  }

  /** What the feed is now. Say it as often as it is found; `nowMs` is CLOCK_MONOTONIC. */
  say(state: EnteredState, seq: bigint, nowMs: number): void {
    this.#newest = { state, seq };
    this.look(nowMs);
  }

  /** Enters what was held back, when its time has come. */
  look(nowMs: number): void {
    if (this.#waiting >= maxWaiting) return;
    const passed = this.#limiter.offer(this.#newest, nowMs);
    if (passed === null) return;
    this.#waiting += 1;
    this.#settled = this.#settled
      .then(() => this.#enter(passed.value))
      .catch((error: unknown) => {
        this.#log.error('not in the ledger', { what: 'uplinkChanged', error: error as Error });
      })
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Resolves when everything that was let through is entered. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  async #enter({ state, seq }: Finding): Promise<void> {
    await this.#ledger.append({ case: 'uplinkChanged', value: { state, seq } });
    // A crash in between enters the same once more, never less.
    await this.#ledger.setNote(stateNote, Buffer.from(state));
  }
}

const enteredStates: ReadonlySet<string> = new Set<EnteredState>([
  'delivering',
  'refused',
  'forked',
  'ahead',
  'cursor-lost',
]);

function isEntered(text: string): text is EnteredState {
  return enteredStates.has(text);
}
