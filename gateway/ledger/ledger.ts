// The one ledger of the box (P5): append-only, numbered, chained, synced before anybody is told. Entries that wait
// for the same sync share it. What entries mean is the fold's business (gateway/sessions), sending them the
// uplink's; both read from here.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { now as bothClocks, type Moment } from '../../config/clock.ts';
import { LiuhenError } from '../../config/errors.ts';
import { numberedKey, openStore, type Store, type StoreChange } from '../../config/store.ts';
import { checkNext, checkpointText, emptyChain, sameBytes } from '../../protocols/hq/chain.ts';
import { sha256, type ChainHead } from '../../protocols/hq/chain.ts';
import { decodeBody, decodeEntry, decodeHeader, encodeBody } from '../../protocols/hq/codec.ts';
import { encodeEntry, encodeHeader, saltBytes } from '../../protocols/hq/codec.ts';
import type { Body, Header, LedgerEntry } from '../../protocols/hq/messages.ts';
import { openDeviceKey, type DeviceKey } from './device-key.ts';
import { fillReserve, freeReserve } from './reserve.ts';
import { TailMark } from './tail-mark.ts';

/** Entries that may wait for the disk; one more is LEDGER_BUSY. */
export const maxWaiting = 10_000;
/** Entries that share one sync. */
export const maxGroup = 512;
/** Most entries of one `read`. */
export const maxRead = 1000;
/** Most listeners of `subscribe`. */
export const maxListeners = 16;

/** An entry that is on disk. */
export interface Entry {
  readonly header: Header;
  /** Undefined only for a case that a newer version of the box wrote. */
  readonly body: Body | undefined;
  /** The two encodings as they are stored and sent. */
  readonly raw: LedgerEntry;
}

export interface LedgerOptions {
  /** Holds the store, the mark, the reserve and, unless `keyFile` is given, the key. */
  readonly folder: string;
  readonly gateway: string;
  readonly keyFile?: string;
  readonly now?: () => Moment;
  /** Bytes kept aside for a full disk; 8 MiB unless said. */
  readonly reserveBytes?: number;
  /** Hears each entry, oldest first, as the chain is checked at the opening: whoever folds it reads it only once. */
  readonly onEntry?: (entry: Entry) => void;
  /** Hears what failed beside the chain: the entries are on disk all the same. */
  readonly onFault?: (error: unknown) => void;
  /** For tests that make the disk fail. */
  readonly openStore?: (folder: string) => Promise<Store>;
}

interface Waiting {
  readonly body: Uint8Array;
  readonly value: Body;
  resolve(entry: Entry): void;
  reject(error: unknown): void;
}

const entryPrefix = 'e';
const afterEntries = 'e0'; // '0' follows '/'
const epochKey = 'm/epoch';

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #now: () => Moment;
  readonly #key: DeviceKey;
  readonly #mark: TailMark;
  readonly #reserve: string;
  readonly #epoch: bigint;
  readonly #listeners = new Set<() => void>();
  readonly #waiting: Waiting[] = [];
  #store: Store;
  /** While it runs, readers wait: a proof must not fail because an entry beside it met a full disk. */
  #reopening: Promise<void> = Promise.resolve();
  #head: ChainHead;
  /** The last number that a refused write may have left on disk behind the head; nobody may ever read it. */
  #doubtful = 0n;
  #writing: Promise<void> | null = null;
  #closed = false;

  /**
   * Opens the ledger, checks every entry of its chain, and begins a new epoch. Rejects with LEDGER_BROKEN and the
   * place, LEDGER_IN_USE, LEDGER_UNUSABLE or DEVICE_KEY.
   */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const storeFolder = path.join(options.folder, 'store');
    const reserve = path.join(options.folder, 'reserve');
    const open = options.openStore ?? openStore;
    let store: Store;
    try {
      store = await open(storeFolder);
    } catch (error) {
      // A full disk: the store cannot even be reopened (it writes a new log first).
      if (!(error instanceof LiuhenError && error.code === 'LEDGER_UNUSABLE' && freeReserve(reserve)))
        throw error;
      store = await open(storeFolder);
    }
    let mark: TailMark | null = null;
    try {
      const key = openDeviceKey(options.keyFile ?? path.join(options.folder, 'device.key.pem'));
      mark = new TailMark(path.join(options.folder, 'tail'));
      const head = await checkedHead(store, options);
      checkTail(mark, head, await hashOf(store, mark.read()?.seq), options.folder);
      const stored = await store.get(epochKey);
      const last = stored?.length === 8 ? Buffer.from(stored).readBigUInt64BE(0) : 0n;
      const epoch = (last > head.epoch ? last : head.epoch) + 1n;
      const value = Buffer.alloc(8);
      value.writeBigUInt64BE(epoch);
      await store.write([{ type: 'put', key: epochKey, value }]);
      fillReserve(reserve, options.reserveBytes);
      return new Ledger(options, { store, key, mark, head, epoch, reserve });
    } catch (error) {
      mark?.close();
      await store.close();
      throw error;
    }
  }

  private constructor(
    options: LedgerOptions,
    parts: {
      store: Store;
      key: DeviceKey;
      mark: TailMark;
      head: ChainHead;
      epoch: bigint;
      reserve: string;
    },
  ) {
    this.#options = options;
    this.#now = options.now ?? bothClocks;
    this.#store = parts.store;
    this.#key = parts.key;
    this.#mark = parts.mark;
    this.#head = parts.head;
    this.#epoch = parts.epoch;
    this.#reserve = parts.reserve;
  }

  get gateway(): string {
    return this.#options.gateway;
  }

  /** One more at each start. */
  get epoch(): bigint {
    return this.#epoch;
  }

  /** The last entry that is on disk. */
  get head(): ChainHead {
    return this.#head;
  }

  get key(): DeviceKey {
    return this.#key;
  }

  /**
   * Appends; resolves when the entry is synced. Rejects with HQ_MESSAGE_INVALID (nothing was taken), LEDGER_BUSY,
   * LEDGER_CLOSED, or LEDGER_WRITE when the disk refused: then it has not happened.
   */
  async append(value: Body): Promise<Entry> {
    if (this.#closed) throw new LiuhenError('LEDGER_CLOSED');
    if (this.#waiting.length >= maxWaiting) throw new LiuhenError('LEDGER_BUSY', { limit: maxWaiting });
    const body = encodeBody(value, randomBytes(saltBytes));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ body, value, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** Appends a signature over the head as it is now. */
  async checkpoint(): Promise<Entry> {
    const { seq, hash } = this.#head;
    const signature = this.#key.sign(checkpointText(this.gateway, seq, hash));
    const value = { uptoSeq: seq, head: hash, signature, keySha256: this.#key.fingerprint };
    return this.append({ case: 'checkpoint', value });
  }

  /** Entries from number `from` (1 is the first), in order, at most `limit` (and `maxRead`). */
  async read(from: bigint, limit: number = maxRead): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    const to = numberedKey(entryPrefix, this.#head.seq + 1n);
    if (from > this.#head.seq) return entries;
    const range = { from: numberedKey(entryPrefix, from), to, limit: Math.min(limit, maxRead) };
    const store = await this.#readable();
    for await (const [, value] of store.entries(range)) entries.push(openEntry(value));
    return entries;
  }

  /** Every entry from number `from` to the head at the time, in order. */
  async *entries(from: bigint = 1n): AsyncGenerator<Entry> {
    let next = from;
    for (;;) {
      const entries = await this.read(next);
      if (entries.length === 0) return;
      yield* entries;
      next += BigInt(entries.length);
    }
  }

  /** Makes the reserve again that a full disk has used; false when there is still no room. Blocks for one write. */
  refillReserve(): boolean {
    return fillReserve(this.#reserve, this.#options.reserveBytes);
  }

  /** Calls after new entries are on disk, once per group; the returned function ends it. */
  subscribe(listener: () => void): () => void {
    if (this.#listeners.size >= maxListeners) throw new RangeError(`more than ${maxListeners} listeners`);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A small value beside the chain, such as the uplink's cursor; synced. */
  async setNote(name: string, value: Uint8Array): Promise<void> {
    if (this.#closed) throw new LiuhenError('LEDGER_CLOSED');
    const store = await this.#readable();
    await store.write([{ type: 'put', key: `n/${name}`, value }]);
  }

  async note(name: string): Promise<Uint8Array | undefined> {
    const store = await this.#readable();
    return store.get(`n/${name}`);
  }

  /** Writes what waits, then closes. Safe twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    this.#mark.close();
    await this.#store.close();
  }

  async #write(): Promise<void> {
    // One turn of the loop, so that what is appended together is written together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, maxGroup);
      try {
        const { entries, head } = this.#chained(group);
        await this.#put(entries);
        this.#head = head;
        this.#writeMark(head);
        for (const [at, waiting] of group.entries()) waiting.resolve(entries[at] as Entry);
      } catch (error) {
        for (const waiting of group) waiting.reject(error);
        continue;
      }
      for (const listener of this.#listeners) listener();
    }
    this.#writing = null;
  }

  async #readable(): Promise<Store> {
    // What failed there is told to whoever appends; a store that is not open says so itself.
    await this.#reopening.catch(() => undefined);
    return this.#store;
  }

  async #reopen(): Promise<void> {
    await this.#store.close();
    this.#store = await (this.#options.openStore ?? openStore)(path.join(this.#options.folder, 'store'));
  }

  /** A mark that is old is told apart from none: the entries have happened, whatever becomes of it. */
  #writeMark(head: ChainHead): void {
    try {
      this.#mark.write(head);
    } catch (error) {
      this.#options.onFault?.(error);
    }
  }

  #chained(group: readonly Waiting[]): { entries: Entry[]; head: ChainHead } {
    let head = this.#head;
    const entries = group.map(({ body, value }): Entry => {
      const { wall, mono } = this.#now();
      const header: Header = {
        gateway: this.gateway,
        epoch: this.#epoch,
        seq: head.seq + 1n,
        wallMs: BigInt(Math.round(wall)),
        monoUs: BigInt(Math.round(mono * 1000)),
        previous: head.hash,
        bodyHash: sha256(body),
      };
      const raw = { header: encodeHeader(header), body };
      head = { seq: header.seq, epoch: header.epoch, hash: sha256(raw.header) };
      return { header, body: value, raw };
    });
    return { entries, head };
  }

  /** One synced batch; on a refusal the reserve is given back to the disk and the same bytes are tried once more. */
  async #put(entries: readonly Entry[]): Promise<void> {
    const changes: StoreChange[] = entries.map(({ header, raw }) => ({
      type: 'put',
      key: numberedKey(entryPrefix, header.seq),
      value: encodeEntry(raw),
    }));
    const last = entries.at(-1)?.header.seq ?? 0n;
    for (let seq = last + 1n; seq <= this.#doubtful; seq += 1n)
      changes.push({ type: 'del', key: numberedKey(entryPrefix, seq) });
    if (this.#doubtful < last) this.#doubtful = last;
    try {
      await this.#store.write(changes);
    } catch (error) {
      const { folder } = this.#options;
      try {
        freeReserve(this.#reserve);
        // After a write error the store refuses everything until it is opened again. What may have reached the disk
        // all the same is overwritten or deleted by the next write that succeeds.
        this.#reopening = this.#reopen();
        await this.#reopening;
        await this.#store.write(changes);
      } catch (again) {
        const why = again instanceof Error ? again.message : String(again);
        throw new LiuhenError('LEDGER_WRITE', { folder, why }, { cause: error });
      }
    }
    this.#doubtful = 0n;
  }
}

/** Folds every entry, oldest first, into a state. */
export async function fold<S>(
  ledger: Pick<Ledger, 'entries'>,
  reducer: (state: S, entry: Entry) => S,
  initial: S,
): Promise<S> {
  let state = initial;
  for await (const entry of ledger.entries()) state = reducer(state, entry);
  return state;
}

function openEntry(value: Uint8Array): Entry {
  const raw = decodeEntry(value);
  return { raw, header: decodeHeader(raw.header), body: decodeBody(raw.body) };
}

/** Reads every entry and checks the chain. Rejects with LEDGER_BROKEN and the place. */
export async function checkedHead(
  store: Store,
  { gateway, folder, onEntry }: Pick<LedgerOptions, 'gateway' | 'folder' | 'onEntry'>,
): Promise<ChainHead> {
  let head = emptyChain;
  for await (const [key, value] of store.entries({ from: `${entryPrefix}/`, to: afterEntries })) {
    const seq = head.seq + 1n;
    if (key !== numberedKey(entryPrefix, seq)) {
      throw new LiuhenError('LEDGER_BROKEN', { folder, seq: String(seq), why: `missing; next is ${key}` });
    }
    let entry: LedgerEntry;
    let opened: Entry | null;
    try {
      entry = decodeEntry(value);
      opened = onEntry ? openEntry(value) : null;
    } catch (error) {
      throw new LiuhenError(
        'LEDGER_BROKEN',
        { folder, seq: String(seq), why: 'unreadable' },
        { cause: error },
      );
    }
    const step = checkNext(head, entry, gateway);
    if (!step.ok) throw new LiuhenError('LEDGER_BROKEN', { folder, seq: String(seq), why: step.fault });
    head = step.head;
    if (opened) onEntry?.(opened);
  }
  return head;
}

/** Hash of an entry, for checkTail. */
export async function hashOf(store: Store, seq: bigint | undefined): Promise<Uint8Array | undefined> {
  const value = seq === undefined ? undefined : await store.get(numberedKey(entryPrefix, seq));
  return value === undefined ? undefined : sha256(decodeEntry(value).header);
}

/** Throws LEDGER_BROKEN where the mark beside the store knows of entries that are not there. */
export function checkTail(
  mark: TailMark,
  head: ChainHead,
  hash: Uint8Array | undefined,
  folder: string,
): void {
  const tail = mark.read();
  if (tail === null) return;
  if (tail.seq > head.seq) {
    const why = `missing; there were ${tail.seq} entries`;
    throw new LiuhenError('LEDGER_BROKEN', { folder, seq: String(head.seq + 1n), why });
  }
  if (tail.seq > 0n && !(hash !== undefined && sameBytes(hash, tail.hash))) {
    throw new LiuhenError('LEDGER_BROKEN', {
      folder,
      seq: String(tail.seq),
      why: 'not the entry that was here',
    });
  }
}
