// Takes frames out of bytes as they come: split, merged, among noise. Each byte is copied once, from the chunk into a
// slab that the payloads point into; what is no frame is counted and its room used again, so noise costs no memory.
import { crc32c } from './crc32c.ts';
import type { Frame } from './frame.ts';
import { frameCheckBytes, frameHeaderBytes, frameTypes, maxFrameBytes, type FrameType } from './limits.ts';

/** Frames share one; a payload that is kept keeps its slab. */
export const slabBytes = 16 * maxFrameBytes;

export interface FrameCounts {
  readonly frames: number;
  /** Ended by a zero in the middle of a block, or too short. */
  readonly broken: number;
  readonly wrongCheck: number;
  readonly tooLong: number;
  /** Sound frames of a type that is unknown here. */
  readonly unknownType: number;
}

const typeWords = new Map<number, FrameType>(
  Object.entries(frameTypes).map(([word, byte]) => [byte, word as FrameType]),
);

export class FrameReader {
  #slab = Buffer.allocUnsafe(slabBytes);
  /** Where the frame under way begins and ends in the slab. */
  #begin = 0;
  #end = 0;
  /** Bytes that the block under way still wants; 0: a code byte comes next. */
  #wanted = 0;
  /** The block under way stands for a zero after it, if another block follows. */
  #zeroFollows = false;
  #started = false;
  #tooLong = false;
  #counts = { frames: 0, broken: 0, wrongCheck: 0, tooLong: 0, unknownType: 0 };

  get counts(): FrameCounts {
    return { ...this.#counts };
  }

  /** Sound frames, oldest first. Payloads are views that stay as they are. */
  push(bytes: Uint8Array): readonly Frame[] {
    const frames: Frame[] = [];
    let at = 0;
    while (at < bytes.length) {
      const zero = bytes.indexOf(0, at);
      const stop = zero < 0 ? bytes.length : zero;
      this.#take(bytes, at, stop);
      if (zero < 0) break;
      const frame = this.#finish();
      if (frame) frames.push(frame);
      at = zero + 1;
    }
    return frames;
  }

  /** Forgets the frame under way, as for a line that was opened anew. */
  reset(): void {
    this.#end = this.#begin;
    this.#wanted = 0;
    this.#zeroFollows = false;
    this.#started = false;
    this.#tooLong = false;
  }

  /** Bytes without a zero among them. */
  #take(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    if (at < to) this.#started = true;
    while (at < to && !this.#tooLong) {
      if (this.#wanted === 0) {
        const code = bytes[at] as number;
        at += 1;
        if (this.#zeroFollows) {
          if (!this.#room(1)) return;
          this.#slab[this.#end] = 0;
          this.#end += 1;
        }
        this.#wanted = code - 1;
        this.#zeroFollows = code !== 0xff;
        continue;
      }
      const run = Math.min(this.#wanted, to - at);
      if (!this.#room(run)) return;
      this.#slab.set(bytes.subarray(at, at + run), this.#end);
      this.#end += run;
      this.#wanted -= run;
      at += run;
    }
  }

  #room(count: number): boolean {
    if (this.#end - this.#begin + count <= maxFrameBytes) return true;
    this.#tooLong = true;
    this.#end = this.#begin;
    return false;
  }

  #finish(): Frame | null {
    const [started, tooLong, cut, begin, end] = [
      this.#started,
      this.#tooLong,
      this.#wanted > 0,
      this.#begin,
      this.#end,
    ];
    this.reset();
    // Zeros in a row are how an end wakes the other up.
    if (!started) return null;
    if (tooLong) this.#counts.tooLong += 1;
    else if (cut || end - begin < frameHeaderBytes + frameCheckBytes) this.#counts.broken += 1;
    else return this.#check(begin, end);
    return null;
  }

  #check(begin: number, end: number): Frame | null {
    const slab = this.#slab;
    const payloadEnd = end - frameCheckBytes;
    if (crc32c(slab, begin, payloadEnd) !== slab.readUInt32BE(payloadEnd)) {
      this.#counts.wrongCheck += 1;
      return null;
    }
    const type = typeWords.get(slab[begin + 1] as number);
    if (type === undefined) {
      this.#counts.unknownType += 1;
      return null;
    }
    this.#counts.frames += 1;
    const frame = {
      version: slab[begin] as number,
      type,
      sequence: slab.readUInt16BE(begin + 2),
      payload: slab.subarray(begin + frameHeaderBytes, payloadEnd),
    };
    this.#begin = end;
    if (slabBytes - end < maxFrameBytes) {
      this.#slab = Buffer.allocUnsafe(slabBytes);
      this.#begin = 0;
    }
    this.#end = this.#begin;
    return frame;
  }
}
