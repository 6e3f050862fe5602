// How far the ledger has got, in a small file beside the store. A flipped byte in the store's own log can lose its
// last records without a word; the mark shows that they were there. It is written after the store has synced and
// is not synced itself: after a power cut it may be old, never ahead.
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { sha256 } from '../../protocols/hq/chain.ts';

const markBytes = 8 + 32;
const openFlags = constants.O_RDWR | constants.O_CREAT;

export interface Mark {
  readonly seq: bigint;
  readonly hash: Uint8Array;
}

export class TailMark {
  readonly #descriptor: number;

  constructor(file: string) {
    this.#descriptor = openSync(file, openFlags, 0o600);
  }

  /** The mark; null when there is none, or a power cut left half of one. */
  read(): Mark | null {
    const bytes = Buffer.alloc(markBytes + 32);
    if (readSync(this.#descriptor, bytes, 0, bytes.length, 0) !== bytes.length) return null;
    const mark = bytes.subarray(0, markBytes);
    if (!bytes.subarray(markBytes).equals(sha256(mark))) return null;
    return { seq: mark.readBigUInt64BE(0), hash: mark.subarray(8) };
  }

  write({ seq, hash }: Mark): void {
    const mark = Buffer.alloc(markBytes);
    mark.writeBigUInt64BE(seq, 0);
    mark.set(hash, 8);
    writeSync(this.#descriptor, Buffer.concat([mark, sha256(mark)]), 0, markBytes + 32, 0);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
