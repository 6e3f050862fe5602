// Durations and sizes as people write them in settings: a whole number and its unit, always both.

const durationUnits = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const sizeUnits = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

export const durationPattern = /^(\d{1,9})(ms|s|min|h|d)$/;
export const sizePattern = /^(\d{1,9})(B|KiB|MiB|GiB|TiB)$/;

/** `500ms`, `10min`, `24h` as milliseconds; null when it is not a duration. */
export function parseDuration(text: string): number | null {
  const match = durationPattern.exec(text);
  return match ? Number(match[1]) * durationUnits[match[2] as keyof typeof durationUnits] : null;
}

/** `256MiB`, `2TiB` as bytes; null when it is not a size. */
export function parseSize(text: string): number | null {
  const match = sizePattern.exec(text);
  return match ? Number(match[1]) * sizeUnits[match[2] as keyof typeof sizeUnits] : null;
}

/** Milliseconds in the largest unit that leaves a whole number: 90000 is `90s`, 600000 is `10min`. */
export function formatDuration(milliseconds: number): string {
  return inLargest(milliseconds, durationUnits);
}

/** Bytes in the largest unit that leaves a whole number. */
export function formatSize(bytes: number): string {
  return inLargest(bytes, sizeUnits);
}

function inLargest(value: number, units: Readonly<Record<string, number>>): string {
  let best = '';
  for (const [unit, factor] of Object.entries(units)) {
    if (best === '' || (value !== 0 && value % factor === 0)) best = `${value / factor}${unit}`;
  }
  return best;
}
