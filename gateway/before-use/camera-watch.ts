// What only time tells of a camera: for how long it has been sending without a break, and how many bytes a second.
// Fed with the gateway's view twice a second; what follows from the numbers is look-at-room.ts's.
import type { CameraView } from '../sessions/control-protocol.ts';

/** Milliseconds between two samples that are kept. */
export const sampleEveryMs = 5000;
/** Samples kept of a camera: the rate is that of the last minute. */
export const maxSamples = 12;

export interface Watched {
  /** Milliseconds for which it has been playing, as far as this process saw; 0 while it is not. */
  readonly playingMs: number;
  /** Of all its tracks; null before two samples. */
  readonly bytesPerSecond: number | null;
}

interface Kept {
  sinceMs: number;
  samples: { readonly atMs: number; readonly bytes: number }[];
}

export class CameraWatch {
  readonly #kept = new Map<string, Kept>();
  #nowMs = 0;

  /** Every half second, with CLOCK_MONOTONIC in milliseconds. Cameras that have left the settings are forgotten. */
  tick(cameras: readonly CameraView[], nowMs: number): void {
    this.#nowMs = nowMs;
    for (const id of this.#kept.keys())
      if (!cameras.some(({ camera }) => camera === id)) this.#kept.delete(id);
    for (const { camera, state, tracks = [] } of cameras) {
      if (state !== 'playing') {
        this.#kept.delete(camera);
        continue;
      }
      const bytes = tracks.reduce((sum, track) => sum + track.bytes, 0);
      const kept = this.#kept.get(camera) ?? { sinceMs: nowMs, samples: [] };
      this.#kept.set(camera, kept);
      const last = kept.samples.at(-1);
      // A recorder that began anew counts from zero.
      if (last && bytes < last.bytes) kept.samples = [];
      if (last && nowMs - last.atMs < sampleEveryMs) continue;
      kept.samples.push({ atMs: nowMs, bytes });
      if (kept.samples.length > maxSamples) kept.samples.shift();
    }
  }

  of(camera: string): Watched {
    const kept = this.#kept.get(camera);
    if (kept === undefined) return { playingMs: 0, bytesPerSecond: null };
    const [first, last] = [kept.samples[0], kept.samples.at(-1)];
    const overMs = first && last ? last.atMs - first.atMs : 0;
    return {
      playingMs: this.#nowMs - kept.sinceMs,
      bytesPerSecond: first && last && overMs > 0 ? ((last.bytes - first.bytes) * 1000) / overMs : null,
    };
  }
}
