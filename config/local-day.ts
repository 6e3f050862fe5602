// Days of a site as 'YYYY-MM-DD' in its time zone: what deadlines, working hours and policies count in. Which days
// are worked is the calendar's.
import type { WallMs } from './clock.ts';

/** The day of a moment in an IANA time zone. Throws RangeError for a zone that there is not. */
export function localDay(at: WallMs, timezone: string): string {
  // en-CA writes days as ISO 8601 does.
  return new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(at);
}

/** True for a day that exists, written as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
