// One segment on disk: parts go in, hashed, written with one writev, synced and indexed; `seal` makes it final.
// Storage order (README): part -> synced -> index line -> renamed -> folder synced -> told.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { monotonicTime } from '../../config/clock.ts';
import { MerkleAccumulator } from '../../protocols/hq/merkle.ts';
import { encodeIndexLine, noChain, type IndexEntry } from './index-line.ts';
import type { RecordingDisk, RecordingFile } from './recording-disk.ts';
import type { At } from './recorder-protocol.ts';

export const partSuffix = '.part';
export const indexSuffix = '.index';

export interface Part {
  /** In file order. Kept alive by the caller until `done`. */
  readonly buffers: readonly Uint8Array[];
  readonly length: number;
  readonly mediaMs: readonly [number, number];
  readonly first: At;
  readonly last: At;
  readonly frames: { readonly video: number; readonly audio: number };
  /** Called once: `true` when synced, `false` when the disk did not take it. The buffers are free then. */
  done(durable: boolean): void;
}

export interface Seal {
  readonly file: string;
  readonly bytes: number;
  readonly parts: number;
  readonly merkleRoot: string;
  readonly chainHead: string;
}

export interface SegmentWriterOptions {
  readonly disk: RecordingDisk;
  readonly folder: string;
  /** `<camera>-0001.mp4` */
  readonly file: string;
  readonly init: Uint8Array;
  readonly first: At;
  onSynced(milliseconds: number): void;
  /** Told once; every later part is answered with `done(false)`. */
  onFailure(error: unknown): void;
  /** Told each time that sealing failed; nothing is lost by it. */
  onRefused(error: unknown): void;
}

export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #merkle = new MerkleAccumulator();
  #tail: Promise<void>;
  #data: RecordingFile | null = null;
  #index: RecordingFile | null = null;
  #bytes = 0;
  #indexBytes = 0;
  #n = 0;
  #chain = noChain;
  #failed = false;
  #renamed = false;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#tail = this.#begin();
  }

  write(part: Part): void {
    this.#tail = this.#tail.then(async () => {
      const durable = !this.#failed && (await this.#try(() => this.#put(part)));
      part.done(durable);
    });
  }

  /**
   * Ends the file after what was handed over. 'empty' when nothing whole could be kept. 'refused' when the disk
   * does not make it final: what is whole lies there under its open name, and seal may be called again.
   */
  async seal(): Promise<Seal | 'empty' | 'refused'> {
    await this.#tail;
    const { disk, folder, file } = this.#options;
    try {
      if (this.#n > 0) {
        // After a failed write the file may carry half a part; what is whole stays.
        if (this.#failed) {
          await this.#data?.truncate(this.#bytes);
          await this.#index?.truncate(this.#indexBytes);
        }
        await this.#data?.sync();
        await this.#index?.sync();
      }
      await this.#close();
      if (this.#n > 0) {
        // A try before this one may have come so far.
        if (!this.#renamed) await disk.rename(path.join(folder, file + partSuffix), path.join(folder, file));
        this.#renamed = true;
        await disk.syncFolder(folder);
      } else {
        // Not even the init section is whole: there is nothing to keep.
        await disk.remove(path.join(folder, file + partSuffix));
        await disk.remove(path.join(folder, file + indexSuffix));
        return 'empty';
      }
    } catch (error) {
      this.#options.onRefused(error);
      return 'refused';
    }
    return {
      file,
      bytes: this.#bytes,
      parts: this.#n,
      merkleRoot: Buffer.from(this.#merkle.root()).toString('hex'),
      chainHead: this.#chain,
    };
  }

  /** Leaves the file as it is, to be taken up by recovery. */
  async abandon(): Promise<void> {
    await this.#tail;
    await this.#try(() => this.#close());
  }

  async #begin(): Promise<void> {
    const { disk, folder, file, init, first } = this.#options;
    await this.#try(async () => {
      this.#data = await disk.open(path.join(folder, file + partSuffix));
      this.#index = await disk.open(path.join(folder, file + indexSuffix));
      await disk.syncFolder(folder);
      await this.#put({
        buffers: [init],
        length: init.length,
        mediaMs: [0, 0],
        first,
        last: first,
        frames: { video: 0, audio: 0 },
        done: () => undefined,
      });
    });
  }

  async #put(part: Part): Promise<void> {
    if (!this.#data || !this.#index) return;
    const hash = createHash('sha256');
    for (const buffer of part.buffers) hash.update(buffer);
    const digest = hash.digest();
    await this.#data.write(part.buffers, this.#bytes);
    const before = monotonicTime();
    await this.#data.sync();
    this.#options.onSynced(monotonicTime() - before);
    const entry: IndexEntry = {
      n: this.#n,
      offset: this.#bytes,
      length: part.length,
      mediaMs: part.mediaMs,
      first: part.first,
      last: part.last,
      frames: part.frames,
      sha256: digest.toString('hex'),
    };
    const { line, chain } = encodeIndexLine(entry, this.#chain);
    const text = Buffer.from(`${line}\n`);
    await this.#index.write([text], this.#indexBytes);
    this.#merkle.add(digest);
    this.#chain = chain;
    this.#n += 1;
    this.#bytes += part.length;
    this.#indexBytes += text.length;
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.onFailure(error);
  }

  async #close(): Promise<void> {
    const [data, index] = [this.#data, this.#index];
    this.#data = null;
    this.#index = null;
    await data?.close();
    await index?.close();
  }
}
