// What goes over the simulator's control port, as JSON. Both ends take their types from here.
import type { SentFrame } from './camera/media-pump.ts';
import type { FaultName, FaultOptions } from './faults.ts';

/** Pictures in one answer: 200 seconds of them. */
export const maxFramesPerPage = 5000;
export const defaultFramesPerPage = 500;
export const maxControlBytes = 64 * 1024;
/** A fault with a time is taken off by itself after at most this. */
export const maxFaultMs = 24 * 3_600_000;

export interface CameraSummary {
  readonly id: string;
  readonly rtspUrl: string;
  readonly onvifUrl: string | null;
  /** Why it does not listen though it is plugged in. */
  readonly problem: string | null;
  /** Open RTSP connections. */
  readonly clients: number;
  /** Names of the faults that lie on it, newest first. */
  readonly behaviours: readonly string[];
}

export interface CameraPage extends CameraSummary {
  /** The pictures after the one asked for, oldest first. The oldest of all may be forgotten already. */
  readonly framesSent: readonly SentFrame[];
  /** True when there are more: ask again with `after` = the last one's number. */
  readonly more: boolean;
}

export interface LayRequest extends FaultOptions {
  readonly fault: FaultName;
  /** Taken off by itself after so many milliseconds; absent = until it is lifted. */
  readonly forMs?: number;
}
