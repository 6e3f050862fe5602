// Writes the bytes of a clip to its part, in order, with a running SHA-256, and marks in the sidecar how far they are
// on disk. Keeps the first fault as a value; what it means is clip-copy.ts's.
import type { Buffer } from 'node:buffer';
import type { Hash } from 'node:crypto';
import { monotonicTime, type MonoMs } from '../../../config/clock.ts';
import { pageBytes } from './block-pool.ts';
import type { WriteFile } from './clip-disk.ts';
import type { ClipState } from './clip-state.ts';
import { late, within } from './within.ts';

/** The part is synced and marked after so many bytes or milliseconds, what comes first: so much is copied twice. */
export const syncEveryBytes = 32 * 1024 * 1024;
export const syncEveryMs = 1000;

export interface PartPlan {
  /** Of the whole clip. */
  readonly bytes: number;
  readonly syncEveryBytes: number;
  readonly stallMs: number;
  /** Called when a mark is on disk; rejects when the copying is not to go on. */
  readonly marked: (to: number) => Promise<void>;
}

/** The store gave no answer in time. */
export class StoreHangs extends Error {}

export class PartWriter {
  readonly #part: WriteFile;
  readonly #state: ClipState;
  readonly #plan: PartPlan;
  readonly #hash: Hash;
  readonly #writes = new Set<Promise<void>>();
  #fault: unknown = null;
  #at: number;
  #safe: number;
  #marking: Promise<void> | null = null;
  #markAskedAt: MonoMs = monotonicTime();
  #markAskedTo: number;

  /** `hash` is over `[0, at)` of the part, which has nothing behind `at` and is on disk up to it. */
  constructor(part: WriteFile, state: ClipState, hash: Hash, at: number, plan: PartPlan) {
    this.#part = part;
    this.#state = state;
    this.#hash = hash;
    this.#at = at;
    this.#safe = at;
    this.#markAskedTo = at;
    this.#plan = plan;
  }

  /** Bytes that are on disk, with a mark that says so. */
  get safe(): number {
    return this.#safe;
  }

  /** What kept a byte from the disk, or null. */
  get fault(): unknown {
    return this.#fault;
  }

  /** Resolves when the block may be filled again; false when a write has failed. Never rejects. */
  write(block: Buffer, length: number, at: number): Promise<boolean> {
    // Only whole pages but at the end: a mark elsewhere could not be gone on from past the page cache.
    const taken = at + length === this.#plan.bytes ? length : length - (length % pageBytes);
    if (at !== this.#at || taken === 0) return Promise.resolve(this.#fault === null);
    this.#hash.update(block.subarray(0, taken));
    this.#at += taken;
    const written = this.#part.write(block, taken, at);
    this.#writes.add(written);
    const done = this.#watch(written).then(() => this.#fault === null);
    written.catch(() => {}).finally(() => this.#writes.delete(written));
    const sinceBytes = this.#at - this.#markAskedTo;
    if (sinceBytes >= this.#plan.syncEveryBytes || monotonicTime() - this.#markAskedAt >= syncEveryMs)
      this.#marking ??= this.#mark().finally(() => {
        this.#marking = null;
      });
    return done;
  }

  /** Puts all that was taken on disk, marks it, and gives its SHA-256; null when there is a fault. */
  async finish(): Promise<string | null> {
    await this.#marking;
    if (this.#safe < this.#at && this.#fault === null) await this.#mark();
    return this.#fault === null ? this.#hash.copy().digest('hex') : null;
  }

  /** Resolves when the kernel has let go of every block. */
  async released(): Promise<void> {
    await Promise.allSettled(this.#writes);
  }

  async #mark(): Promise<void> {
    const to = this.#at;
    const sha256 = this.#hash.copy().digest('hex');
    this.#markAskedTo = to;
    this.#markAskedAt = monotonicTime();
    await this.#watch(
      (async () => {
        await Promise.all(this.#writes);
        if (this.#fault !== null) return;
        // Past the page cache the last page was written whole.
        if (to === this.#plan.bytes) await this.#part.truncate(to);
        await this.#part.sync();
        await this.#state.add({ to, sha256 });
        this.#safe = to;
        await this.#plan.marked(to);
      })(),
    );
  }

  async #watch(work: Promise<void>): Promise<void> {
    try {
      if ((await within(work, this.#plan.stallMs)) === late) throw new StoreHangs('no answer in time');
    } catch (error) {
      this.#fault ??= error;
    }
  }
}
