// What a camera sent lately, from a key frame on, so that a file can begin before its session (P2). What is not
// used is given back and never written (H2).
import type { HeldFrame } from './held-frame.ts';

/** Per camera: four seconds of 32 Mbit/s. A group of pictures larger than this leaves the buffer cold. */
export const maxWarmBytes = 16 * 1024 * 1024;
export const maxWarmMs = 12_000;
/** The order to record comes this much later than the opening at most: older groups of pictures may go. */
export const warmGraceMs = 1000;

export class WarmBuffer {
  #frames: HeldFrame[] = [];
  #bytes = 0;
  readonly #maxBytes: number;
  readonly #maxMs: number;

  constructor(maxBytes = maxWarmBytes, maxMs = maxWarmMs) {
    this.#maxBytes = maxBytes;
    this.#maxMs = maxMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#frames.length;
  }

  /** Takes over one hold. Frames before the first key frame are given back at once. */
  push(held: HeldFrame, lead: 'video' | 'audio' = 'video'): void {
    const { frame } = held;
    const isKey = frame.kind === lead && frame.key;
    if (this.#frames.length === 0 && !isKey) {
      held.release();
      return;
    }
    this.#frames.push(held);
    this.#bytes += frame.data.length;
    if (isKey) this.#dropBefore(this.#keyAt(frame.arrivalMonoMs - warmGraceMs, lead));
    const oldest = this.#frames[0]?.frame.arrivalMonoMs ?? 0;
    if (this.#bytes > this.#maxBytes || frame.arrivalMonoMs - oldest > this.#maxMs) {
      const next = this.#frames.findIndex(
        (each, index) => index > 0 && each.frame.kind === lead && each.frame.key,
      );
      this.#dropBefore(next < 0 ? this.#frames.length : next);
    }
  }

  /** From the last key frame that arrived at or before `monoMs`, else from the first; each frame held once more. */
  take(monoMs: number, lead: 'video' | 'audio' = 'video'): HeldFrame[] {
    return this.#frames.slice(this.#keyAt(monoMs, lead)).map((held) => held.hold());
  }

  clear(): void {
    this.#dropBefore(this.#frames.length);
  }

  #keyAt(monoMs: number, lead: 'video' | 'audio'): number {
    for (let index = this.#frames.length - 1; index > 0; index--) {
      const frame = this.#frames[index]?.frame;
      if (frame?.kind === lead && frame.key && frame.arrivalMonoMs <= monoMs) return index;
    }
    return 0;
  }

  #dropBefore(count: number): void {
    for (const held of this.#frames.splice(0, count)) {
      this.#bytes -= held.frame.data.length;
      held.release();
    }
  }
}
