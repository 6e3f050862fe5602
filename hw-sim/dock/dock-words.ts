// What goes over the simulator's control port about docks and body-cams, as JSON. Both ends take their types from here.
import type { LampWord } from '../../protocols/dock/messages.ts';
import type { BodyCamFaultName, BodyCamFaultOptions } from './body-cam-faults.ts';
import type { DockFaultName, DockFaultOptions } from './dock-faults.ts';

/** What hands can do at a dock. */
export const dockActs = {
  dock: 'puts bodyCam into slot; what was there is pulled out',
  pull: 'pulls out what is in slot',
  unplug: 'pulls the cable of the dock: its disks go too',
  plug: 'plugs it in again: the dock boots',
  reboot: 'cuts the power of the dock and starts it again',
} as const;
export type DockActName = keyof typeof dockActs;

export interface DockRequest {
  readonly act: DockActName;
  readonly slot?: number;
  readonly bodyCam?: string;
}

/** What hands can do with a body-cam. */
export const bodyCamActs = {
  record: 'records a clip of bytes or seconds (2 when nothing is said), begun minutesAgo, with caseMark',
} as const;
export type BodyCamActName = keyof typeof bodyCamActs;

export interface BodyCamRequest {
  readonly act: BodyCamActName;
  readonly bytes?: number;
  readonly seconds?: number;
  /** Default: it has just ended. */
  readonly minutesAgo?: number;
  readonly caseMark?: string;
}

export interface SlotSummary {
  readonly slot: number;
  /** Id of the body-cam in it. */
  readonly bodyCam: string | null;
  readonly locked: boolean;
  readonly lamp: LampWord;
  readonly diskMode: boolean;
}

export interface DockSummary {
  readonly id: string;
  /** As a site's settings take it: `tcp://127.0.0.1:port`. */
  readonly address: string;
  readonly plugged: boolean;
  readonly slots: readonly SlotSummary[];
  readonly firmware: { readonly name: string; readonly build: number };
  /** Names of the faults that lie on it, newest first. */
  readonly behaviours: readonly string[];
}

export interface ClipSummary {
  readonly id: string;
  readonly sizeBytes: number;
  /** Of its bytes, whatever a fault makes the device tell. */
  readonly sha256: string;
  /** By the device's clock. */
  readonly beginWallMs: number;
  readonly endWallMs: number;
  readonly caseMark: string;
}

export interface BodyCamSummary {
  readonly id: string;
  readonly serial: string;
  /** Where it is docked; null in no slot. */
  readonly docked: { readonly dock: string; readonly slot: number } | null;
  /** Its disk while it is one; `point` null: nobody has mounted it. */
  readonly disk: { readonly name: string; readonly point: string | null } | null;
  /** Why the last disk that should have shown up did not. */
  readonly problem: string | null;
  readonly batteryPct: number;
  readonly clockSkewMs: number;
  readonly clips: readonly ClipSummary[];
  /** Ids, oldest first. */
  readonly erased: readonly string[];
  readonly behaviours: readonly string[];
}

export interface LayDockRequest extends DockFaultOptions {
  readonly fault: DockFaultName;
  /** Taken off by itself after so many milliseconds; absent = until it is lifted. */
  readonly forMs?: number;
}

export interface LayBodyCamRequest extends BodyCamFaultOptions {
  readonly fault: BodyCamFaultName;
  readonly forMs?: number;
}
