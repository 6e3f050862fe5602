// Whether what a box said of itself still says anything. A status and a room's state carry their own time to live.
import { monotonicTime, wallTime } from '../config/clock.ts';

export interface Heard {
  readonly value: { readonly wallMs: bigint; readonly expiresAfterMs: number };
  /** When it came, CLOCK_MONOTONIC ms. */
  readonly atMs: number;
}

/** By the message's own time to live, and both clocks: a retained message may be old when it comes. */
export function fresh({ value, atMs }: Heard): boolean {
  const { wallMs, expiresAfterMs } = value;
  return monotonicTime() - atMs <= expiresAfterMs && wallTime() - Number(wallMs) <= expiresAfterMs;
}
