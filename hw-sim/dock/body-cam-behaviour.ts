// What a fault may change on a simulated body-cam: hooks laid over it, the newest first. A hook that is absent leaves
// things as they are. The faults themselves are in body-cam-faults.ts; those of docks in dock-faults.ts.
import type { Clip, DockRequest, SlotRef } from '../../protocols/dock/messages.ts';
import type { DockAnswer } from './dock-behaviour.ts';
import type { BodyCamFacts } from './sim-body-cam.ts';

/** A call to the device in a slot. */
export type DeviceCall = Extract<DockRequest, { value: { at: SlotRef } }>;

/** How its disk shows up. */
export interface DiskLook {
  readonly shown: boolean;
  readonly mounted: boolean;
  /** Milliseconds from the answer to the disk. */
  readonly afterMs: number;
}

export interface BodyCamBehaviour {
  readonly name: string;
  facts?(below: BodyCamFacts, usedBytes: bigint): BodyCamFacts;
  /** What its list tells of a clip. */
  clip?(below: Clip): Clip;
  /** Does a call; `next` does what lies below and gives its answer. */
  answer?(call: DeviceCall, next: () => DockAnswer): DockAnswer;
  disk?(below: DiskLook): DiskLook;
  /** Bytes of a clip's file on its disk. */
  fileBytes?(id: string, below: number): number;
  /** Where files end for who has them open when the disk is pulled. */
  readonly cutAtByte?: number;
  /** When it is laid on. */
  on?(device: BreakableBodyCam): void;
  /** When its disk has shown up. */
  diskUp?(device: BreakableBodyCam): void;
}

/** What a behaviour may do to a body-cam beyond answering. */
export interface BreakableBodyCam {
  /** Out of the slot, as a hand does it; nothing happens when it is in none. */
  pullOut(): void;
  /** Of this docking; another one when it was put in again. */
  readonly docking: object | null;
  shiftClock(byMs: number): void;
}
