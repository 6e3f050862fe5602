// Copies one clip from a mounted volume into the store, goes on where an earlier attempt ended, and says `verified`
// only of what is on disk and was read a second time at both ends. Which clips, when and how fast: copy-scheduler.ts.
import path from 'node:path';
import { type BlockPool, type BlockSet, pageBytes } from './block-pool.ts';
import type { CardFile } from './card-file.ts';
import { hasCode, nodeClipDisk, type ClipDisk, type ReadFile, type WriteFile } from './clip-disk.ts';
import type { CopyOutcome, CopyState, Reread } from './clip-outcome.ts';
import { ClipState } from './clip-state.ts';
import { hashFile, type FileHash } from './hash-file.ts';
import { PartWriter, StoreHangs, syncEveryBytes } from './part-writer.ts';
import { readThrough, stallMs, type PassageEnd } from './read-through.ts';
import { late, stopped, within } from './within.ts';
import { identityHash, storeName, type ClipIdentity } from './store-name.ts';

/** Room that is left to what the room records; below it no clip is written. */
export const keepFreeBytes = 2 * 1024 ** 3;
/** Copies of one clip that differ are kept for people to look at; with so many of them none is made any more. */
export const maxSetAside = 3;
/** Clips of one name, size and time in the store, told apart by their content alone. */
export const maxTurns = 8;

export interface ClipToCopy extends ClipIdentity {
  /** Where the volume is mounted. */
  readonly root: string;
  /** SHA-256 (hex) that the device itself gives of the clip; null when it gives none. */
  readonly deviceSha256: string | null;
}

export interface CopyWays {
  /** The folder of the store; it exists, and only we write to it. */
  readonly store: string;
  readonly pool: BlockPool;
  readonly signal: AbortSignal;
  /** Waits until so many bytes may be read from the card or the store. Never rejects. */
  readonly pace?: (bytes: number) => Promise<void>;
  /** Bytes of the clip that are read, of the first look. */
  readonly progress?: (bytes: number) => void;
  /** Called when all bytes of the first look are on disk, and the second look begins. Nothing is proven then. */
  readonly synced?: () => void;
  readonly disk?: ClipDisk;
  readonly keepFreeBytes?: number;
  readonly stallMs?: number;
  readonly syncEveryBytes?: number;
}

/** Copies and proves. Every fault of either disk is an outcome; what is safe in the store stays there. Never rejects. */
export async function copyClip(clip: ClipToCopy, ways: CopyWays): Promise<CopyOutcome> {
  const blocks = await ways.pool.borrow(ways.stallMs ?? stallMs, ways.signal);
  if (!blocks) {
    const state = ways.signal.aborted ? 'stopped' : 'too-slow';
    const why = 'other disks that hang keep the memory';
    return { state, safeBytes: 0, resumedFrom: 0, file: null, sha256: null, reread: null, why };
  }
  const attempt = new CopyAttempt(clip, ways, blocks);
  try {
    return await attempt.run();
  } finally {
    // What a disk that hangs may still write to is nobody else's until it answers.
    void attempt.released().then(() => ways.pool.giveBack(blocks));
  }
}

/** Ends an attempt from any depth; caught in run(). */
class Ended extends Error {
  readonly state: CopyState;
  readonly why: string | null;

  constructor(state: CopyState, why: string | null = null) {
    super(state);
    this.state = state;
    this.why = why;
  }
}

class CopyAttempt {
  readonly #clip: ClipToCopy;
  readonly #ways: CopyWays;
  readonly #disk: ClipDisk;
  readonly #blocks: BlockSet;
  readonly #card: CardFile;
  readonly #held: Promise<unknown>[] = [];
  readonly #open: { close(): Promise<void> }[] = [];
  #volume: number | null = null;
  #safe = 0;
  #resumedFrom = 0;

  constructor(clip: ClipToCopy, ways: CopyWays, blocks: BlockSet) {
    this.#clip = clip;
    this.#ways = ways;
    this.#disk = ways.disk ?? nodeClipDisk;
    this.#blocks = blocks;
    this.#card = { root: clip.root, path: clip.path };
  }

  async released(): Promise<void> {
    await Promise.allSettled(this.#held);
  }

  async run(): Promise<CopyOutcome> {
    const none = { file: null, sha256: null, reread: null };
    try {
      const proof = await this.#run();
      return { state: 'verified', ...this.#amounts(), ...proof, why: null };
    } catch (error) {
      if (error instanceof Ended) return { state: error.state, ...this.#amounts(), ...none, why: error.why };
      // What is left is the store: every call of the card has its own catch.
      const full = hasCode(error, 'ENOSPC', 'EDQUOT');
      return { state: full ? 'disk-full' : 'write-error', ...this.#amounts(), ...none, why: word(error) };
    } finally {
      // A read that hangs keeps its file open; nobody waits for that.
      for (const file of this.#open) file.close().catch(() => {});
    }
  }

  #amounts(): { safeBytes: number; resumedFrom: number } {
    return { safeBytes: this.#safe, resumedFrom: this.#resumedFrom };
  }

  async #run(): Promise<Proof> {
    this.#volume = await this.#ofCard(this.#disk.volumeDevice(this.#clip.root));
    if (this.#volume === null) throw new Ended('pulled-out');
    const source = await this.#openSource();
    for (let turn = 1; turn <= maxTurns; turn += 1) {
      const file = path.join(this.#ways.store, storeName(this.#clip, turn));
      if (!(await this.#disk.exists(file))) return this.#copyTo(source, file);
      // Copied, and then something ended us before we could say so.
      const proof = await this.#secondLook(source, file, null);
      if (typeof proof === 'string' && proof !== 'store-differs') throw new Ended(proof);
      // Beside a clip that has its name its draft's names are of no use, whatever is in it.
      await this.#removeDraft(file);
      if (proof === 'store-differs') continue;
      this.#safe = this.#clip.bytes;
      this.#resumedFrom = this.#clip.bytes;
      // Begun when the store once gave back other bytes of this one.
      await this.#removeDraft(path.join(this.#ways.store, storeName(this.#clip, turn + 1)));
      return proof;
    }
    throw new Ended('gave-up', 'too many clips of one name, size and time');
  }

  async #openSource(): Promise<ReadFile> {
    let source: ReadFile | null;
    try {
      const opening = this.#disk.openCard(this.#card);
      this.#open.push({ close: async () => (await opening)?.close() });
      source = await this.#ofCard(opening);
    } catch (error) {
      throw await this.#cardFault(error);
    }
    if (!source) throw new Ended((await this.#gone()) ? 'pulled-out' : 'not-a-file');
    await this.#unchanged(source);
    return source;
  }

  async #copyTo(source: ReadFile, file: string): Promise<Proof> {
    const { bytes } = this.#clip;
    if (await this.#disk.exists(setAside(file, maxSetAside)))
      throw new Ended('gave-up', 'copies that differ lie in the store');
    const part = `${file}.part`;
    const state = await ClipState.open(this.#disk, `${part}.state`, identityHash(this.#clip));
    this.#open.push(state);
    const marks = state.marks.filter(({ to }) => to === bytes || (to < bytes && to % pageBytes === 0));
    const kept = await hashFile(
      () => this.#disk.openStored(part),
      this.#passage(marks.at(-1)?.to ?? 0),
      marks,
    );
    this.#keep(kept.held);
    if (kept.state === 'stalled') throw new StoreHangs('no answer in time');
    if (kept.state === 'stopped' && this.#ways.signal.aborted) throw new Ended('stopped');
    this.#safe = kept.at;
    this.#resumedFrom = kept.at;
    await this.#roomFor(bytes - kept.at);
    const out = await this.#disk.openPart(part);
    this.#open.push(out);
    await out.truncate(kept.at);
    await this.#disk.syncFolder(this.#ways.store);
    const sha256 = await this.#copyBytes(source, out, state, kept);
    this.#ways.synced?.();
    const proof = await this.#secondLook(source, part, sha256);
    if (typeof proof === 'string') {
      await this.#setAside(file);
      throw new Ended(proof);
    }
    await this.#disk.name(part, file);
    await this.#disk.syncFolder(this.#ways.store);
    await this.#removeDraft(file);
    return { ...proof, file };
  }

  /** Reads the card from where the part ends; all of it on disk when this resolves, with its SHA-256. */
  async #copyBytes(source: ReadFile, part: WriteFile, state: ClipState, kept: FileHash): Promise<string> {
    const { bytes } = this.#clip;
    const writer = new PartWriter(part, state, kept.hash, kept.at, {
      bytes,
      syncEveryBytes: this.#ways.syncEveryBytes ?? syncEveryBytes,
      stallMs: this.#stallMs,
      marked: (to) => this.#roomFor(bytes - to),
    });
    const end = await readThrough(
      source,
      { ...this.#passage(bytes), from: kept.at, blocks: this.#blocks },
      (block, length, at) => {
        const written = writer.write(block, length, at);
        this.#ways.progress?.(at + length);
        return written;
      },
    );
    this.#keep(end.held);
    const sha256 = await writer.finish();
    this.#keep(writer.released());
    this.#safe = writer.safe;
    if (writer.fault !== null) throw writer.fault;
    await this.#cardEnd(source, end);
    if (sha256 === null || writer.safe !== bytes)
      throw new Ended('read-error', 'fewer bytes than the file has');
    return sha256;
  }

  /**
   * Reads the card and the store once more, to the end. A word when they differ from each other, from `first` (SHA-256
   * of the first look) or from what the device says.
   */
  async #secondLook(source: ReadFile, stored: string, first: string | null): Promise<Proof | Difference> {
    const half = this.#blocks.length >> 1;
    const passage = this.#passage(this.#clip.bytes);
    const [card, store] = await Promise.all([
      hashFile(() => this.#disk.openCardAgain(this.#card), {
        ...passage,
        blocks: this.#blocks.slice(0, half),
      }),
      hashFile(() => this.#disk.openStored(stored), { ...passage, blocks: this.#blocks.slice(half) }),
    ]);
    this.#keep(card.held);
    this.#keep(store.held);
    await this.#cardEnd(source, card);
    if (store.state === 'stopped') throw new Ended('stopped');
    if (store.state === 'stalled') throw new StoreHangs('no answer in time');
    if (store.state === 'failed') throw store.error;
    const sha256 = card.hash.digest('hex');
    if (first !== null && sha256 !== first) return 'card-differs';
    // The first bytes of a longer file have the right hash too.
    if (store.bytes !== this.#clip.bytes || store.hash.digest('hex') !== sha256) return 'store-differs';
    const { deviceSha256 } = this.#clip;
    if (deviceSha256 !== null && deviceSha256.toLowerCase() !== sha256) return 'device-differs';
    return { file: stored, sha256, reread: { card: whence(card), store: whence(store) } };
  }

  #passage(to: number): {
    to: number;
    blocks: BlockSet;
    stallMs: number;
    signal: AbortSignal;
    pace: (bytes: number) => Promise<void>;
  } {
    const { signal } = this.#ways;
    const pace = this.#ways.pace ?? (() => Promise.resolve());
    return { to, blocks: this.#blocks, stallMs: this.#stallMs, signal, pace };
  }

  /** Throws unless the card was read to the end and the file is still the one of the scan. */
  async #cardEnd(source: ReadFile, end: PassageEnd): Promise<void> {
    if (end.state === 'stopped') throw new Ended('stopped');
    if (end.state === 'stalled') throw new Ended((await this.#gone()) ? 'pulled-out' : 'too-slow');
    if (end.state === 'failed') throw await this.#cardFault(end.error);
    await this.#unchanged(source);
    if (end.state === 'short') throw await this.#cardFault(new Error('ended before its length'));
  }

  async #unchanged(source: ReadFile): Promise<void> {
    let same: boolean;
    try {
      const { bytes, modifiedMs } = await this.#ofCard(source.facts());
      same = bytes === this.#clip.bytes && modifiedMs === this.#clip.modifiedMs;
    } catch (error) {
      throw await this.#cardFault(error);
    }
    if (!same) throw new Ended((await this.#gone()) ? 'pulled-out' : 'changed-while-copied');
  }

  /** The answer of a card, when it comes in time. */
  async #ofCard<T>(answer: Promise<T>): Promise<T> {
    const given = await within(answer, this.#stallMs, this.#ways.signal);
    if (given === late) throw new Ended('too-slow');
    if (given === stopped) throw new Ended('stopped');
    return given;
  }

  get #stallMs(): number {
    return this.#ways.stallMs ?? stallMs;
  }

  async #cardFault(error: unknown): Promise<Ended> {
    if (error instanceof Ended) return error;
    const left = hasCode(error, 'ENODEV', 'ENXIO', 'ENOTCONN', 'ESTALE', 'ENOMEDIUM', 'ESHUTDOWN');
    return new Ended(left || (await this.#gone()) ? 'pulled-out' : 'read-error', word(error));
  }

  async #gone(): Promise<boolean> {
    const device = await within(this.#disk.volumeDevice(this.#clip.root), this.#stallMs, this.#ways.signal);
    return device !== late && device !== stopped && device !== this.#volume;
  }

  async #roomFor(bytes: number): Promise<void> {
    const free = await this.#disk.freeBytes(this.#ways.store);
    if (free - bytes < (this.#ways.keepFreeBytes ?? keepFreeBytes))
      throw new Ended('disk-full', `${free} bytes free`);
  }

  #keep(held: Promise<unknown> | null): void {
    if (held) this.#held.push(held);
  }

  /** Keeps a copy that differs, under a name that says so. */
  async #setAside(file: string): Promise<void> {
    for (let turn = 1; turn <= maxSetAside; turn += 1) {
      const name = setAside(file, turn);
      if (await this.#disk.exists(name)) continue;
      await this.#disk.rename(`${file}.part`, name);
      break;
    }
    await this.#disk.remove(`${file}.part.state`);
    await this.#disk.syncFolder(this.#ways.store);
    this.#safe = 0;
  }

  /** The names under which `file` came about; its bytes are those of `file`. */
  async #removeDraft(file: string): Promise<void> {
    await this.#disk.remove(`${file}.part`);
    await this.#disk.remove(`${file}.part.state`);
    await this.#disk.syncFolder(this.#ways.store);
  }
}

type Difference = 'card-differs' | 'store-differs' | 'device-differs';
type Proof = Pick<CopyOutcome, 'file' | 'sha256' | 'reread'>;

function setAside(file: string, turn: number): string {
  return `${file}.differs-${turn}`;
}

function whence({ direct }: FileHash): Reread {
  return direct ? 'disk' : 'memory';
}

/** An error in a word; the message of the file system has the path in it. */
function word(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : 'unknown';
}
