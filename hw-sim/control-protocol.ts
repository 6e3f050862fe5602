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

/** What hands can do at a panel. */
export const panelActs = {
  press: 'presses the button for forMs (200 when nothing is said)',
  release: 'takes the finger off at once',
  'door-open': 'opens the door',
  'door-close': 'closes the door',
  temperature: 'sets the room to value degrees Celsius',
  humidity: 'sets the room to value percent',
  unplug: 'pulls the cable',
  plug: 'plugs it in again: the board boots',
} as const;
export type PanelActName = keyof typeof panelActs;

/** Milliseconds of a press when nothing is said: a finger's. */
export const shortPressMs = 200;

export interface PanelRequest {
  readonly act: PanelActName;
  readonly forMs?: number;
  readonly value?: number;
}

export interface PanelSummary {
  readonly id: string;
  /** As a room's settings take it: `tcp://127.0.0.1:port`. */
  readonly address: string;
  /** Open connections. */
  readonly clients: number;
  readonly lamp: boolean;
  readonly buzzer: boolean;
  /** How often the lamp has changed so far: a blinking one goes on. */
  readonly lampChanges: number;
  readonly buttonDown: boolean;
  readonly doorOpen: boolean;
}

export interface LayRequest extends FaultOptions {
  readonly fault: FaultName;
  /** Taken off by itself after so many milliseconds; absent = until it is lifted. */
  readonly forMs?: number;
}
