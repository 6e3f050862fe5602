// A bucket of bytes per second that all copies together take from, so that copying leaves the disk to the recording.
// When there is a cap is up to who has it.
import { monotonicTime, sleep, type MonoMs } from '../../../config/clock.ts';

/** Bytes per second that copying may read, cards and store together, while a room records. */
export const capWhileRecording = 40_000_000;
/** What was not taken is kept for this long at most. */
export const burstMs = 250;
/** A changed cap is seen by who waits after this long at most. */
const lookAgainMs = 50;

export class RateCap {
  readonly #now: () => MonoMs;
  #perSecond: number | null = null;
  #tokens = 0;
  #filledAt: MonoMs;
  #turn: Promise<void> = Promise.resolve();

  constructor(now: () => MonoMs = monotonicTime) {
    this.#now = now;
    this.#filledAt = now();
  }

  /** Null: as fast as the disks can. */
  get perSecond(): number | null {
    return this.#perSecond;
  }

  /** Holds from now on, for who waits already too. `perSecond` is above 0, or null. */
  set(perSecond: number | null): void {
    this.#fill();
    // Nobody gains by a cap that changes: what was kept or owed counts at the new one.
    this.#perSecond = perSecond;
    this.#tokens = Math.min(this.#tokens, this.#most());
  }

  /** Resolves when `bytes` may be read, in the order of asking; at once when the signal says that nobody wants them. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    const mine = this.#turn.then(() => this.#wait(bytes, signal));
    this.#turn = mine;
    return mine;
  }

  async #wait(bytes: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#perSecond !== null) {
      this.#fill();
      // A block may be larger than what is kept: it is taken on credit, and the next one waits for that.
      if (this.#tokens > 0) {
        this.#tokens -= bytes;
        return;
      }
      const owedMs = (-this.#tokens / this.#perSecond) * 1000;
      await sleep(Math.min(lookAgainMs, Math.max(1, owedMs)), signal);
    }
  }

  #fill(): void {
    const now = this.#now();
    const elapsedMs = now - this.#filledAt;
    this.#filledAt = now;
    if (this.#perSecond === null) this.#tokens = 0;
    else this.#tokens = Math.min(this.#most(), this.#tokens + (this.#perSecond * elapsedMs) / 1000);
  }

  #most(): number {
    return ((this.#perSecond ?? 0) * burstMs) / 1000;
  }
}
