// Messages on a Unix socket: a 4-byte big-endian length, then that many bytes of JSON. Bounded, so that a
// mad peer cannot eat the memory of the recorder.
import { LiuhenError } from '../../config/errors.ts';

export const maxMessageBytes = 1024 * 1024;

export function encodeMessage(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  if (body.length > maxMessageBytes) {
    throw new LiuhenError('CHANNEL_MESSAGE', {
      socket: 'local channel',
      why: `${body.length} bytes to send`,
      maxBytes: maxMessageBytes,
    });
  }
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** Splits a byte stream into messages. Throws LiuhenError CHANNEL_MESSAGE on a bad length or bad JSON. */
export class MessageSplitter {
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): unknown[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const messages: unknown[] = [];
    while (this.#pending.length >= 4) {
      const length = this.#pending.readUInt32BE(0);
      if (length > maxMessageBytes) throw this.#bad(`length ${length}`);
      if (this.#pending.length < 4 + length) break;
      const text = this.#pending.toString('utf8', 4, 4 + length);
      this.#pending = this.#pending.subarray(4 + length);
      try {
        messages.push(JSON.parse(text));
      } catch (cause) {
        throw new LiuhenError(
          'CHANNEL_MESSAGE',
          { socket: 'local channel', why: 'not JSON', maxBytes: maxMessageBytes },
          { cause },
        );
      }
    }
    return messages;
  }

  #bad(why: string): LiuhenError {
    return new LiuhenError('CHANNEL_MESSAGE', { socket: 'local channel', why, maxBytes: maxMessageBytes });
  }
}
