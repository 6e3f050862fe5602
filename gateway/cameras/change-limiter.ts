// Keeps a flapping device from filling the ledger: the first changes pass, the rest of a burst is counted and
// its outcome told once. Pure: the caller gives the time and the equality.

/** Changes of one thing that pass within `limitWindowMs`. */
export const limitChanges = 6;
/** Milliseconds of CLOCK_MONOTONIC. */
export const limitWindowMs = 60_000;

export interface ChangeLimits {
  readonly changes: number;
  readonly windowMs: number;
}

export interface PassedChange<Value> {
  readonly value: Value;
  /** Changes that were only counted since the one that passed before. */
  readonly suppressed: number;
}

export class ChangeLimiter<Value> {
  readonly #limits: ChangeLimits;
  readonly #same: (a: Value, b: Value) => boolean;
  #told: Value | undefined;
  #newest: Value | undefined;
  #suppressed = 0;
  #passed: number[] = [];

  /** `told` is what was said last, for instance before a restart. */
  constructor(
    same: (a: Value, b: Value) => boolean,
    told?: Value,
    limits: ChangeLimits = { changes: limitChanges, windowMs: limitWindowMs },
  ) {
    this.#limits = limits;
    this.#same = same;
    this.#told = told;
    this.#newest = told;
  }

  /** Changes were counted that are still to be told: offer the newest value again later. */
  get waiting(): boolean {
    return this.#suppressed > 0;
  }

  /** What may be told now; null when nothing changed or too much has. Call it with every observation. */
  offer(value: Value, nowMs: number): PassedChange<Value> | null {
    const changed = this.#newest === undefined || !this.#same(this.#newest, value);
    this.#newest = value;
    this.#passed = this.#passed.filter((at) => nowMs - at < this.#limits.windowMs);
    if (this.#passed.length >= this.#limits.changes) {
      if (changed) this.#suppressed += 1;
      return null;
    }
    const news = this.#told === undefined || !this.#same(this.#told, value);
    // A burst that ended where it began is still told, once: something happened many times.
    if (!news && this.#suppressed === 0) return null;
    const passed = { value, suppressed: this.#suppressed };
    this.#told = value;
    this.#suppressed = 0;
    this.#passed.push(nowMs);
    return passed;
  }
}
