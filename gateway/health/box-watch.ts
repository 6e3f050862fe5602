// Watches what concerns the whole box: the disk as the recorder reports it, and steps of the wall clock. Pure:
// observations in, what the ledger should hear out; the gateway enters it.
import type { Moment, MonoMs } from '../../config/clock.ts';
import type { RecorderStatus } from '../recording/recorder-protocol.ts';

/** Free space below the reserve and this many bytes is "low": time to act before recording has to stop. */
export const lowBytes = 1024 ** 3;
/** A state is left only with this much more than the bound that entered it, so that it does not flap. */
export const diskMargin = 1.1;
/** A wall clock that moved against the monotonic one by at least this many milliseconds has stepped. */
export const clockStepMs = 1000;

export type DiskState = 'ok' | 'low' | 'reserve' | 'not-writable';

/** The state by its word in the ledger; undefined for none. */
export function toDiskState(text: string): DiskState | undefined {
  return (['ok', 'low', 'reserve', 'not-writable'] as const).find((each) => each === text);
}

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

/** How long after the other a session's journal and this watch may notice one step, in milliseconds. */
export const stepSettleMs = 3000;
/** Most steps remembered; beyond, the oldest is forgotten, and at worst told once more. */
export const maxSteps = 16;

interface Step {
  readonly deltaMs: number;
  readonly mono: MonoMs;
}

/**
 * Tells steps of the wall clock from its drift. The recorder sees the same step and writes it into the journal of
 * each session that it records; such a step is not told a second time for the box.
 */
export class ClockWatch {
  #offsetMs: number | null = null;
  #seen: Step[] = [];
  #told: Step[] = [];

  /** A session's step is in the ledger. */
  told(deltaMs: number, mono: MonoMs): void {
    this.#told.push({ deltaMs, mono });
    if (this.#told.length > maxSteps) this.#told.shift();
  }

  /** The size of a step that no session has told within `stepSettleMs`, in milliseconds, or null. */
  observe(now: Moment): number | null {
    const offset = now.wall - now.mono;
    const deltaMs = Math.round(this.#offsetMs === null ? 0 : offset - this.#offsetMs);
    // A slow drift is taken in and never adds up.
    this.#offsetMs = offset;
    if (Math.abs(deltaMs) >= clockStepMs) {
      this.#seen.push({ deltaMs, mono: now.mono });
      if (this.#seen.length > maxSteps) this.#seen.shift();
    }
    return this.#due((step) => now.mono - step.mono >= stepSettleMs);
  }

  /** The gateway ends: what still waits for a session's word, one at a time, then null. */
  rest(): number | null {
    return this.#due(() => true);
  }

  #due(isDue: (step: Step) => boolean): number | null {
    this.#seen = this.#seen.filter((step) => !this.#told.some((told) => isSame(step, told)));
    const [oldest] = this.#seen;
    if (oldest === undefined || !isDue(oldest)) return null;
    this.#seen.shift();
    return oldest.deltaMs;
  }
}

function isSame(a: Step, b: Step): boolean {
  return Math.abs(a.deltaMs - b.deltaMs) < clockStepMs && Math.abs(a.mono - b.mono) <= stepSettleMs;
}
