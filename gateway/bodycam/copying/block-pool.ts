// Memory that files are copied through: a fixed number of sets of blocks that lie on page borders, so that a file
// may be read and written past the page cache (O_DIRECT). What goes through them is clip-copy.ts's.
import { Buffer } from 'node:buffer';
import { late, stopped, within } from './within.ts';

/** Bytes of one block, blocks of one set. Four of 2 MiB keep a disk and SHA-256 busy at once (bench/README.md). */
export const blockBytes = 2 * 1024 * 1024;
export const blocksPerSet = 4;
/** What O_DIRECT asks of offsets and lengths on every disk of today; block sizes must be a multiple. */
export const pageBytes = 4096;

/** Blocks that one copy uses; nobody else does until it is given back. */
export type BlockSet = readonly Buffer[];

// A Buffer begins anywhere; the memory of WebAssembly begins on a page, and Node has no other that says so.
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
};
const wasmPageBytes = 65_536;

export class BlockPool {
  readonly #free: BlockSet[] = [];
  readonly #sets: number;
  readonly #bytes: number;
  readonly #waiting: ((set: BlockSet) => void)[] = [];
  #made = 0;

  /** `sets` are made when asked for and never more; `bytes` of one block, a multiple of pageBytes. */
  constructor(sets: number, bytes: number = blockBytes) {
    this.#sets = sets;
    this.#bytes = bytes;
  }

  /**
   * Waits while all are lent, but not longer than `milliseconds` or until the signal: then null. Who borrows gives
   * back, and not before the kernel is done with the blocks; a disk that hangs keeps its set for as long.
   */
  async borrow(milliseconds: number, signal: AbortSignal): Promise<BlockSet | null> {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#made < this.#sets) {
      this.#made += 1;
      return makeSet(this.#bytes);
    }
    const given = new Promise<BlockSet>((resolve) => {
      this.#waiting.push(resolve);
    });
    const wake = this.#waiting.at(-1);
    const set = await within(given, milliseconds, signal);
    if (set !== late && set !== stopped) return set;
    const place = this.#waiting.findIndex((one) => one === wake);
    if (place >= 0) this.#waiting.splice(place, 1);
    else void given.then((one) => this.giveBack(one));
    return null;
  }

  giveBack(set: BlockSet): void {
    const next = this.#waiting.shift();
    if (next) next(set);
    else this.#free.push(set);
  }
}

function makeSet(bytes: number): BlockSet {
  const pages = Math.ceil((bytes * blocksPerSet) / wasmPageBytes);
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
  return Array.from({ length: blocksPerSet }, (_, index) => Buffer.from(buffer, index * bytes, bytes));
}
