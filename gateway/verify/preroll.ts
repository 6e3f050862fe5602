// How much of a room's time before the opening is in its files (H2): what waited in memory and was used. What was not
// used cannot be in any: each file's beginning is under its seal, and it may lie before the opening by so much alone.
import type { Bodies } from '../../protocols/hq/messages.ts';
import { maxWarmMs, warmGraceMs } from '../recording/warm-buffer.ts';

/** Milliseconds that a file may begin before its session: what memory holds, and the time that the order takes. */
export const maxPrerollMs = maxWarmMs + warmGraceMs;

export interface Preroll {
  /** Of the earliest file; '' where none begins before the opening. */
  readonly file: string;
  readonly ms: number;
}

/**
 * Of the sealed files the one that begins the longest before the opening. By both clocks, the shorter one counts: the wall
 * clock may have been set, and the monotonic one begins anew with each boot.
 */
export function preroll(
  { opened }: Pick<Bodies['sessionOpened'], 'opened'>,
  seals: Iterable<Pick<Bodies['segmentSealed'], 'file' | 'first'>>,
): Preroll {
  let most: Preroll = { file: '', ms: 0 };
  for (const { file, first } of seals) {
    const wall = Number(opened.wallMs - first.wallMs);
    const mono = Number(opened.monoUs - first.monoUs) / 1000;
    const ms = Math.round(Math.min(wall, mono));
    if (ms > most.ms) most = { file, ms };
  }
  return most;
}
