// When a clip was made by the box's clock. The device's own clock is wrong by what was measured when it was docked, and
// right from when it was set: each clip goes by the docking that its time belongs to. Pure.

/** One docking: what the device's clock was ahead of the box's, and whether it was set then. Oldest first in lists. */
export interface ClockMeasure {
  readonly atWallMs: number;
  readonly offsetMs: number;
  readonly set: boolean;
}

/** A clock drifts between two dockings: a clip may lie so far, in ms, beyond the docking that ended its time. */
export const driftSlackMs = 120_000;
/** Nothing was filmed before the year 2000: such a time is a clock that had lost its own. */
export const earliestWallMs = Date.UTC(2000, 0, 1);

/** The last day of four-digit years: beyond it neither calendars nor the ledger have a number for a time. */
export const latestWallMs = Date.UTC(9999, 11, 30);

/** What a device or a file calls a time, held between 1970 and `latestWallMs`: both may say any 64 bits. */
export function heldMs(ms: number, from = 0): number {
  return Math.min(Math.max(ms, from), latestWallMs);
}
/** A device's time less its offset may lie before 1970; it is certain of none, and has to be a day of a calendar. */
const firstDayMs = Date.UTC(1900, 0, 1);

export interface TrueTimes {
  readonly beginWallMs: number;
  readonly endWallMs: number;
  /** What was taken off the device's times. */
  readonly offsetMs: number;
  /** False: no docking fits (its clock was changed by others), or its times cannot be. */
  readonly certain: boolean;
}

/**
 * `measures` with that of now as the last. The last docking that fits is taken; where an earlier one fits too and tells
 * another time, the times are not certain. Without one that fits the device's own clock as it is now is believed.
 */
export function clipTimes(
  beginDeviceMs: number,
  endDeviceMs: number,
  measures: readonly ClockMeasure[],
): TrueTimes {
  const by = (offsetMs: number, certain: boolean): TrueTimes => ({
    beginWallMs: heldMs(beginDeviceMs - offsetMs, firstDayMs),
    endWallMs: heldMs(endDeviceMs - offsetMs, firstDayMs),
    offsetMs,
    certain,
  });
  const fitting = measures.filter(({ atWallMs, offsetMs }, index) => {
    // A clock that would not be set went on as it was: that docking ended no time.
    const before = measures.slice(0, index).findLast(({ set }) => set)?.atWallMs ?? -Infinity;
    const end = endDeviceMs - offsetMs;
    return end > before - driftSlackMs && end <= atWallMs + driftSlackMs;
  });
  const last = fitting.at(-1);
  if (!last) return by(measures.at(-1)?.offsetMs ?? 0, false);
  const agreed = fitting.every(({ offsetMs }) => Math.abs(offsetMs - last.offsetMs) <= driftSlackMs);
  const possible = beginDeviceMs <= endDeviceMs && beginDeviceMs - last.offsetMs >= earliestWallMs;
  return by(last.offsetMs, agreed && possible);
}
