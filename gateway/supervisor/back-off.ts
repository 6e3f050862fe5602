// How long to wait before a child is started again: soon after a single death, longer when it keeps dying.

export interface BackOffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A child that lived this long has its deaths forgiven. */
  readonly healthyMs: number;
}

/** The recorder is back within a second or two (P8), whatever happens. */
export const recorderBackOff: BackOffLimits = { firstMs: 100, maxMs: 2000, healthyMs: 10_000 };
export const controlBackOff: BackOffLimits = { firstMs: 250, maxMs: 15_000, healthyMs: 30_000 };

/** The wait after the `deaths`-th death in a row (from 1), in ms: doubled each time up to the limit. */
export function backOffMs(deaths: number, limits: BackOffLimits): number {
  return Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(30, Math.max(0, deaths - 1)));
}
