// How much of a working day a room recorded, track by track, and why the rest is missing: what the day's certificate
// says (A1, I8: HY 39, ZZ 55(1)). Pure arithmetic of spans of wall time; where they come from is the callers'.
import { wallMs, type WallMs } from '../../config/clock.ts';
import type { WorkingSpan } from '../../config/calendar/working-hours.ts';

/** A track that the room has to record, with what there is of it. */
export interface TrackRecord {
  readonly camera: string;
  readonly track: 'video' | 'audio';
  /** First to last frame of each file, in any order. */
  readonly files: readonly WorkingSpan[];
  readonly gaps: readonly TrackGap[];
}

export interface TrackGap extends WorkingSpan {
  readonly cause: string;
  /** The stated cause and the article that excuse it; '' when nothing does. */
  readonly excuse: string;
}

export interface TrackCoverage {
  readonly camera: string;
  readonly track: 'video' | 'audio';
  /** Milliseconds of the expected time that are on disk. */
  readonly recordedMs: number;
  /** What is missing of the expected time, in order, without overlaps. */
  readonly missing: readonly TrackGap[];
}

/** Shorter than this many milliseconds between two files of one track is their own frame spacing, not a gap. */
export const frameSpacingMs = 1000;

/** The coverage of each track in the expected spans. What no gap record explains has the cause 'not-recorded'. */
export function coverageOf(
  expected: readonly WorkingSpan[],
  tracks: readonly TrackRecord[],
): { readonly expectedMs: number; readonly tracks: readonly TrackCoverage[] } {
  const expectedMs = total(expected);
  return {
    expectedMs,
    tracks: tracks.map(({ camera, track, files, gaps }) => {
      const gapsHere = gaps.filter(({ from, to }) => to > from).toSorted((a, b) => a.from - b.from);
      const present = subtract(bridge(intersect(merge(files), expected)), gapsHere);
      const missing = subtract(expected, present).flatMap((span) => explain(span, gapsHere));
      return { camera, track, recordedMs: total(present), missing };
    }),
  };
}

/** `span` cut where the known gaps begin and end; the earlier gap explains what two of them share. */
function explain(span: WorkingSpan, gaps: readonly TrackGap[]): TrackGap[] {
  const parts: TrackGap[] = [];
  let at = span.from;
  for (const { from, to, cause, excuse } of gaps) {
    if (to <= at || from >= span.to || at >= span.to) continue;
    if (from > at) parts.push(unexplained(at, from));
    const end = wallMs(Math.min(to, span.to));
    parts.push({ from: wallMs(Math.max(from, at)), to: end, cause, excuse });
    at = end;
  }
  if (at < span.to) parts.push(unexplained(at, span.to));
  return parts;
}

function unexplained(from: WallMs, to: WallMs): TrackGap {
  return { from, to, cause: 'not-recorded', excuse: '' };
}

export interface ExcusedSpan extends WorkingSpan {
  /** The stated cause and its article. */
  readonly excuse: string;
}

/** A gap cut where excused spans begin and end: what lies inside one is excused, the rest is not. */
export function excuseGap(
  { from, to, cause }: WorkingSpan & { readonly cause: string },
  spans: readonly ExcusedSpan[],
): readonly TrackGap[] {
  const parts: TrackGap[] = [];
  let at = from;
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    if (span.to <= at || span.from >= to) continue;
    if (span.from > at) parts.push({ from: at, to: span.from, cause, excuse: '' });
    const end = wallMs(Math.min(span.to, to));
    parts.push({ from: later(span.from, at), to: end, cause, excuse: span.excuse });
    at = end;
  }
  if (at < to || parts.length === 0) parts.push({ from: at, to, cause, excuse: '' });
  return parts;
}

export function total(spans: readonly WorkingSpan[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** The spans in order, joined where they touch or overlap. */
export function merge(spans: readonly WorkingSpan[]): readonly WorkingSpan[] {
  const joined: WorkingSpan[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const before = joined.at(-1);
    if (to <= from) continue;
    if (before && from <= before.to)
      joined[joined.length - 1] = { from: before.from, to: later(before.to, to) };
    else joined.push({ from, to });
  }
  return joined;
}

/** What lies in both; each list in order and without overlaps. */
export function intersect(
  spans: readonly WorkingSpan[],
  others: readonly WorkingSpan[],
): readonly WorkingSpan[] {
  return spans.flatMap(({ from, to }) =>
    others
      .filter((other) => other.from < to && other.to > from)
      .map((other) => ({ from: later(from, other.from), to: wallMs(Math.min(to, other.to)) })),
  );
}

/** `spans` without what lies in `taken`. */
export function subtract(
  spans: readonly WorkingSpan[],
  taken: readonly WorkingSpan[],
): readonly WorkingSpan[] {
  const away = merge(taken);
  return spans.flatMap((span) => {
    const left: WorkingSpan[] = [];
    let at = span.from;
    for (const { from, to } of away) {
      if (to <= at || from >= span.to) continue;
      if (from > at) left.push({ from: at, to: from });
      at = later(at, to);
    }
    if (at < span.to) left.push({ from: at, to: span.to });
    return left;
  });
}

/** A file ends with its last frame's beginning and the next begins with its first: the spacing between is no gap. */
function bridge(spans: readonly WorkingSpan[]): readonly WorkingSpan[] {
  const joined: WorkingSpan[] = [];
  for (const span of spans) {
    const before = joined.at(-1);
    if (before && span.from - before.to < frameSpacingMs)
      joined[joined.length - 1] = { from: before.from, to: span.to };
    else joined.push(span);
  }
  return joined;
}

function later(a: WallMs, b: WallMs): WallMs {
  return a > b ? a : b;
}
