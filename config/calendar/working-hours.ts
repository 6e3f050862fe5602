// The hours of a working day as spans of wall time in the site's zone: what a reception room records (A1: HY 7(1)).
// Which days are worked is working-days.ts; when to begin before opening is the room's schedule.
import { wallMs, type WallMs } from '../clock.ts';
import type { WorkingDays } from './working-days.ts';

/** `09:00-12:00`, local time of the site; the end may be 24:00. */
export const hoursPattern = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

export interface OpeningHours {
  /** The hours of a working day, ascending, none inside another. */
  readonly hours: readonly string[];
  /** Days with hours of their own, worked whatever the calendar says. */
  readonly special: ReadonlyMap<string, readonly string[]>;
}

export interface WorkingSpan {
  readonly from: WallMs;
  readonly to: WallMs;
}

/** The spans of `day` in which the site works; none on a day off. Throws CALENDAR_YEAR_MISSING. */
export function workingSpans(
  day: string,
  hours: OpeningHours,
  days: WorkingDays,
  timezone: string,
): readonly WorkingSpan[] {
  if (!days.isWorkingDay(day)) return [];
  return (hours.special.get(day) ?? hours.hours).map((span) => {
    const [from = '', to = ''] = span.split('-');
    return { from: localTime(day, from, timezone), to: localTime(day, to, timezone) };
  });
}

/** The faults of a list of hours, as text; empty when it may be used. */
export function hoursFault(hours: readonly string[]): string {
  let before = '';
  for (const span of hours) {
    if (!hoursPattern.test(span)) return `${span} is not like 09:00-12:00`;
    const [from = '', to = ''] = span.split('-');
    if (to <= from) return `${span} ends before it begins`;
    if (from < before) return `${span} begins before ${before}`;
    before = to;
  }
  return '';
}

/** The moment of a local time ('HH:MM', 24:00 allowed) of a day in a time zone. */
export function localTime(day: string, time: string, timezone: string): WallMs {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const asUtc = Date.parse(`${day}T00:00:00Z`) + (hours * 60 + minutes) * 60_000;
  // The zone's offset is asked at the guess; once more, because a clock change may lie between the two.
  const guess = asUtc - offsetMs(asUtc, timezone);
  return wallMs(asUtc - offsetMs(guess, timezone));
}

/** The newest zone's: a site has one, and making a format costs more than using it. */
let known: { readonly timezone: string; readonly format: Intl.DateTimeFormat } | null = null;

function formatIn(timezone: string): Intl.DateTimeFormat {
  if (known?.timezone !== timezone)
    known = {
      timezone,
      format: new Intl.DateTimeFormat('en-US', {
        timeZone: timezone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      }),
    };
  return known.format;
}

/** Local time minus UTC at a moment, in ms. */
function offsetMs(at: number, timezone: string): number {
  const parts = Object.fromEntries(
    formatIn(timezone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  const { year, month, day, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
