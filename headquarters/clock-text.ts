// A moment that a box named, for people. A box may say any 64-bit number; what is no time of a calendar is told as it is.

/** ISO 8601 in UTC with milliseconds, or the number itself. */
export function clockText(wallMs: bigint): string {
  const date = new Date(Number(wallMs));
  return Number.isNaN(date.getTime()) ? `${wallMs}ms` : date.toISOString().slice(0, 23).concat('Z');
}
