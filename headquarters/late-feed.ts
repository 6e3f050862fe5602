// A consumer that comes late: of each gateway first a snapshot, then every entry from a given number on, in order and
// once, then what comes. It keeps nothing and sends no receipts; the connection is feed-watch.ts's.
import { randomUUID } from 'node:crypto';
import { monotonicTime } from '../config/clock.ts';
import type { Log } from '../config/log.ts';
import { decodeReply, encodeCommand } from '../protocols/hq/codec.ts';
import type { CommandWork } from '../protocols/hq/command-messages.ts';
import type { GatewayStatus } from '../protocols/hq/messages.ts';
import { parseTopic, topicOf, type GatewayAddress } from '../protocols/hq/topics.ts';
import type { FeedEvent } from './feed-event.ts';

/** Gateways that are followed; more are not taken, and said so in the log. */
export const maxFollowed = 1000;
/** A gateway is asked at most this often, in milliseconds; without progress ever less often. */
export const askEveryMs = 2000;
/** The longest wait between two such questions, in milliseconds. */
export const askAtLeastMs = 600_000;

interface Followed {
  readonly address: GatewayAddress;
  /** The next entry to be told. */
  next: bigint;
  snapshot: 'wanted' | 'told';
  snapshotId: string;
  replayId: string;
  askedMs: number;
  waitMs: number;
  /** When the last batch came. */
  batchMs: number;
}

export interface LateFeedOptions {
  /** The first entry that is told of each gateway; from 1. */
  readonly from: bigint;
  readonly log: Log;
  onEvent(event: FeedEvent): void;
  /** Sends a command; what is lost is asked for again. */
  send(topic: string, payload: Uint8Array): void;
}

export class LateFeed {
  readonly #options: LateFeedOptions;
  readonly #followed = new Map<string, Followed>();

  constructor(options: LateFeedOptions) {
    this.#options = options;
  }

  /** Takes what a message was decoded to; replies are decoded here. Throws HQ_MESSAGE_INVALID for a bad reply. */
  take(topic: string, payload: Uint8Array, events: readonly FeedEvent[]): void {
    const which = parseTopic(topic);
    if (which === null) return;
    const followed = this.#follow(which.address);
    if (followed === null) return;
    if (which.topic === 'reply') return this.#reply(followed, payload);
    if (which.topic === 'ledger') followed.batchMs = monotonicTime();
    for (const event of events) {
      if (event.type === 'entry') this.#entry(followed, event);
      else this.#options.onEvent(event);
      if (event.type === 'status') this.#status(followed, event.status);
    }
  }

  #follow(address: GatewayAddress): Followed | null {
    const key = `${address.agency}/${address.site}/${address.gateway}`;
    const known = this.#followed.get(key);
    if (known) return known;
    if (this.#followed.size >= maxFollowed) {
      this.#options.log.warn('too many gateways', { gateway: key });
      return null;
    }
    const never = Number.NEGATIVE_INFINITY;
    const followed: Followed = {
      address,
      next: this.#options.from,
      snapshot: 'wanted',
      snapshotId: randomUUID(),
      replayId: '',
      askedMs: never,
      waitMs: askEveryMs,
      batchMs: never,
    };
    this.#followed.set(key, followed);
    this.#askSnapshot(followed);
    return followed;
  }

  #reply(followed: Followed, payload: Uint8Array): void {
    const { address } = followed;
    const { id, ok, code, message, status, rooms } = decodeReply(payload);
    if (id === followed.replayId && !ok) {
      this.#options.log.warn('a replay is refused', { gateway: address.gateway, code, message });
    }
    if (id !== followed.snapshotId || followed.snapshot === 'told') return;
    if (status) this.#options.onEvent({ type: 'status', address, status });
    for (const room of rooms) this.#options.onEvent({ type: 'room', address, room });
    followed.snapshot = 'told';
    if (!status || status.ledgerSeq >= followed.next) this.#askReplay(followed, true);
  }

  /** Nothing on the way although there is more, or the question was lost. */
  #status(followed: Followed, { online, ledgerSeq }: GatewayStatus): void {
    if (!online) return;
    if (followed.snapshot === 'wanted') this.#askSnapshot(followed);
    else if (ledgerSeq >= followed.next && monotonicTime() - followed.batchMs > askEveryMs) {
      this.#askReplay(followed, false);
    }
  }

  #entry(followed: Followed, event: FeedEvent & { readonly type: 'entry' }): void {
    const { seq } = event.header;
    // Before the snapshot nothing is told; what is passed over here comes with the replay.
    if (followed.snapshot === 'wanted' || seq < followed.next) return;
    if (seq > followed.next) return this.#askReplay(followed, false);
    followed.next += 1n;
    followed.waitMs = askEveryMs;
    this.#options.onEvent(event);
  }

  #askSnapshot(followed: Followed): void {
    if (monotonicTime() - followed.askedMs < askEveryMs) return;
    followed.askedMs = monotonicTime();
    this.#send(followed, followed.snapshotId, { case: 'snapshot', value: {} });
  }

  #askReplay(followed: Followed, first: boolean): void {
    const nowMs = monotonicTime();
    if (!first && nowMs - followed.askedMs < followed.waitMs) return;
    followed.askedMs = nowMs;
    if (!first) followed.waitMs = Math.min(followed.waitMs * 2, askAtLeastMs);
    followed.replayId = randomUUID();
    this.#send(followed, followed.replayId, { case: 'replay', value: { fromSeq: followed.next } });
  }

  #send({ address }: Followed, id: string, command: CommandWork): void {
    this.#options.send(topicOf(address, 'command'), encodeCommand({ id, command }));
  }
}
