// What a live stream over RTSP is opened with, and the defaults. Each wait has its limit here.
import type { Secret } from '../../config/secret.ts';
import type { StreamListener, Transport } from './media-stream.ts';

export interface RtspStreamOptions {
  /** rtsp://host[:port]/path; user info in it is used only when no username is given. */
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret | string;
  /** 'auto' tries TCP, then UDP if the camera refuses TCP with 461. Default 'auto'. */
  readonly transport?: Transport | 'auto';
  readonly listener: StreamListener;
  /** Milliseconds until a TCP connection must stand. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for one whole exchange, challenge included, however slowly bytes trickle. */
  readonly replyTimeoutMs?: number;
  /** Milliseconds without any media before the stream counts as stalled. */
  readonly silenceTimeoutMs?: number;
  /** Milliseconds that the kernel buffers between two reads while playing; 0 reads at once. */
  readonly readIntervalMs?: number;
}

export const rtspDefaults = {
  connectTimeoutMs: 5000,
  replyTimeoutMs: 5000,
  silenceTimeoutMs: 5000,
  readIntervalMs: 200,
} as const;

/** The session timeout when a camera names none (RFC 2326 §12.37). */
export const defaultSessionTimeoutMs = 60_000;
/** TEARDOWN is waited for no longer than this. */
export const teardownTimeoutMs = 1000;
/** Receiver reports are sent at this interval (RFC 3550 §6.2: five seconds at least). */
export const receiverReportIntervalMs = 5000;
/** Redirects that are followed on our own host before the camera counts as broken. */
export const maxRedirects = 1;
