// When a reception room records (A1: HY 7(1), 9(4)): the spans of a day with their lead, and what is wanted now. Pure;
// which days and hours are worked is config/calendar's, opening and closing sessions reception-schedule.ts's.
import { wallMs, type WallMs } from '../../config/clock.ts';
import type { WorkingSpan } from '../../config/calendar/working-hours.ts';

/** Spans that lie closer together than this many milliseconds are recorded as one: a short break is not worth a stop. */
export const joinedBelowMs = 15 * 60_000;

/**
 * The spans to record: each begins `leadMs` before its opening, and those that then lie close together are one.
 * `spans` ascend and do not overlap.
 */
export function recordingSpans(spans: readonly WorkingSpan[], leadMs: number): readonly WorkingSpan[] {
  const joined: WorkingSpan[] = [];
  for (const { from, to } of spans) {
    const early = wallMs(from - leadMs);
    const before = joined.at(-1);
    if (before && early - before.to < joinedBelowMs) joined[joined.length - 1] = { from: before.from, to };
    else joined.push({ from: early, to });
  }
  return joined;
}

export interface RoomNow {
  readonly at: WallMs;
  /** The session that the schedule opened and that has not been closed. */
  readonly open: boolean;
  /** Somebody's matter is being heard in it. */
  readonly matterOpen: boolean;
}

export type PlanStep = 'open' | 'close' | 'nothing';

/**
 * What is to be done now. Inside a span a room that does not record is opened, also late, as after a reboot; behind
 * the last one it is closed, but never on somebody whose matter is open.
 */
export function planStep(spans: readonly WorkingSpan[], { at, open, matterOpen }: RoomNow): PlanStep {
  const inside = spans.some(({ from, to }) => from <= at && at < to);
  if (inside) return open ? 'nothing' : 'open';
  return open && !matterOpen ? 'close' : 'nothing';
}

/** The next moment after `at` at which planStep may say something else by the clock; null when there is none. */
export function nextChange(spans: readonly WorkingSpan[], at: WallMs): WallMs | null {
  const moments = spans.flatMap(({ from, to }) => [from, to]).filter((moment) => moment > at);
  return moments.length === 0 ? null : wallMs(Math.min(...moments));
}
