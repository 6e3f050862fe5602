// Requests, answers and events over a Unix socket, used between control and recorder and between the command
// line and control. Versioned by a hello in both directions; slow readers are cut off rather than buffered.
import net from 'node:net';
import { chmodSync, unlinkSync } from 'node:fs';
import { LiuhenError, errorTable, isLiuhenError, type ErrorCode } from '../../config/errors.ts';
import { isLive } from './is-live.ts';
import { MessageSplitter, encodeMessage, maxMessageBytes } from './framed-json.ts';

/** A peer that has this much unread is not reading: it is cut off and must come back and ask for the state. */
export const maxUnreadBytes = 8 * 1024 * 1024;

interface Request {
  readonly id: number;
  readonly request: string;
  readonly body: unknown;
}
interface Answer {
  readonly answer: number;
  readonly body?: unknown;
  readonly error?: { code: string; message: string; details: Record<string, unknown> };
}
interface EventMessage {
  readonly event: string;
  readonly body: unknown;
}

export interface ChannelServerOptions {
  readonly path: string;
  readonly protocol: number;
  /** Answers a request; what it throws is sent as the error. */
  handle(request: string, body: unknown, peer: ChannelPeer): Promise<unknown>;
  onPeer?(peer: ChannelPeer): void;
  onPeerGone?(peer: ChannelPeer): void;
}

export interface ChannelPeer {
  /** False when the peer is gone or was cut off for not reading. */
  send(event: string, body: unknown): boolean;
}

export interface ChannelServer {
  broadcast(event: string, body: unknown): void;
  close(): Promise<void>;
}

/**
 * Listens on a Unix socket, mode 0600. A stale socket file is replaced; a live one is an error
 * (`EADDRINUSE` as the cause), because two recorders must never write into one folder.
 */
export async function serveChannel(options: ChannelServerOptions): Promise<ChannelServer> {
  const peers = new Map<ChannelPeer, net.Socket>();
  const server = net.createServer((socket) => {
    const splitter = new MessageSplitter();
    const peer: ChannelPeer = {
      send: (event, body) => write(socket, { event, body } satisfies EventMessage),
    };
    peers.set(peer, socket);
    write(socket, { event: 'hello', body: { protocol: options.protocol } });
    options.onPeer?.(peer);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      peers.delete(peer);
      options.onPeerGone?.(peer);
    });
    socket.on('data', (chunk: Buffer) => {
      let messages: unknown[];
      try {
        messages = splitter.push(chunk);
      } catch {
        socket.destroy();
        return;
      }
      for (const message of messages) {
        // What is no request has no number to be answered by.
        if (isRequest(message)) void answer(socket, message, peer);
        else socket.destroy();
      }
    });
  });
  const answer = async (socket: net.Socket, message: Request, peer: ChannelPeer): Promise<void> => {
    try {
      const body = await options.handle(message.request, message.body, peer);
      write(socket, { answer: message.id, body } satisfies Answer);
    } catch (error) {
      // Also an answer that is too long to be sent: it must not end the process that made it.
      write(socket, { answer: message.id, error: errorOf(error) } satisfies Answer);
    }
  };
  await listen(server, options.path);
  return {
    broadcast: (event, body) => {
      for (const peer of peers.keys()) peer.send(event, body);
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of peers.values()) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

export interface ChannelClient {
  /** Rejects with the server's LiuhenError, CHANNEL_CLOSED or CHANNEL_TIMEOUT (default 10 s). */
  ask(request: string, body: unknown, timeoutMs?: number): Promise<unknown>;
  close(): void;
  /** Settles when the connection is gone. Never rejects. */
  readonly closed: Promise<void>;
}

/** Connects and checks the protocol number; rejects with CHANNEL_VERSION or the connection's own error. */
export async function connectChannel(
  path: string,
  protocol: number,
  onEvent: (event: string, body: unknown) => void = () => undefined,
): Promise<ChannelClient> {
  const socket = net.createConnection(path);
  const splitter = new MessageSplitter();
  const waiting = new Map<number, { resolve(body: unknown): void; reject(error: Error): void }>();
  let nextId = 1;
  let closedResolve: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    closedResolve = resolve;
  });
  const hello = new Promise<void>((resolve, reject) => {
    const onMessage = (message: Partial<Answer & EventMessage>): void => {
      if (message.event === 'hello') {
        const theirs = (message.body as { protocol?: number }).protocol ?? 0;
        if (theirs === protocol) resolve();
        else {
          reject(new LiuhenError('CHANNEL_VERSION', { socket: path, theirs, ours: protocol }));
          socket.destroy();
        }
      } else if (message.event !== undefined) onEvent(message.event, message.body);
      else if (message.answer !== undefined) {
        const asked = waiting.get(message.answer);
        waiting.delete(message.answer);
        if (message.error) asked?.reject(toError(message.error));
        else asked?.resolve(message.body);
      }
    };
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const message of splitter.push(chunk)) onMessage(message as Partial<Answer & EventMessage>);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', (error) => {
      reject(error);
    });
    socket.on('close', () => {
      const gone = new LiuhenError('CHANNEL_CLOSED', { socket: path });
      for (const asked of waiting.values()) asked.reject(gone);
      waiting.clear();
      reject(gone);
      closedResolve();
    });
  });
  await hello;
  return {
    closed,
    close: () => socket.destroy(),
    ask: (request, body, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new LiuhenError('CHANNEL_CLOSED', { socket: path }));
          return;
        }
        const id = nextId++;
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new LiuhenError('CHANNEL_TIMEOUT', { socket: path, request, afterMs: timeoutMs }));
        }, timeoutMs);
        waiting.set(id, {
          resolve: (answer) => {
            clearTimeout(timer);
            resolve(answer);
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        });
        socket.write(encodeMessage({ id, request, body } satisfies Request));
      }),
  };
}

function write(socket: net.Socket, message: unknown): boolean {
  if (socket.destroyed) return false;
  if (socket.writableLength > maxUnreadBytes) {
    socket.destroy();
    return false;
  }
  socket.write(encodeMessage(message));
  return true;
}

function isRequest(message: unknown): message is Request {
  if (typeof message !== 'object' || message === null) return false;
  const { id, request } = message as Partial<Record<keyof Request, unknown>>;
  return typeof id === 'number' && typeof request === 'string';
}

function errorOf(error: unknown): NonNullable<Answer['error']> {
  if (isLiuhenError(error))
    return { code: error.code, message: error.message, details: { ...error.details } };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'CHANNEL_REFUSED', message, details: {} };
}

function toError(error: NonNullable<Answer['error']>): LiuhenError {
  const code = (error.code in errorTable ? error.code : 'CHANNEL_REFUSED') as ErrorCode;
  const details = code === 'CHANNEL_REFUSED' ? { message: error.message } : error.details;
  return new LiuhenError(code, details as Record<string, string>);
}

async function listen(server: net.Server, path: string): Promise<void> {
  const attempt = (): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        chmodSync(path, 0o600);
        resolve();
      });
    });
  try {
    await attempt();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || (await isLive(path))) throw error;
    unlinkSync(path);
    await attempt();
  }
}

export { maxMessageBytes };
