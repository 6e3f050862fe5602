// Checks what somebody wants to book: the times, and through session-request.ts the room, the kind and what the pack
// demands. Pure; overlaps are the calendar's (booking-plan.ts).
import { wallMs, type WallMs } from '../../config/clock.ts';
import { localTime } from '../../config/calendar/working-hours.ts';
import { LiuhenError } from '../../config/errors.ts';
import { isDay } from '../../config/local-day.ts';
import {
  checkOpenRequest,
  FieldReader,
  type CheckedOpen,
  type RuleSettings,
} from '../sessions/session-request.ts';

/** Longest booking, in milliseconds. */
export const maxSpanMs = 24 * 3_600_000;
/** How far ahead a room may be booked, in milliseconds. */
export const maxAheadMs = 400 * 86_400_000;

export type BookingCheck =
  | {
      readonly ok: true;
      readonly open: CheckedOpen;
      readonly fromWallMs: number;
      readonly toWallMs: number;
      readonly endsItself: boolean;
    }
  | { readonly ok: false; readonly error: LiuhenError; readonly article: string };

/**
 * A booking is judged by the rules of its own day; what is missing of the pack's demands is no refusal, it is owed
 * when the session opens (E7). Never throws; the error is a SESSION_… or BOOKING_TIME.
 */
export function checkBooking(request: unknown, settings: RuleSettings, now: WallMs): BookingCheck {
  const fields = new FieldReader(request);
  const given = { from: fields.text('from'), to: fields.text('to') };
  if (fields.fault) return refused(new LiuhenError('SESSION_FIELD_INVALID', fields.fault));
  const bad = (field: 'from' | 'to', why: string): BookingCheck =>
    refused(new LiuhenError('BOOKING_TIME', { field, value: given[field], why }));
  const from = readTime(given.from, settings.timezone);
  if (from === null) return bad('from', timeForm);
  const to = readTime(given.to, settings.timezone);
  if (to === null) return bad('to', timeForm);
  if (to <= from) return bad('to', 'it is not after the beginning');
  if (to - from > maxSpanMs) return bad('to', `a booking lasts at most ${maxSpanMs / 3_600_000} hours`);
  if (from < now) return bad('from', 'it is past');
  if (from - now > maxAheadMs) return bad('from', `it is more than ${maxAheadMs / 86_400_000} days ahead`);
  const matter = typeof request === 'object' && request !== null ? request : {};
  const check = checkOpenRequest({ ...matter, urgent: true }, settings, from);
  if (!check.ok) return refused(check.error, check.article);
  const endsItself = 'endsItself' in matter && matter.endsItself === true;
  return { ok: true, open: check.open, fromWallMs: from, toWallMs: to, endsItself };
}

/** What readTime takes. */
export const timeForm = 'YYYY-MM-DDTHH:MM at the site, or ISO 8601 with its offset, is expected';

/** A time as people write it; null for one that is none. */
export function readTime(text: string, timezone: string): WallMs | null {
  const local = /^(\d{4}-\d{2}-\d{2})[T ]((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text);
  if (local) return isDay(local[1] ?? '') ? localTime(local[1] ?? '', local[2] ?? '', timezone) : null;
  const iso = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  const at = iso && isDay(iso[1] ?? '') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : wallMs(at);
}

function refused(error: LiuhenError, article = ''): BookingCheck {
  return { ok: false, error, article };
}
