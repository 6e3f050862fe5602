// A card, a store and a clip for the tests of copying; blocks of 64 KiB, so that a small file has many borders.
import { Buffer } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';
import { BlockPool } from '../../../../gateway/bodycam/copying/block-pool.ts';
import type { ClipDisk } from '../../../../gateway/bodycam/copying/clip-disk.ts';
import { copyClip, type ClipToCopy, type CopyWays } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import type { CopyOutcome } from '../../../../gateway/bodycam/copying/clip-outcome.ts';

export const block = 65_536;
/** Five blocks and a bit: the last page is not whole. */
export const clipBytes = 5 * block + 1001;
export const syncEvery = 2 * block;

export class CopyBench {
  readonly folder: string;
  readonly card: string;
  readonly store: string;
  readonly content: Buffer;
  readonly pool = new BlockPool(4, block);

  constructor(folder: string, content: Buffer) {
    this.folder = folder;
    this.card = path.join(folder, 'card');
    this.store = path.join(folder, 'store');
    this.content = content;
  }

  static async make(t: Test, bytes = clipBytes): Promise<CopyBench> {
    const folder = await fs.mkdtemp(path.join(tmpdir(), 'lh-'));
    t.teardown(() => fs.rm(folder, { recursive: true, force: true }));
    const bench = new CopyBench(folder, randomBytes(bytes));
    await fs.mkdir(bench.card);
    await fs.mkdir(bench.store);
    await fs.writeFile(path.join(bench.card, 'MOV_0001.MP4'), bench.content);
    return bench;
  }

  get sha256(): string {
    return createHash('sha256').update(this.content).digest('hex');
  }

  async clip(change: Partial<ClipToCopy> = {}): Promise<ClipToCopy> {
    const name = Buffer.from('MOV_0001.MP4');
    const { size, mtimeMs } = await fs.stat(path.join(this.card, name.toString()));
    const modifiedMs = Math.floor(mtimeMs);
    return {
      device: 'BC-7',
      root: this.card,
      path: name,
      bytes: size,
      modifiedMs,
      deviceSha256: null,
      ...change,
    };
  }

  ways(disk?: ClipDisk, change: Partial<CopyWays> = {}): CopyWays {
    const { store, pool } = this;
    const { signal } = new AbortController();
    return {
      store,
      pool,
      signal,
      disk,
      keepFreeBytes: 0,
      syncEveryBytes: syncEvery,
      stallMs: 30_000,
      ...change,
    };
  }

  async copy(disk?: ClipDisk, change: Partial<CopyWays> = {}): Promise<CopyOutcome> {
    return copyClip(await this.clip(), this.ways(disk, change));
  }

  /** The names in the store, and a word for each fault of what `verified` promises. */
  async wrong(outcome: CopyOutcome): Promise<string[]> {
    if (outcome.state !== 'verified') return [`not verified but ${outcome.state} (${outcome.why})`];
    const faults: string[] = [];
    const names = await fs.readdir(this.store);
    if (names.length !== 1) faults.push(`in the store: ${names.join(' ')}`);
    if (outcome.file === null || path.dirname(outcome.file) !== this.store) faults.push('elsewhere');
    if (outcome.sha256 !== this.sha256) faults.push('another hash');
    const stored = await fs.readFile(path.join(this.store, names[0] ?? ''));
    if (!stored.equals(this.content)) faults.push('other bytes');
    return faults;
  }

  partFile(): Promise<string | null> {
    return this.#ending('.part');
  }

  stateFile(): Promise<string | null> {
    return this.#ending('.part.state');
  }

  async #ending(ending: string): Promise<string | null> {
    const found = (await fs.readdir(this.store)).find((name) => name.endsWith(ending));
    return found === undefined ? null : path.join(this.store, found);
  }
}
