// Makes ended segments of one camera final and tells the journal; what a refusing disk leaves unsealed is tried
// again. How a file is sealed is segment-writer.ts's.
import { monotonicTime } from '../../config/clock.ts';
import type { Seal, SegmentWriter } from './segment-writer.ts';

/** Milliseconds between two tries to seal. */
export const sealRetryMs = 1000;

/** A segment of which no more parts will come. */
export interface EndedSegment {
  readonly writer: SegmentWriter;
}

export class SegmentSealer<T extends EndedSegment> {
  readonly #onSealed: (segment: T, seal: Seal) => void;
  readonly #working = new Set<Promise<void>>();
  /** Whole on disk under their open names. Bounded by the disk: each holds at least one synced part. */
  #refused: T[] = [];
  #nextTryMonoMs = 0;

  constructor(onSealed: (segment: T, seal: Seal) => void) {
    this.#onSealed = onSealed;
  }

  /** Ends the segment's file behind what it was given. */
  seal(segment: T): void {
    const work = segment.writer.seal().then((result) => {
      if (result === 'refused') {
        this.#refused.push(segment);
        this.#nextTryMonoMs = monotonicTime() + sealRetryMs;
      } else if (result !== 'empty') this.#onSealed(segment, result);
    });
    this.#working.add(work);
    void work.finally(() => this.#working.delete(work));
  }

  /** Tries again what was refused, at most every `sealRetryMs`. */
  tick(): void {
    if (this.#refused.length > 0 && monotonicTime() >= this.#nextTryMonoMs) this.#again();
  }

  /** Resolves when every seal that is under way has its result; true when nothing is left unsealed. */
  async settle(): Promise<boolean> {
    await Promise.all(this.#working);
    this.#again();
    await Promise.all(this.#working);
    return this.#refused.length === 0;
  }

  #again(): void {
    const refused = this.#refused;
    this.#refused = [];
    for (const segment of refused) this.seal(segment);
  }
}
