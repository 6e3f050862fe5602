// Memory for frames between the socket and the disk. A payload is copied once, out of the socket's read buffer
// and behind its predecessors, so that a part is one or two contiguous runs: one hash call and one writev entry
// each, instead of one per packet. Blocks are counted by the frames inside them and used again: steady
// streams allocate nothing.

export const arenaBlockBytes = 256 * 1024;
/** A coded frame larger than this is refused: the largest real 8K intra frames are under 4 MiB. */
export const maxFrameBytes = 8 * 1024 * 1024;

interface Block {
  readonly bytes: Buffer;
  used: number;
  frames: number;
}

/** Blocks that are free, shared by all tracks of the process; beyond `limit` they are left to the collector. */
export class BlockPool {
  readonly #free: Buffer[] = [];
  #limit: number;

  constructor(limit = 32) {
    this.#limit = limit;
  }

  /** Lets `blocks` more lie free, or fewer when it is negative: as streams come and go. */
  widen(blocks: number): void {
    this.#limit += blocks;
    if (this.#free.length > this.#limit) this.#free.length = Math.max(0, this.#limit);
  }

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(arenaBlockBytes);
  }

  give(bytes: Buffer): void {
    if (bytes.length === arenaBlockBytes && this.#free.length < this.#limit) this.#free.push(bytes);
  }
}

/** A finished frame's bytes and the one call that gives them back. */
export interface ArenaFrame {
  readonly data: Buffer;
  readonly release: () => void;
}

/**
 * Builds one frame at a time: `append` as packets come, `finish` at the frame's end, `abandon` to drop it.
 * `append` answers false, and abandons the frame, when it would grow past `maxFrameBytes`.
 */
export class FrameArena {
  readonly #pool: BlockPool;
  #block: Block;
  #start = 0;

  constructor(pool: BlockPool) {
    this.#pool = pool;
    this.#block = { bytes: pool.take(), used: 0, frames: 0 };
  }

  /** Bytes of the frame being built so far. */
  get length(): number {
    return this.#block.used - this.#start;
  }

  append(source: Buffer, from = 0, to = source.length): boolean {
    const length = to - from;
    if (!this.#reserve(length)) return false;
    source.copy(this.#block.bytes, this.#block.used, from, to);
    this.#block.used += length;
    return true;
  }

  /** Appends one byte, for rebuilt NAL unit headers. */
  appendByte(value: number): boolean {
    if (!this.#reserve(1)) return false;
    this.#block.bytes[this.#block.used++] = value;
    return true;
  }

  /** Leaves four bytes for a length that is known later; answers their offset within the frame. */
  reserveLength(): number {
    if (!this.#reserve(4)) return -1;
    const offset = this.length;
    this.#block.used += 4;
    return offset;
  }

  writeLength(offset: number, length: number): void {
    this.#block.bytes.writeUInt32BE(length, this.#start + offset);
  }

  finish(): ArenaFrame {
    const block = this.#block;
    const data = block.bytes.subarray(this.#start, block.used);
    block.frames += 1;
    this.#start = block.used;
    let held = true;
    return {
      data,
      release: () => {
        if (!held) return;
        held = false;
        block.frames -= 1;
        if (block.frames === 0 && block !== this.#block) this.#pool.give(block.bytes);
      },
    };
  }

  abandon(): void {
    this.#block.used = this.#start;
  }

  #reserve(length: number): boolean {
    const block = this.#block;
    if (block.used + length <= block.bytes.length) return true;
    const building = block.used - this.#start;
    if (building + length > maxFrameBytes) {
      this.abandon();
      return false;
    }
    // The frame does not fit behind its predecessors: it moves to a new block. Rare, about once a block.
    const need = Math.max(building + length, building * 2);
    const bytes = need > arenaBlockBytes ? Buffer.allocUnsafeSlow(need) : this.#pool.take();
    block.bytes.copy(bytes, 0, this.#start, block.used);
    block.used = this.#start;
    if (block.frames === 0) this.#pool.give(block.bytes);
    this.#block = { bytes, used: building, frames: 0 };
    this.#start = 0;
    return true;
  }
}
