// Two clocks with two types. `wallTime()` stamps evidence and may step; `monotonicTime()` measures and never
// does. The brands keep one from being passed for the other.

/** Milliseconds since 1970-01-01T00:00:00Z by the box's wall clock. */
export type WallMs = number & { readonly __clock: 'wall' };
/** Milliseconds of CLOCK_MONOTONIC: the same origin in every process of one boot, none across boots. */
export type MonoMs = number & { readonly __clock: 'monotonic' };

export function wallTime(): WallMs {
  return Date.now() as WallMs;
}

export function monotonicTime(): MonoMs {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds * 1000 + nanoseconds / 1e6) as MonoMs;
}

export function wallMs(value: number): WallMs {
  return value as WallMs;
}

export function monoMs(value: number): MonoMs {
  return value as MonoMs;
}

/** Both clocks at one moment. */
export interface Moment {
  readonly wall: WallMs;
  readonly mono: MonoMs;
}

export function now(): Moment {
  return { wall: wallTime(), mono: monotonicTime() };
}

/**
 * Waits `milliseconds`. Built on the global setTimeout so that a faked clock drives it (AbortSignal.timeout
 * and node:timers/promises are not faked). Resolves early, without throwing, when `signal` aborts.
 */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}
