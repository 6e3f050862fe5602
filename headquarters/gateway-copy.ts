// Headquarters' own copy of one gateway's ledger: what fits the chain and carries the right signatures is stored
// synced, everything else is named. Receipts, replays and events are headquarters.ts's.
import { isLiuhenError } from '../config/errors.ts';
import { numberedKey, type Store, type StoreChange } from '../config/store.ts';
import {
  checkNext,
  emptyChain,
  entryHash,
  noPrevious,
  sameBytes,
  sha256,
  type ChainHead,
} from '../protocols/hq/chain.ts';
import { decodeBody, decodeEntry, decodeHeader, encodeEntry } from '../protocols/hq/codec.ts';
import type { GatewayStatus, LedgerEntry } from '../protocols/hq/messages.ts';
import type { GatewayAddress } from '../protocols/hq/topics.ts';
import type { FeedEvent, FeedFault } from './feed-event.ts';
import { judgeEntry, keyPin, type KeyPin } from './key-pin.ts';

/** What became of a batch. */
export interface Taken {
  /** In order; at most one fault, and nothing after it. */
  readonly events: readonly FeedEvent[];
  /** There is an entry beyond the next one. */
  readonly gap: boolean;
  readonly fault: { readonly fault: FeedFault; readonly seq: bigint } | null;
}

export class GatewayCopy {
  readonly address: GatewayAddress;
  readonly #store: Store;
  readonly #expected: readonly KeyPin[];
  #head: ChainHead;
  #pin: KeyPin | null;

  /** Reads where the copy stands. `expected`: the keys that this gateway may have, oldest first; none: the first. */
  static async open(
    store: Store,
    address: GatewayAddress,
    expected: readonly KeyPin[] = [],
  ): Promise<GatewayCopy> {
    return new GatewayCopy(
      store,
      address,
      expected,
      await readHead(store, address),
      await readPin(store, address, expected),
    );
  }

  private constructor(
    store: Store,
    address: GatewayAddress,
    expected: readonly KeyPin[],
    head: ChainHead,
    pin: KeyPin | null,
  ) {
    this.#store = store;
    this.address = address;
    this.#expected = expected;
    this.#head = head;
    this.#pin = pin;
  }

  get head(): ChainHead {
    return this.#head;
  }

  /** Null before the gateway has told its key. */
  get pin(): KeyPin | null {
    return this.#pin;
  }

  /** Stores what is good, up to the first entry that is not. Rejects when the store cannot be written. */
  async take(batch: readonly LedgerEntry[]): Promise<Taken> {
    const { address } = this;
    const { e, pin: pinKey } = keysOf(address);
    const changes: StoreChange[] = [];
    const hashes = new Map<bigint, Uint8Array>();
    const events: FeedEvent[] = [];
    let head = this.#head;
    let pin = this.#pin;
    let gap = false;
    let fault: Taken['fault'] = null;
    const hashAt = async (seq: bigint): Promise<Uint8Array | undefined> =>
      hashes.get(seq) ?? this.hashAt(seq);
    for (const raw of batch) {
      const step = checkNext(head, raw, address.gateway);
      if (!step.ok) {
        if (step.fault === 'sequence-gap') gap = true;
        else {
          const seq = step.header?.seq ?? 0n;
          const double = step.fault === 'double' ? judgeDouble(await hashAt(seq), raw) : step.fault;
          if (double === null) continue;
          fault = { fault: double, seq };
        }
        break;
      }
      const { seq } = step.header;
      const body = readBody(raw.body);
      if (body === 'undecodable') {
        fault = { fault: body, seq };
        break;
      }
      const judged = await judgeEntry(pin, address.gateway, body, this.#expected, hashAt);
      if (!judged.ok) {
        fault = { fault: judged.fault, seq };
        break;
      }
      head = step.head;
      hashes.set(seq, head.hash);
      changes.push({ type: 'put', key: numberedKey(e, seq), value: encodeEntry(raw) });
      if (judged.pin !== null && judged.pin.publicKeyPem !== pin?.publicKeyPem) {
        pin = judged.pin;
        changes.push({ type: 'put', key: pinKey, value: Buffer.from(pin.publicKeyPem) });
        const { fingerprint } = pin;
        events.push({ type: 'key', address, fingerprint, expected: this.#expected.length > 0, seq });
      }
      events.push({ type: 'entry', address, header: step.header, body });
    }
    if (changes.length > 0) await this.#store.write(changes);
    this.#head = head;
    this.#pin = pin;
    if (fault !== null) events.push({ type: 'fault', address, ...fault });
    return { events, gap, fault };
  }

  /**
   * What a status says against this copy: another hash for an entry that is stored, or a box that started again
   * with fewer entries than it had sent. Null when nothing speaks against it.
   */
  async judgeStatus(status: GatewayStatus): Promise<Taken['fault']> {
    const { ledgerSeq: seq, ledgerHead, epoch } = status;
    if (seq > this.#head.seq) return null; // there is nothing here to compare it with
    const hash = await this.hashAt(seq);
    if (hash === undefined || !sameBytes(hash, ledgerHead)) return { fault: 'head-differs', seq };
    // Retained statuses may be older than the copy, but not those of a later start.
    return seq < this.#head.seq && epoch > this.#head.epoch ? { fault: 'ledger-shorter', seq } : null;
  }

  /** The hash of the stored entry `seq`, undefined when there is none; 32 zero bytes before the first. */
  async hashAt(seq: bigint): Promise<Uint8Array | undefined> {
    if (seq === 0n) return noPrevious;
    if (seq === this.#head.seq) return this.#head.hash;
    const value = await this.#store.get(numberedKey(keysOf(this.address).e, seq));
    return value === undefined ? undefined : entryHash(decodeEntry(value));
  }
}

/** The stored entries of a gateway in order, from number `from`, also from a store that no headquarters has open. */
export async function* readStoredEntries(
  store: Store,
  address: GatewayAddress,
  from = 1n,
  limit?: number,
): AsyncGenerator<LedgerEntry> {
  const { e, after } = keysOf(address);
  const range = { from: numberedKey(e, from), to: after, ...(limit === undefined ? {} : { limit }) };
  for await (const [, value] of store.entries(range)) yield decodeEntry(value);
}

/** Where a gateway's stored chain has got to. */
export async function readHead(store: Store, address: GatewayAddress): Promise<ChainHead> {
  const { e, after } = keysOf(address);
  for await (const [, value] of store.entries({ from: `${e}/`, to: after, reverse: true, limit: 1 })) {
    const entry = decodeEntry(value);
    const { seq, epoch } = decodeHeader(entry.header);
    return { seq, epoch, hash: entryHash(entry) };
  }
  return emptyChain;
}

/** A store that was kept before keys were pinned has none: the entries themselves tell it. */
async function readPin(
  store: Store,
  address: GatewayAddress,
  expected: readonly KeyPin[],
): Promise<KeyPin | null> {
  const stored = await store.get(keysOf(address).pin);
  if (stored !== undefined) {
    const pin = keyPin(Buffer.from(stored).toString('utf8'));
    const known = expected.some(({ fingerprint }) => sameBytes(fingerprint, pin.fingerprint));
    // What was believed at first sight gives way to what headquarters is told.
    return expected.length === 0 || known ? pin : null;
  }
  let pin: KeyPin | null = null;
  for await (const { body } of readStoredEntries(store, address)) {
    const judged = await judgeEntry(pin, address.gateway, startedOnly(body), expected, noHash);
    if (judged.ok) pin = judged.pin;
  }
  return pin;
}

function startedOnly(bytes: Uint8Array): ReturnType<typeof decodeBody> {
  const body = decodeBody(bytes);
  return body?.case === 'boxStarted' ? body : undefined;
}

/** Bytes that are chained and still no body: a fault of this entry, which must not cost those before it. */
function readBody(bytes: Uint8Array): ReturnType<typeof decodeBody> | 'undecodable' {
  try {
    return decodeBody(bytes);
  } catch (error) {
    if (isLiuhenError(error, 'HQ_MESSAGE_INVALID')) return 'undecodable';
    throw error;
  }
}

async function noHash(): Promise<undefined> {
  return undefined;
}

/** An entry under a number that is stored: null for the same one. The header's hash says nothing of the body sent. */
function judgeDouble(hash: Uint8Array | undefined, raw: LedgerEntry): FeedFault | null {
  if (hash === undefined || !sameBytes(hash, entryHash(raw))) return 'fork';
  return sameBytes(decodeHeader(raw.header).bodyHash, sha256(raw.body)) ? null : 'body-differs';
}

function keysOf({ agency, site, gateway }: GatewayAddress): { e: string; after: string; pin: string } {
  const of = `g/${agency}/${site}/${gateway}`;
  return { e: `${of}/e`, after: `${of}/e0`, pin: `${of}/key` }; // '0' follows '/'
}
