// The seam between a camera's wire and the recorder: what a live stream tells, whatever carries it.
import type { Frame, Track } from '../../protocols/media/track.ts';

export type Transport = 'tcp' | 'udp';

/** Why a stream is not delivering. Each state is named to people by the dictionaries. */
export type StreamFault =
  | 'unreachable' // no TCP connection, or reset while connecting
  | 'wrong-password' // 401 to a fresh challenge (never one marked stale)
  | 'forbidden' // 403
  | 'busy' // 453, 503, or one client only
  | 'not-found' // 404: no such path
  | 'no-video' // the description has no track we can store
  | 'bad-reply' // junk, over a limit, or against the protocol
  | 'no-reply' // silence past a deadline
  | 'stalled' // connected, playing, nothing arrives
  | 'closed'; // the camera ended it

/** What a refusal means (RFC 2326 §7.1.1, §11). */
export function faultOfStatus(status: number): StreamFault {
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 454) return 'not-found';
  return status === 453 || status === 503 ? 'busy' : 'bad-reply';
}

/** Where RTP tracks stand against the sender's clock (RFC 3550 §6.4.1). */
export interface SenderReport {
  readonly kind: 'video' | 'audio';
  /** The sender's NTP time as milliseconds since 1970. */
  readonly senderWallMs: number;
  /** The unwrapped RTP stamp of that moment. */
  readonly rtpTime: number;
  readonly arrivalMonoMs: number;
  readonly arrivalWallMs: number;
}

export interface PacketLoss {
  readonly kind: 'video' | 'audio';
  /** Exact, from sequence numbers; 0 when only a break in the stamps or a new SSRC shows. */
  readonly packets: number;
  readonly cause: 'lost-packets' | 'junk-between-frames' | 'new-ssrc' | 'stamp-jump' | 'frame-too-large';
  readonly atMonoMs: number;
  readonly atWallMs: number;
}

/** Called from the stream's read loop, in order. None may throw; none may block. */
export interface StreamListener {
  /** The tracks as announced, or again when parameter sets or the resolution changed: the next video frame is a key frame of the new tracks. */
  onTracks(tracks: readonly Track[]): void;
  /** The listener owns the frame and releases it. */
  onFrame(frame: Frame): void;
  onLoss(loss: PacketLoss): void;
  onSenderReport(report: SenderReport): void;
}

export interface StreamEnd {
  readonly fault: StreamFault | 'asked'; // 'asked': close() was called
  readonly error?: Error;
}

/** One honest attempt at a live stream. A new attempt is a new object. */
export interface MediaStream {
  /** Connects, describes, sets up and plays. Throws LiuhenError; its details carry `fault: StreamFault`. */
  open(): Promise<readonly Track[]>;
  /** Safe twice and during open(). Sends TEARDOWN when it can, within a second. */
  close(): Promise<void>;
  /** Reads at once what the kernel holds, and resolves when it has been handed to the listener. */
  drain(): Promise<void>;
  /** What carries the media; undefined before PLAY. */
  readonly transport?: Transport;
  /** Settles once, when the stream has ended for any reason. Never rejects. */
  readonly ended: Promise<StreamEnd>;
}
