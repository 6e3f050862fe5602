// Control's end of the line to the recorder (P8): connects, connects again without end, and tells when the
// recorder is there, gone, and what it says. What is done about it is session-service.ts's.
import { sleep } from '../../config/clock.ts';
import { LiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import { connectChannel, type ChannelClient } from '../link/local-channel.ts';
import {
  recorderProtocol,
  type JournalRecord,
  type RecorderRequests,
  type RecorderStatus,
} from '../recording/recorder-protocol.ts';

/** Milliseconds between two tries to connect: the supervisor has a dead recorder back within a second or two. */
export const reconnectMs = 250;
/** Longest wait for an answer in milliseconds; sealing several cameras on a slow card takes the longest. */
export const recorderAnswerMs = 60_000;

/** What the other parts need of the recorder. */
export interface RecorderPort {
  /** Rejects with the recorder's LiuhenError, or CHANNEL_CLOSED, CHANNEL_TIMEOUT, CHANNEL_VERSION. */
  ask<Name extends keyof RecorderRequests>(
    request: Name,
    body: RecorderRequests[Name]['body'],
  ): Promise<RecorderRequests[Name]['answer']>;
}

export interface RecorderLinkListener {
  /** Connected; `status` is fresh. Called again after each loss. */
  onBack(status: RecorderStatus): void;
  onGone(why: string): void;
  onStatus(status: RecorderStatus): void;
  onJournal(session: string, record: JournalRecord): void;
}

export interface RecorderLink extends RecorderPort {
  /** The newest status; null while not connected. */
  readonly status: RecorderStatus | null;
  /** Begins to connect, and goes on until closed. */
  begin(): void;
  /** Ends the connection, not the recorder. Safe twice. */
  close(): Promise<void>;
}

/** A link to the recorder's socket; nothing happens before `begin`, so that listeners may need the link. */
export function recorderLink(path: string, listener: RecorderLinkListener, log: Log): RecorderLink {
  const ending = new AbortController();
  let client: ChannelClient | null = null;
  let status: RecorderStatus | null = null;

  const onEvent = (event: string, body: unknown): void => {
    if (event === 'status') {
      status = body as RecorderStatus;
      listener.onStatus(status);
    } else if (event === 'journal') {
      const { session, record } = body as { session: string; record: JournalRecord };
      listener.onJournal(session, record);
    }
  };

  const run = async (): Promise<void> => {
    let told = false;
    while (!ending.signal.aborted) {
      try {
        const connected = await connectChannel(path, recorderProtocol, onEvent);
        client = connected;
        if (ending.signal.aborted) connected.close();
        status = (await connected.ask('status', null, recorderAnswerMs)) as RecorderStatus;
        told = false;
        listener.onBack(status);
        await connected.closed;
        if (!ending.signal.aborted) listener.onGone('connection lost');
      } catch (error) {
        client?.close();
        // One line for each loss, not four a second.
        if (!told && !ending.signal.aborted) log.warn('recorder not reachable', { error });
        told = true;
      }
      client = null;
      status = null;
      await sleep(reconnectMs, ending.signal);
    }
  };
  let running: Promise<void> | null = null;

  return {
    get status() {
      return status;
    },
    begin: () => {
      running ??= run();
    },
    ask: async (request, body) => {
      if (client === null) throw new LiuhenError('CHANNEL_CLOSED', { socket: path });
      return (await client.ask(
        request,
        body,
        recorderAnswerMs,
      )) as RecorderRequests[typeof request]['answer'];
    },
    close: async () => {
      ending.abort();
      client?.close();
      await running;
    },
  };
}
