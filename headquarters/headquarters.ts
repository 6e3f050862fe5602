// The receiving end: takes the feed of many gateways, keeps a checked copy of each (gateway-copy.ts), and only then
// sends a receipt. What the entries mean for people is shown elsewhere (cli/commands/feed.ts).
import { randomUUID } from 'node:crypto';
import { monotonicTime, sleep, wallTime } from '../config/clock.ts';
import { isLiuhenError } from '../config/errors.ts';
import type { Log } from '../config/log.ts';
import { MqttConnection, type MqttConnectionOptions } from '../config/mqtt-connection.ts';
import { openStore, type Store } from '../config/store.ts';
import type { ChainHead } from '../protocols/hq/chain.ts';
import { decodeBatch, decodeBody, decodeHeader, decodeReply } from '../protocols/hq/codec.ts';
import { decodeRoomState, decodeStatus, encodeCommand, encodeReceipt } from '../protocols/hq/codec.ts';
import type { Reply } from '../protocols/hq/command-messages.ts';
import type { GatewayStatus, LedgerEntry, RoomState } from '../protocols/hq/messages.ts';
import { addressText as keyOf, feedFilters, parseTopic } from '../protocols/hq/topics.ts';
import { topicOf, type GatewayAddress } from '../protocols/hq/topics.ts';
import { AlarmBook, readAlarms, type Alarm, type AlarmKind, type KeptAlarm } from './alarm-book.ts';
import { DebtDesk, type DebtRow } from './debt-desk.ts';
import type { FeedEvent } from './feed-event.ts';
import { fresh } from './freshness.ts';
import { GatewayCopy, readHead, readStoredEntries } from './gateway-copy.ts';
import type { KeyPin } from './key-pin.ts';

/** Gateways of one headquarters; more are not taken, and said so in the log. */
export const maxGateways = 1000;
export const maxRoomsPerGateway = 64;
/** Messages of one gateway that may wait to be stored; the rest is dropped and asked for again. */
export const maxWaitingBatches = 64;
/** A replay is asked for at most this often, in milliseconds. */
export const replayEveryMs = 2000;
/** While an alarm lasts each replay waits twice as long as the one before, at most this long, in milliseconds. */
export const replayAlarmedMs = 600_000;
/** How long a snapshot is waited for before the stored entries are told, in milliseconds. */
export const snapshotWaitMs = 2000;

export interface HeadquartersOptions
  extends Pick<MqttConnectionOptions, 'url' | 'credentials' | 'tls' | 'protocolVersion'> {
  /** All agencies, or all sites, unless said. */
  readonly agency?: string;
  readonly site?: string;
  readonly clientId?: string;
  /** The folder of the store. */
  readonly store: string;
  /** The device keys that a gateway may have, oldest first; a gateway without any is believed at first sight. */
  expectedKeys?(address: GatewayAddress): readonly KeyPin[];
  /** Of each gateway a snapshot and the stored entries from here on are told first; otherwise only what is new. */
  readonly from?: bigint;
  onEvent?(event: FeedEvent): void;
  readonly log: Log;
}

interface Known {
  readonly copy: GatewayCopy;
  status: { readonly value: GatewayStatus; readonly atMs: number } | null;
  readonly rooms: Map<string, { readonly value: RoomState; readonly atMs: number }>;
  readonly waiting: Uint8Array[];
  /** When the last batch arrived, CLOCK_MONOTONIC ms. */
  batchMs: number;
  working: Promise<void> | null;
  /** With `from`: settles when the stored entries have been told; batches wait for it. */
  told: Promise<void>;
  /** Takes the answer to the snapshot that was asked for. */
  takeSnapshot: ((reply: Reply) => void) | null;
  askedMs: number;
  askEveryMs: number;
  /** Of a status of an older start, heard before any of today's: the next one was spoken, not retained. */
  olderMs: bigint | null;
  /** What lasts is told once. */
  readonly alarms: AlarmBook;
}

export class Headquarters {
  readonly #options: HeadquartersOptions;
  readonly #store: Store;
  readonly #desk: DebtDesk;
  readonly #connection: MqttConnection;
  readonly #gateways = new Map<string, Promise<Known>>();
  readonly #closing = new AbortController();
  #closed = false;

  /** Rejects with LEDGER_IN_USE, LEDGER_UNUSABLE or MQTT_OPTIONS. Connects in the background. */
  static async open(options: HeadquartersOptions): Promise<Headquarters> {
    const store = await openStore(options.store);
    // Also of gateways that never speak again.
    for await (const [address, kept] of readAlarms(store, maxGateways)) {
      for (const { fault, seq, fromMs: sinceMs, overMs } of kept) {
        if (overMs === null) options.onEvent?.({ type: 'fault', address, fault, seq, sinceMs });
      }
    }
    const onDebt = (event: FeedEvent): void => options.onEvent?.(event);
    const desk = await DebtDesk.open({ store, limit: maxGateways, log: options.log, onDebt });
    return new Headquarters(options, store, desk);
  }

  private constructor(options: HeadquartersOptions, store: Store, desk: DebtDesk) {
    this.#options = options;
    this.#store = store;
    this.#desk = desk;
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
    return readHead(this.#store, address);
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

  /** What is wrong with the gateway now; empty when its feed is good. */
  async alarms(address: GatewayAddress): Promise<readonly Alarm[]> {
    const kept = await this.keptAlarms(address);
    return kept.filter(({ overMs }) => overMs === null).map(({ fault, seq }) => ({ fault, seq }));
  }

  /** The alarms that last and the newest `maxKeptAlarms` of those that are over, oldest first. */
  async keptAlarms(address: GatewayAddress): Promise<readonly KeptAlarm[]> {
    const known = await this.#gateways.get(keyOf(address));
    return (known?.alarms ?? (await AlarmBook.open(this.#store, address))).kept;
  }

  /** What every gateway owes, also those that are away, and how many debts were too many to be kept. */
  debts(): { readonly rows: readonly DebtRow[]; readonly leftOut: number } {
    return { rows: this.#desk.debts(wallTime()), leftOut: this.#desk.leftOut };
  }

  /** The stored entries of a gateway from number `from` in order, at most `limit`. */
  async entries(address: GatewayAddress, from = 1n, limit = 1000): Promise<readonly LedgerEntry[]> {
    const entries: LedgerEntry[] = [];
    for await (const entry of readStoredEntries(this.#store, address, from, limit)) entries.push(entry);
    return entries;
  }

  /** Stores what has arrived, then closes. Safe twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing.abort();
    this.#desk.close();
    await this.#connection.close();
    await Promise.allSettled(
      [...this.#gateways.values()].map(async (known) => {
        await (await known).told;
        const { working, alarms } = await known;
        await working;
        await alarms.written;
      }),
    );
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
        const coming = this.#know(which.address);
        this.#gateways.set(key, coming);
        // Told below; the next message tries again, so that a mended key file needs no restart.
        coming.catch(() => this.#gateways.delete(key));
      }
      const known = await (this.#gateways.get(key) as Promise<Known>);
      const { address } = known.copy;
      if (which.topic === 'ledger') this.#queue(known, payload);
      else if (which.topic === 'reply') known.takeSnapshot?.(decodeReply(payload));
      else if (which.topic === 'status') {
        const status = decodeStatus(payload);
        if (status.gateway !== address.gateway) return log.warn('a status of another gateway', { topic });
        await this.#status(known, status);
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

  async #status(known: Known, status: GatewayStatus): Promise<void> {
    const { copy } = known;
    const last = known.status?.value;
    const epoch = last !== undefined && last.epoch > copy.head.epoch ? last.epoch : copy.head.epoch;
    if (status.epoch < epoch) {
      // Mostly the will of a connection that a newer start has replaced, or a retained status of before.
      const heardMs = last?.wallMs ?? known.olderMs;
      known.olderMs = status.wallMs;
      const spoken = status.online && heardMs !== null && status.wallMs > heardMs;
      if (spoken) this.#statusAlarm(known, { fault: 'epoch-goes-back', seq: status.ledgerSeq });
      return;
    }
    known.status = { value: status, atMs: monotonicTime() };
    await this.#desk.heard(copy.address, status);
    this.#say({ type: 'status', address: copy.address, status });
    this.#statusAlarm(known, await copy.judgeStatus(status));
    // Nothing on the way although there is more: what was sent went to nobody.
    const quiet = monotonicTime() - known.batchMs > replayEveryMs;
    if (status.online && status.ledgerSeq > copy.head.seq && quiet) await this.#askReplay(known);
  }

  #statusAlarm(known: Known, alarm: Alarm | null): void {
    if (alarm !== null && alarm.fault === known.alarms.lasting('status')?.fault) return;
    if (alarm !== null) this.#sayFault(known, { type: 'fault', address: known.copy.address, ...alarm });
    this.#keep(known, 'status', alarm);
  }

  #keep({ alarms, copy }: Known, kind: AlarmKind, alarm: Alarm | null): void {
    alarms.set(kind, alarm, Math.round(wallTime())).catch((error: unknown) => {
      const gateway = keyOf(copy.address);
      this.#options.log.error('an alarm could not be kept', { gateway, error: error as Error });
    });
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
    await known.told;
    for (let payload = known.waiting.shift(); payload !== undefined; payload = known.waiting.shift()) {
      try {
        await this.#batch(known, decodeBatch(payload));
      } catch (error) {
        if (isLiuhenError(error, 'HQ_MESSAGE_INVALID')) this.#unreadable(known);
        const gateway = keyOf(known.copy.address);
        this.#options.log.error('a batch could not be stored', { gateway, error: error as Error });
      }
    }
  }

  /** A whole batch that is none: told as an alarm of the entry that should have come. */
  #unreadable(known: Known): void {
    const { address, head } = known.copy;
    const alarm = { fault: 'undecodable', seq: head.seq + 1n } as const;
    if (known.alarms.lasting('entry') !== null) return;
    this.#sayFault(known, { type: 'fault', address, ...alarm });
    this.#keep(known, 'entry', alarm);
  }

  async #batch(known: Known, batch: readonly LedgerEntry[]): Promise<void> {
    const { copy } = known;
    const before = copy.head.seq;
    const { events, gap, fault } = await copy.take(batch);
    if (copy.head.seq > before) {
      this.#keep(known, 'entry', null);
      known.askEveryMs = replayEveryMs;
    }
    await this.#desk.take(copy.address, events);
    const lasting = known.alarms.lasting('entry');
    for (const event of events) {
      const before = event.type === 'entry' && event.header.seq < (this.#options.from ?? 0n);
      if (event.type !== 'fault') {
        if (!before) this.#say(event);
      }
      // What is not taken comes again and again.
      else if (event.fault !== lasting?.fault || event.seq !== lasting.seq) {
        this.#sayFault(known, event);
      }
    }
    if (fault !== null) this.#keep(known, 'entry', fault);
    // Doubles get a receipt too: the one before was lost. It never covers an entry that was not taken, and tells
    // the gateway where this copy stands.
    if (batch.length > 0 && (copy.head.seq > 0n || fault !== null)) await this.#receipt(known);
    if (gap) await this.#askReplay(known);
  }

  async #receipt({ copy: { address, head } }: Known): Promise<void> {
    const { seq, epoch, hash } = head;
    const receipt = encodeReceipt({ gateway: address.gateway, epoch, seq, head: hash });
    await this.#send(address, 'receipt', receipt);
  }

  async #askReplay(known: Known): Promise<void> {
    if (monotonicTime() - known.askedMs < known.askEveryMs) return;
    known.askedMs = monotonicTime();
    // What was not good will hardly be good the next time: it must not come round in a tight loop.
    if (known.alarms.lasting('entry') !== null)
      known.askEveryMs = Math.min(known.askEveryMs * 2, replayAlarmedMs);
    const value = { fromSeq: known.copy.head.seq + 1n };
    const command = encodeCommand({ id: randomUUID(), command: { case: 'replay', value } });
    await this.#send(known.copy.address, 'command', command);
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
    const known: Known = {
      copy: await GatewayCopy.open(this.#store, address, this.#options.expectedKeys?.(address)),
      status: null,
      rooms: new Map(),
      waiting: [],
      batchMs: Number.NEGATIVE_INFINITY,
      working: null,
      askedMs: Number.NEGATIVE_INFINITY,
      askEveryMs: replayEveryMs,
      olderMs: null,
      alarms: await AlarmBook.open(this.#store, address),
      told: Promise.resolve(),
      takeSnapshot: null,
    };
    const { from } = this.#options;
    if (from !== undefined) known.told = this.#tellFrom(known, from);
    return known;
  }

  /** What a consumer that comes late is told first. A gateway that is away sends no snapshot. */
  async #tellFrom(known: Known, from: bigint): Promise<void> {
    const { copy } = known;
    const { address } = copy;
    const id = randomUUID();
    const done = new AbortController();
    known.takeSnapshot = ({ id: of, status, rooms }) => {
      if (of !== id || done.signal.aborted) return;
      if (status) this.#say({ type: 'status', address, status });
      for (const room of rooms) this.#say({ type: 'room', address, room });
      done.abort();
    };
    try {
      await this.#send(address, 'command', encodeCommand({ id, command: { case: 'snapshot', value: {} } }));
      await sleep(snapshotWaitMs, AbortSignal.any([done.signal, this.#closing.signal]));
      done.abort();
      for await (const raw of readStoredEntries(this.#store, address, from)) {
        if (this.#closed) return;
        const [header, body] = [decodeHeader(raw.header), decodeBody(raw.body)];
        this.#say({ type: 'entry', address, header, body });
      }
    } catch (error) {
      this.#options.log.error('the stored entries cannot be told', { error: error as Error });
    } finally {
      known.takeSnapshot = null;
    }
  }

  #sayFault(known: Known, event: FeedEvent & { readonly type: 'fault' }): void {
    this.#options.log.error('ALARM: the feed of a gateway is not good', {
      gateway: keyOf(known.copy.address),
      fault: event.fault,
      seq: String(event.seq),
    });
    this.#say(event);
  }

  #say(event: FeedEvent): void {
    this.#options.onEvent?.(event);
  }
}
