// What one attempt at a stream is told.
import type { StreamListener, Transport } from './media-stream.ts';

export interface RtspStreamOptions {
  /** rtsp:// without user info. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly transport: Transport | 'auto';
  readonly listener: StreamListener;
  /** Milliseconds; defaults 3000, 5000 and 4000. */
  readonly connectTimeoutMs?: number;
  readonly replyTimeoutMs?: number;
  readonly silenceTimeoutMs?: number;
}
