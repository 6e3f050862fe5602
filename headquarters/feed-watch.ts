// Looks on: decodes the feed as it passes by, keeps nothing and sends no receipts, so that a watcher never moves
// a gateway's cursor. The keeping end is headquarters.ts.
import { randomUUID } from 'node:crypto';
import { MqttConnection } from '../config/mqtt-connection.ts';
import {
  decodeBatch,
  decodeBody,
  decodeHeader,
  decodeRoomState,
  decodeStatus,
} from '../protocols/hq/codec.ts';
import { feedFilters, parseTopic } from '../protocols/hq/topics.ts';
import type { FeedEvent } from './feed-event.ts';
import type { HeadquartersOptions } from './headquarters.ts';
import { LateFeed } from './late-feed.ts';

export interface FeedWatch {
  close(): Promise<void>;
}

export interface FeedWatchOptions extends Omit<HeadquartersOptions, 'store' | 'expectedKeys'> {
  /**
   * The first entry to be told of each gateway: it is asked for a snapshot and a replay, which needs headquarters'
   * right to write commands. Without it only what passes by is told.
   */
  readonly from?: bigint;
}

/** Connects in the background and tells what passes; what cannot be decoded is logged and passed over. */
export function watchFeed(options: FeedWatchOptions): FeedWatch {
  const { log, from } = options;
  const onEvent = (event: FeedEvent): void => options.onEvent?.(event);
  const send = (topic: string, payload: Uint8Array): void => {
    connection.publish(topic, payload).catch((error: unknown) => {
      // It is asked again with the next status.
      log.debug('not delivered', { topic, error: error as Error });
    });
  };
  const late = from === undefined ? null : new LateFeed({ from, log, onEvent, send });
  const connection = new MqttConnection({
    ...options,
    clientId: options.clientId ?? `liuhen-watch-${randomUUID()}`,
    subscriptions: feedFilters(options),
    onConnect: () => undefined,
    onMessage: (topic, payload) => {
      try {
        const events = decodeFeed(topic, payload);
        if (late) late.take(topic, payload, events);
        else for (const event of events) onEvent(event);
      } catch (error) {
        log.warn('a message is not acceptable', { topic, error: error as Error });
      }
    },
  });
  return { close: () => connection.close() };
}

/** The events of one message; none for a topic that is not ours. Throws HQ_MESSAGE_INVALID for bad bytes. */
export function decodeFeed(topic: string, payload: Uint8Array): FeedEvent[] {
  const which = parseTopic(topic);
  if (which === null) return [];
  const { address } = which;
  if (which.topic === 'status') return [{ type: 'status', address, status: decodeStatus(payload) }];
  if (which.topic === 'room') return [{ type: 'room', address, room: decodeRoomState(payload) }];
  if (which.topic !== 'ledger') return [];
  return decodeBatch(payload).map((entry) => ({
    type: 'entry',
    address,
    header: decodeHeader(entry.header),
    body: decodeBody(entry.body),
  }));
}
