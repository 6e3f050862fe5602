// Control's typed end of the recorder's socket: one connection, not kept alive here.
import { connectChannel } from '../link/local-channel.ts';
import { recorderProtocol, type RecorderEvents, type RecorderRequests } from './recorder-protocol.ts';

export type RecorderListener = {
  readonly [Name in keyof RecorderEvents]?: (body: RecorderEvents[Name]) => void;
};

export interface RecorderClient {
  /** Rejects with the recorder's LiuhenError, CHANNEL_CLOSED or CHANNEL_TIMEOUT (`timeoutMs`, default 10 s). */
  ask<Name extends keyof RecorderRequests>(
    request: Name,
    body: RecorderRequests[Name]['body'],
    timeoutMs?: number,
  ): Promise<RecorderRequests[Name]['answer']>;
  close(): void;
  readonly closed: Promise<void>;
}

/** Connects; rejects with CHANNEL_VERSION or the connection's own error. */
export async function connectRecorder(
  socket: string,
  listener: RecorderListener = {},
): Promise<RecorderClient> {
  const channel = await connectChannel(socket, recorderProtocol, (event, body) => {
    if (event === 'status') listener.status?.(body as RecorderEvents['status']);
    else if (event === 'journal') listener.journal?.(body as RecorderEvents['journal']);
  });
  return {
    closed: channel.closed,
    close: () => channel.close(),
    ask: async (request, body, timeoutMs) =>
      (await channel.ask(request, body, timeoutMs)) as RecorderRequests[typeof request]['answer'],
  };
}
