// Watches what concerns the whole box: the disk as the recorder reports it, and steps of the wall clock. Pure:
// observations in, what the ledger should hear out; the gateway enters it.
import type { Moment } from '../../config/clock.ts';
import type { RecorderStatus } from '../recording/recorder-protocol.ts';

/** Free space below the reserve and this many bytes is "low": time to act before recording has to stop. */
export const lowBytes = 1024 ** 3;
/** A state is left only with this much more than the bound that entered it, so that it does not flap. */
export const diskMargin = 1.1;
/** A wall clock that moved against the monotonic one by at least this many milliseconds has stepped. */
export const clockStepMs = 1000;

export type DiskState = 'ok' | 'low' | 'reserve' | 'not-writable';

/** The state of the disk; `before` holds it until there is clearly room again. */
export function diskState(
  disk: RecorderStatus['disk'],
  reserveBytes: number,
  before: DiskState | '',
): DiskState {
  if (!disk.writable) return 'not-writable';
  if (disk.freeBytes === null) return before === '' ? 'ok' : before;
  const held = (state: DiskState): number => (before === state ? diskMargin : 1);
  if (disk.freeBytes < reserveBytes * held('reserve')) return 'reserve';
  if (disk.freeBytes < (reserveBytes + lowBytes) * held('low')) return 'low';
  return 'ok';
}

/** Tells steps of the wall clock from its drift. */
export class ClockWatch {
  #offsetMs: number | null = null;

  /** The step since the last call in milliseconds, or null. A slow drift is taken in and never adds up. */
  observe(now: Moment): number | null {
    const offset = now.wall - now.mono;
    const step = this.#offsetMs === null ? 0 : offset - this.#offsetMs;
    this.#offsetMs = offset;
    return Math.abs(step) >= clockStepMs ? Math.round(step) : null;
  }
}
