// A WebSocket client of a few lines for tests (RFC 6455): opens, hears text frames, notices the end. Node 20 has none.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { Socket } from 'node:net';

export interface LiveSocket {
  /** The next text frame as JSON, and asks for another; rejects when the other end has closed. */
  next(): Promise<Record<string, unknown>>;
  /** How many text frames have come and were not read. */
  unread(): number;
  readonly closed: Promise<void>;
  end(): void;
}

/** Resolves to null where the upgrade is refused: by an answer or by hanging up. `path` goes out as it is written. */
export async function openLive(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  path = new URL(url).pathname,
): Promise<LiveSocket | null> {
  const request = http.get(url, {
    agent: false,
    path,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...headers,
    },
  });
  return new Promise((resolve, reject) => {
    request.on('response', (response) => {
      response.resume();
      resolve(null);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') resolve(null);
      else reject(error);
    });
    request.on('upgrade', (_response, socket: Socket, head) => resolve(live(socket, head)));
  });
}

/** A final text frame of four bytes, masked with zeroes (§5.2). */
const askFrame = Buffer.from([0x81, 0x84, 0, 0, 0, 0, ...Buffer.from('next')]);

function live(socket: Socket, head: Buffer): LiveSocket {
  let bytes = head;
  const frames: Record<string, unknown>[] = [];
  let wake: () => void = () => undefined;
  let over = false;
  const read = (): void => {
    for (;;) {
      if (bytes.length < 2) return;
      const short = (bytes[1] ?? 0) & 127;
      const start = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (bytes.length < start) return;
      const length =
        short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
      if (bytes.length < start + length) return;
      if (((bytes[0] ?? 0) & 15) === 1)
        frames.push(JSON.parse(bytes.toString('utf8', start, start + length)) as Record<string, unknown>);
      // A close frame: there is nothing left to say (§5.5.1).
      if (((bytes[0] ?? 0) & 15) === 8) socket.destroy();
      bytes = bytes.subarray(start + length);
      wake();
    }
  };
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      over = true;
      wake();
      resolve();
    });
  });
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    read();
  });
  socket.on('error', () => socket.destroy());
  read();
  return {
    closed,
    end: () => socket.destroy(),
    unread: () => frames.length,
    next: async () => {
      for (;;) {
        const frame = frames.shift();
        if (frame) {
          if (!over) socket.write(askFrame);
          return frame;
        }
        if (over) throw new Error('the other end closed');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
