// The receiving end: takes the feed of many gateways, checks each chain, stores, and only then sends a receipt.
// What the entries mean for people is shown elsewhere (cli/commands/feed.ts).
import { randomUUID } from 'node:crypto';
import { monotonicTime, wallTime } from '../config/clock.ts';
import type { Log } from '../config/log.ts';
import { MqttConnection, type MqttConnectionOptions } from '../config/mqtt-connection.ts';
import { numberedKey, openStore, type Store, type StoreChange } from '../config/store.ts';
import { checkNext, emptyChain, entryHash, sameBytes } from '../protocols/hq/chain.ts';
import type { ChainFault, ChainHead } from '../protocols/hq/chain.ts';
import { decodeBatch, decodeBody, decodeEntry, decodeHeader } from '../protocols/hq/codec.ts';
import {
  decodeRoomState,
  decodeStatus,
  encodeCommand,
  encodeEntry,
  encodeReceipt,
} from '../protocols/hq/codec.ts';
import type { Body, GatewayStatus, Header, LedgerEntry, RoomState } from '../protocols/hq/messages.ts';
import { feedFilters, parseTopic, topicOf, type GatewayAddress } from '../protocols/hq/topics.ts';

/** Gateways of one headquarters; more are not taken, and said so in the log. */
export const maxGateways = 1000;
export const maxRoomsPerGateway = 64;
/** Messages of one gateway that may wait to be stored; the rest is dropped and asked for again. */
export const maxWaitingBatches = 64;
/** A replay is asked for at most this often, in milliseconds. */
export const replayEveryMs = 2000;

export type FeedEvent =
  | {
      readonly type: 'entry';
      readonly address: GatewayAddress;
      readonly header: Header;
      readonly body: Body | undefined;
    }
  /** An entry that does not fit what is stored: a fork, a change, or junk. It is not stored. */
  | {
      readonly type: 'fault';
      readonly address: GatewayAddress;
      readonly fault: ChainFault | 'fork';
      readonly seq: bigint;
    }
  | { readonly type: 'status'; readonly address: GatewayAddress; readonly status: GatewayStatus }
  | { readonly type: 'room'; readonly address: GatewayAddress; readonly room: RoomState };

export interface HeadquartersOptions
  extends Pick<MqttConnectionOptions, 'url' | 'credentials' | 'tls' | 'protocolVersion'> {
  /** All agencies, or all sites, unless said. */
  readonly agency?: string;
  readonly site?: string;
  readonly clientId?: string;
  /** The folder of the store. */
  readonly store: string;
  onEvent?(event: FeedEvent): void;
  readonly log: Log;
}

interface Known {
  readonly address: GatewayAddress;
  head: ChainHead;
  status: { readonly value: GatewayStatus; readonly atMs: number } | null;
  readonly rooms: Map<string, { readonly value: RoomState; readonly atMs: number }>;
  readonly waiting: Uint8Array[];
  /** When the last batch arrived, CLOCK_MONOTONIC ms. */
  batchMs: number;
  working: Promise<void> | null;
  askedMs: number;
}

export class Headquarters {
  readonly #options: HeadquartersOptions;
  readonly #store: Store;
  readonly #connection: MqttConnection;
  readonly #gateways = new Map<string, Promise<Known>>();
  #closed = false;

  /** Rejects with LEDGER_IN_USE, LEDGER_UNUSABLE or MQTT_OPTIONS. Connects in the background. */
  static async open(options: HeadquartersOptions): Promise<Headquarters> {
    return new Headquarters(options, await openStore(options.store));
  }

  private constructor(options: HeadquartersOptions, store: Store) {
    this.#options = options;
    this.#store = store;
    this.#connection = new MqttConnection({
      ...options,
      clientId: options.clientId ?? `liuhen-hq-${randomUUID()}`,
      subscriptions: feedFilters(options),
      onMessage: (topic, payload) => void this.#take(topic, payload),
      onConnect: () => this.#onConnect(),
    });
  }

  get connected(): boolean {
    return this.#connection.connected;
  }

  /** How far the stored chain of a gateway has got. */
  async head(address: GatewayAddress): Promise<ChainHead> {
    return this.#lastStored(address);
  }

  /** The gateway's last status; null before the first, and when it is too old to say anything. */
  async status(address: GatewayAddress): Promise<GatewayStatus | null> {
    const { status } = (await this.#gateways.get(keyOf(address))) ?? {};
    return status && fresh(status) ? status.value : null;
  }

  /** The rooms whose state is not too old. */
  async rooms(address: GatewayAddress): Promise<readonly RoomState[]> {
    const { rooms } = (await this.#gateways.get(keyOf(address))) ?? {};
    return [...(rooms?.values() ?? [])].filter(fresh).map(({ value }) => value);
  }

  /** The stored entries of a gateway from number `from` in order, at most `limit`. */
  async entries(address: GatewayAddress, from = 1n, limit = 1000): Promise<readonly LedgerEntry[]> {
    const { e, after } = prefixes(address);
    const entries: LedgerEntry[] = [];
    for await (const [, value] of this.#store.entries({ from: numberedKey(e, from), to: after, limit })) {
      entries.push(decodeEntry(value));
    }
    return entries;
  }

  /** Stores what has arrived, then closes. Safe twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#connection.close();
    for (const known of this.#gateways.values()) await (await known).working;
    await this.#store.close();
  }

  /** A broker that was away delivered nothing meanwhile, and a gateway that came back first sent to nobody. */
  #onConnect(): void {
    for (const coming of this.#gateways.values()) {
      coming.then(
        (known) => {
          known.askedMs = Number.NEGATIVE_INFINITY;
          return this.#askReplay(known);
        },
        (error: unknown) => this.#options.log.error('a gateway is not known', { error: error as Error }),
      );
    }
  }

  async #take(topic: string, payload: Uint8Array): Promise<void> {
    const { log } = this.#options;
    const which = parseTopic(topic);
    if (which === null || this.#closed) return;
    try {
      const key = keyOf(which.address);
      if (!this.#gateways.has(key)) {
        if (this.#gateways.size >= maxGateways) return log.warn('too many gateways', { topic });
        this.#gateways.set(key, this.#know(which.address));
      }
      const known = await (this.#gateways.get(key) as Promise<Known>);
      const { address } = known;
      if (which.topic === 'ledger') this.#queue(known, payload);
      else if (which.topic === 'status') {
        const status = decodeStatus(payload);
        if (status.gateway !== address.gateway) return log.warn('a status of another gateway', { topic });
        // The will of a connection that a newer start has replaced.
        if (known.status && status.epoch < known.status.value.epoch) return;
        known.status = { value: status, atMs: monotonicTime() };
        this.#say({ type: 'status', address, status });
        // Nothing on the way although there is more: what was sent went to nobody.
        const quiet = monotonicTime() - known.batchMs > replayEveryMs;
        if (status.online && status.ledgerSeq > known.head.seq && quiet) await this.#askReplay(known);
      } else if (which.topic === 'room') {
        const room = decodeRoomState(payload);
        if (room.gateway !== address.gateway || room.room !== which.room) {
          return log.warn('a state of another room', { topic });
        }
        if (known.rooms.size >= maxRoomsPerGateway && !known.rooms.has(room.room)) {
          return log.warn('too many rooms', { topic });
        }
        known.rooms.set(room.room, { value: room, atMs: monotonicTime() });
        this.#say({ type: 'room', address, room });
      }
    } catch (error) {
      log.warn('a message is not acceptable', { topic, error: error as Error });
    }
  }

  #queue(known: Known, payload: Uint8Array): void {
    // What is dropped here gets no receipt, so the gateway sends it again.
    if (known.waiting.length >= maxWaitingBatches) return;
    known.waiting.push(payload);
    known.batchMs = monotonicTime();
    known.working ??= this.#work(known).finally(() => {
      known.working = null;
    });
  }

  async #work(known: Known): Promise<void> {
    for (let payload = known.waiting.shift(); payload !== undefined; payload = known.waiting.shift()) {
      try {
        await this.#batch(known, decodeBatch(payload));
      } catch (error) {
        this.#options.log.error('a batch could not be stored', {
          gateway: known.address.gateway,
          error: error as Error,
        });
      }
    }
  }

  async #batch(known: Known, batch: readonly LedgerEntry[]): Promise<void> {
    const { address } = known;
    const { e } = prefixes(address);
    const changes: StoreChange[] = [];
    const events: FeedEvent[] = [];
    let head = known.head;
    let gap = false;
    for (const raw of batch) {
      const step = checkNext(head, raw, address.gateway);
      if (step.ok) {
        head = step.head;
        changes.push({ type: 'put', key: numberedKey(e, head.seq), value: encodeEntry(raw) });
        events.push({ type: 'entry', address, header: step.header, body: decodeBody(raw.body) });
        continue;
      }
      if (step.fault === 'sequence-gap') {
        gap = true;
        break;
      }
      const seq = step.header?.seq ?? 0n;
      const fault = step.fault === 'double' ? await this.#double(known, changes, raw, seq) : step.fault;
      if (fault === null) continue;
      events.push({ type: 'fault', address, fault, seq });
      this.#options.log.error('an entry does not fit the stored chain', {
        gateway: keyOf(address),
        fault,
        seq: String(seq),
      });
      break;
    }
    if (changes.length > 0) await this.#store.write(changes);
    known.head = head;
    for (const event of events) this.#say(event);
    const last = batch.at(-1);
    // Doubles get a receipt too: the one before was lost.
    if (last !== undefined && head.seq > 0n) await this.#receipt(known);
    if (gap) await this.#askReplay(known);
  }

  /** Null for a true double; 'fork' when another entry has that number. */
  async #double(
    known: Known,
    changes: readonly StoreChange[],
    raw: LedgerEntry,
    seq: bigint,
  ): Promise<'fork' | ChainFault | null> {
    const key = numberedKey(prefixes(known.address).e, seq);
    const unwritten = changes.find((change) => change.key === key);
    const value = unwritten?.type === 'put' ? unwritten.value : await this.#store.get(key);
    if (value === undefined) return 'double';
    return sameBytes(entryHash(decodeEntry(value)), entryHash(raw)) ? null : 'fork';
  }

  async #receipt({ address, head }: Known): Promise<void> {
    const { seq, epoch, hash } = head;
    const receipt = encodeReceipt({ gateway: address.gateway, epoch, seq, head: hash });
    await this.#send(address, 'receipt', receipt);
  }

  async #askReplay(known: Known): Promise<void> {
    if (monotonicTime() - known.askedMs < replayEveryMs) return;
    known.askedMs = monotonicTime();
    const value = { fromSeq: known.head.seq + 1n };
    const command = encodeCommand({ id: randomUUID(), command: { case: 'replay', value } });
    await this.#send(known.address, 'command', command);
  }

  async #send(address: GatewayAddress, topic: 'receipt' | 'command', payload: Uint8Array): Promise<void> {
    try {
      await this.#connection.publish(topicOf(address, topic), payload);
    } catch (error) {
      // The gateway sends again what has no receipt, and that is answered.
      this.#options.log.debug('not delivered', { topic, error: error as Error });
    }
  }

  async #know(address: GatewayAddress): Promise<Known> {
    const head = await this.#lastStored(address);
    const never = Number.NEGATIVE_INFINITY;
    return {
      address,
      head,
      status: null,
      rooms: new Map(),
      waiting: [],
      batchMs: never,
      working: null,
      askedMs: never,
    };
  }

  async #lastStored(address: GatewayAddress): Promise<ChainHead> {
    const { e, after } = prefixes(address);
    for await (const [, value] of this.#store.entries({
      from: `${e}/`,
      to: after,
      reverse: true,
      limit: 1,
    })) {
      const entry = decodeEntry(value);
      const { seq, epoch } = decodeHeader(entry.header);
      return { seq, epoch, hash: entryHash(entry) };
    }
    return emptyChain;
  }

  #say(event: FeedEvent): void {
    this.#options.onEvent?.(event);
  }
}

function keyOf({ agency, site, gateway }: GatewayAddress): string {
  return `${agency}/${site}/${gateway}`;
}

/** Every stored entry of a gateway in order, from a store that no headquarters has open. */
export async function* readStoredEntries(store: Store, address: GatewayAddress): AsyncGenerator<LedgerEntry> {
  const { e, after } = prefixes(address);
  for await (const [, value] of store.entries({ from: `${e}/`, to: after })) yield decodeEntry(value);
}

function prefixes(address: GatewayAddress): { readonly e: string; readonly after: string } {
  const e = `g/${keyOf(address)}/e`;
  return { e, after: `${e}0` }; // '0' follows '/'
}

/** By the message's own time to live, and both clocks: a retained message may be old when it comes. */
function fresh({
  value,
  atMs,
}: {
  readonly value: { readonly wallMs: bigint; readonly expiresAfterMs: number };
  readonly atMs: number;
}): boolean {
  const { wallMs, expiresAfterMs } = value;
  return monotonicTime() - atMs <= expiresAfterMs && wallTime() - Number(wallMs) <= expiresAfterMs;
}
