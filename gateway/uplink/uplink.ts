// Sends the ledger to headquarters (P5): a cursor over it, moved only by headquarters' receipts. A broker's
// acknowledgement is no receipt: brokers that were killed have lost what they had acknowledged. Also tells the
// gateway's status and the rooms' states, and answers headquarters' commands.
import type { Log } from '../../config/log.ts';
import { MqttConnection } from '../../config/mqtt-connection.ts';
import type { MqttSettings } from '../../config/settings-types.ts';
import { monotonicTime, wallTime } from '../../config/clock.ts';
import { isLiuhenError, LiuhenError } from '../../config/errors.ts';
import { entryHash, noPrevious, sameBytes } from '../../protocols/hq/chain.ts';
import { decodeCommand, decodeReceipt, encodeBatch, encodeReply } from '../../protocols/hq/codec.ts';
import { encodeRoomState, encodeStatus, maxBatchEntries, maxCommandBytes } from '../../protocols/hq/codec.ts';
import { ledgerJson, roomJson, statusJson } from '../../protocols/hq/json-mirror.ts';
import type { Command, Reply } from '../../protocols/hq/command-messages.ts';
import type { GatewayStatus, LedgerEntry, Receipt, RoomState } from '../../protocols/hq/messages.ts';
import {
  mirrorTopic,
  parseTopic,
  roomTopic,
  topicOf,
  type GatewayAddress,
} from '../../protocols/hq/topics.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { TakeCommand } from './commands.ts';
import { FaultEntries, type EnteredState } from './fault-entries.ts';
import { Delivery, uplinkErrors, type UplinkFault, type UplinkState } from './delivery.ts';

/** Bytes of one batch, about: the last entry may go beyond. */
export const batchBytes = 128 * 1024;
export const heartbeatMs = 10_000;
/** Without a receipt for this long, everything after the last one is sent again; then ever later (delivery.ts). */
export const receiptDeadlineMs = 15_000;
/** Rooms of one gateway in a snapshot. */
export const maxRooms = 64;
const cursorNote = 'uplink';

export interface UplinkOptions {
  readonly ledger: Ledger;
  readonly address: GatewayAddress;
  readonly mqtt: Pick<MqttSettings, 'url' | 'credentials' | 'tls' | 'protocolVersion'> &
    Partial<Pick<MqttSettings, 'json'>>;
  readonly version: string;
  /** The rooms as they are now, for a snapshot. */
  rooms(): readonly RoomState[];
  /** What is not the feed's own; absent: refused as unknown. */
  readonly commands?: TakeCommand;
  readonly log: Log;
  readonly heartbeatMs?: number;
  readonly receiptDeadlineMs?: number;
}

export class Uplink {
  readonly #options: UplinkOptions;
  readonly #connection: MqttConnection;
  readonly #unsubscribe: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #delivery: Delivery;
  readonly #entries: FaultEntries;
  #pumping: Promise<void> | null = null;
  #again = false;
  #receipts: Promise<void> = Promise.resolve();
  #newestReceipt: Receipt | null = null;
  #ending = false;
  #closed = false;

  /** Takes up the cursor of the ledger and connects in the background. Rejects with MQTT_OPTIONS. */
  static async open(options: UplinkOptions): Promise<Uplink> {
    const note = await options.ledger.note(cursorNote);
    const cursor = note?.length === 8 ? Buffer.from(note).readBigUInt64BE(0) : null;
    const { seq } = options.ledger.head;
    const good = cursor !== null && cursor <= seq;
    const entries = await FaultEntries.open(options.ledger, options.log);
    const uplink = new Uplink(options, good ? cursor : 0n, entries);
    if (note !== undefined && !good) {
      // What headquarters has of this ledger is unknown: it is sent from the first entry on, and headquarters
      // says whether it is the chain that it holds.
      uplink.#raise('cursor-lost', 0n, { cursor: cursor === null ? '?' : String(cursor), head: String(seq) });
    }
    return uplink;
  }

  private constructor(options: UplinkOptions, received: bigint, entries: FaultEntries) {
    const { address, ledger } = options;
    this.#options = options;
    this.#entries = entries;
    this.#delivery = new Delivery(received, options.receiptDeadlineMs ?? receiptDeadlineMs, monotonicTime());
    this.#connection = new MqttConnection({
      ...options.mqtt,
      clientId: `liuhen-${address.agency}-${address.site}-${address.gateway}`,
      subscriptions: [topicOf(address, 'receipt'), topicOf(address, 'command')],
      will: { topic: topicOf(address, 'status'), payload: encodeStatus(this.#status(false)) },
      onMessage: (topic, payload, retained) => this.#take(topic, payload, retained),
      onConnect: () => {
        this.#delivery.connected(monotonicTime());
        this.#tellStatus();
        this.#pump();
      },
      log: options.log,
    });
    this.#unsubscribe = ledger.subscribe(() => this.#pump());
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs ?? heartbeatMs);
  }

  get connected(): boolean {
    return this.#connection.connected;
  }

  /** Headquarters has everything up to here, by its own receipt. */
  get receivedSeq(): bigint {
    return this.#delivery.received;
  }

  /** What the feed does now, or what is wrong with it. */
  get state(): UplinkState {
    return this.connected || isFault(this.#delivery.state) ? this.#delivery.state : 'offline';
  }

  /** Retained. Not sent while offline: the caller says it again when `connected` comes back. */
  publishRoom(state: RoomState): void {
    const topic = roomTopic(this.#options.address, state.room);
    this.#tell(topic, encodeRoomState(state), true);
    this.#mirror(topic, () => roomJson(state), true);
  }

  /** Waits up to `graceMs` for headquarters' receipt of everything, says offline, and ends. Safe twice. */
  async close(graceMs = 2000): Promise<void> {
    if (this.#closed) return;
    // The box has said its last word in the ledger; what changes now is entered after the next start.
    this.#ending = true;
    await this.#entries.settled;
    const until = monotonicTime() + graceMs;
    while (this.connected && this.receivedSeq < this.#options.ledger.head.seq && monotonicTime() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#closed = true;
    this.#unsubscribe();
    clearInterval(this.#heartbeat);
    await this.#pumping;
    await this.#receipts;
    if (this.connected) {
      const status = this.#status(false);
      const topic = topicOf(this.#options.address, 'status');
      this.#mirror(topic, () => statusJson(status), true);
      await this.#publish(topic, encodeStatus(status), true);
    }
    await this.#connection.close();
  }

  #status(online: boolean): GatewayStatus {
    const { address, ledger, version } = this.#options;
    return {
      gateway: address.gateway,
      epoch: ledger.epoch,
      online,
      wallMs: BigInt(wallTime()),
      expiresAfterMs: (this.#options.heartbeatMs ?? heartbeatMs) * 3,
      ledgerSeq: ledger.head.seq,
      ledgerHead: ledger.head.hash,
      version,
    };
  }

  #beat(): void {
    if (!this.#ending) this.#entries.look(monotonicTime());
    if (!this.connected) return;
    this.#tellStatus();
    const resend = this.#delivery.resend(monotonicTime());
    const from = this.receivedSeq + 1n;
    if (resend === 'refused') this.#raise('refused', from, { seq: String(from) });
    else if (resend === 'resend') {
      this.#options.log.warn('no receipt from headquarters; sent again', { from: Number(from) });
    }
    this.#pump();
  }

  /** Sends what is after the cursor, one loop at a time. */
  #pump(): void {
    this.#again = true;
    this.#pumping ??= this.#send().finally(() => {
      this.#pumping = null;
    });
  }

  async #send(): Promise<void> {
    const { ledger, address, log } = this.#options;
    while (this.#again && !this.#closed) {
      this.#again = false;
      while (this.connected && this.#delivery.maySend(ledger.head.seq)) {
        const from = this.#delivery.sent;
        try {
          const batch = await this.#batch(from + 1n);
          if (batch.length === 0) break;
          this.#delivery.beginWait(monotonicTime());
          await this.#connection.publish(topicOf(address, 'ledger'), encodeBatch(batch));
          this.#delivery.batchSent(from, batch.length);
          this.#mirror(topicOf(address, 'ledger'), () => ledgerJson(batch), false);
        } catch (error) {
          if (!isLiuhenError(error, 'MQTT_OFFLINE', 'MQTT_TIMEOUT')) {
            log.error('the ledger cannot be sent', { error: error as Error });
          }
          break; // the next connection or heartbeat goes on
        }
      }
    }
  }

  async #batch(from: bigint): Promise<LedgerEntry[]> {
    const batch: LedgerEntry[] = [];
    let bytes = 0;
    for (const { raw } of await this.#options.ledger.read(from, maxBatchEntries)) {
      batch.push(raw);
      bytes += raw.header.length + raw.body.length;
      if (bytes >= batchBytes) break;
    }
    return batch;
  }

  #take(topic: string, payload: Uint8Array, retained: boolean): void {
    const { log } = this.#options;
    try {
      const which = parseTopic(topic)?.topic;
      if (which === 'receipt') {
        // Only the newest counts, so that no number of receipts can pile up.
        const waiting = this.#newestReceipt !== null;
        this.#newestReceipt = decodeReceipt(payload);
        if (!waiting) this.#receipts = this.#receipts.then(() => this.#receipt());
      } else if (which === 'command') this.#command(payload, retained);
    } catch (error) {
      log.warn('a message from headquarters is not acceptable', { topic, error: error as Error });
    }
  }

  async #receipt(): Promise<void> {
    const { ledger, log, address } = this.#options;
    const receipt = this.#newestReceipt;
    this.#newestReceipt = null;
    if (receipt === null || receipt.gateway !== address.gateway) return;
    try {
      const { seq } = receipt;
      if (seq > ledger.head.seq) {
        this.#raise('ahead', seq, { seq: String(seq), head: String(ledger.head.seq) });
        return;
      }
      const [entry] = seq === 0n ? [] : await ledger.read(seq, 1);
      if (!sameBytes(entry ? entryHash(entry.raw) : noPrevious, receipt.head)) {
        this.#raise('forked', seq, { seq: String(seq) });
        return;
      }
      if (seq > this.receivedSeq) {
        const cursor = Buffer.alloc(8);
        cursor.writeBigUInt64BE(seq);
        await ledger.setNote(cursorNote, cursor);
      }
      const wrong = isFault(this.#delivery.state);
      if (!this.#delivery.good(seq, monotonicTime())) return;
      if (wrong) log.info('headquarters takes the ledger again', { seq: Number(seq) });
      // Also without an alarm: one of before the last restart may stand in the ledger.
      this.#enter('delivering', seq);
      this.#pump();
    } catch (error) {
      log.error('a receipt could not be kept', { error: error as Error });
    }
  }

  /** Says what is wrong, in the log once in a while, in the ledger once; the state says it for as long as it lasts. */
  #raise(fault: UplinkFault, seq: bigint, details: Record<string, string>): void {
    const { log, address } = this.#options;
    this.#enter(fault, seq);
    if (!this.#delivery.raise(fault, monotonicTime())) return;
    const error = new LiuhenError(uplinkErrors[fault], { gateway: address.gateway, ...details });
    log.error('ALARM: the feed to headquarters is not good', { state: fault, error });
  }

  #enter(state: EnteredState, seq: bigint): void {
    if (!this.#ending) this.#entries.say(state, seq, monotonicTime());
  }

  #command(payload: Uint8Array, retained: boolean): void {
    const { address, commands, log } = this.#options;
    const tell = (reply: Reply): void => this.#tell(topicOf(address, 'reply'), encodeReply(reply), false);
    const { id, command } = readFeedCommand(payload, retained);
    const answer = { id, ok: true, code: '', message: '', rooms: [] };
    if (command?.case === 'replay') {
      const { fromSeq } = command.value;
      log.info('headquarters asks for a replay', { from: Number(fromSeq) });
      const { seq } = this.#options.ledger.head;
      if (fromSeq > seq + 1n) {
        const message = `this ledger ends with entry ${seq}`;
        return tell({ ...answer, ok: false, code: 'UPLINK_AHEAD', message });
      }
      const before = fromSeq > 0n ? fromSeq - 1n : 0n;
      this.#delivery.replay(before, monotonicTime());
      tell(answer);
      this.#pump();
    } else if (command?.case === 'snapshot') {
      const rooms = this.#options.rooms().slice(0, maxRooms);
      tell({ ...answer, status: this.#status(true), rooms });
    } else if (commands) {
      commands({ payload, retained })
        .then((reply) => reply && tell(reply))
        .catch((error: unknown) => log.error('a command could not be taken', { error: error as Error }));
    } else tell({ ...answer, ok: false, code: 'HQ_MESSAGE_INVALID', message: 'unknown command' });
  }

  #tellStatus(): void {
    const status = this.#status(true);
    const topic = topicOf(this.#options.address, 'status');
    this.#tell(topic, encodeStatus(status), true);
    this.#mirror(topic, () => statusJson(status), true);
  }

  /** Nothing waits for the mirror, and nothing of it is sent again by itself. */
  #mirror(topic: string, text: () => string, retain: boolean): void {
    const place = this.#options.mqtt.json === true ? mirrorTopic(topic) : null;
    if (place !== null && this.connected) this.#tell(place, Buffer.from(text()), retain);
  }

  /** What may be lost: it is said again by itself, by the next heartbeat or on request. */
  #tell(topic: string, payload: Uint8Array, retain: boolean): void {
    if (this.connected) void this.#publish(topic, payload, retain);
  }

  async #publish(topic: string, payload: Uint8Array, retain: boolean): Promise<void> {
    try {
      await this.#connection.publish(topic, payload, { retain });
    } catch (error) {
      this.#options.log.debug('not delivered', { topic, error: error as Error });
    }
  }
}

/** What asks for the feed; of anything else the id at most. Who does commands in the rooms reads those himself. */
function readFeedCommand(payload: Uint8Array, retained: boolean): Command {
  const none = { id: '', command: undefined };
  if (retained || payload.length > maxCommandBytes) return none;
  try {
    return decodeCommand(payload);
  } catch (error) {
    if (isLiuhenError(error, 'HQ_MESSAGE_INVALID')) return none;
    throw error;
  }
}

function isFault(state: UplinkState): state is UplinkFault {
  return state in uplinkErrors;
}
