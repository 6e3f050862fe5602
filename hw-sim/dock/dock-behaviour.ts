// What a fault may change on a simulated dock: hooks laid over it, the newest first. A hook that is absent leaves
// things as they are. The faults themselves are in dock-faults.ts.
import type { DockReply, DockRequest, RefusalWord } from '../../protocols/dock/messages.ts';
import type { BodyCamFacts } from './sim-body-cam.ts';

export interface DockFacts {
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly maxPayloadBytes: number;
  /** The build that it shows; null = the one that runs. */
  readonly shownBuild: number | null;
}

export interface DockRefusal {
  readonly refused: RefusalWord;
  readonly expected?: bigint;
  readonly retryAfterMs?: number;
}
export type DockAnswer = DockReply | DockRefusal;

export interface DockBehaviour {
  readonly name: string;
  facts?(below: DockFacts): DockFacts;
  device?(below: BodyCamFacts): BodyCamFacts;
  /** Does a request; `next` does what lies below and gives its answer. Null: no answer is made. */
  answer?(request: DockRequest, next: () => DockAnswer | null): DockAnswer | null;
  /** What is written in place of these bytes, one write each. */
  out?(bytes: Buffer): readonly Buffer[];
  /** What is heard in place of these bytes. */
  heard?(bytes: Buffer): Buffer;
  /** When it is laid on. */
  on?(dock: BreakableDock): void;
}

/** What a behaviour may do to a dock beyond answering. */
export interface BreakableDock {
  /** Cuts the power and starts it again: sessions are gone, the flash is not. */
  reboot(): void;
}
