// By when the footage of a body-cam has to be in the store (E1-E3), by the pack, the calendar and a declared return: pure.
// Who is reminded, and what is entered when it is missed, is the deadline service's.
import { wallMs, type WallMs } from '../../../config/clock.ts';
import { localTime } from '../../../config/calendar/working-hours.ts';
import { nextDay, type WorkingDays } from '../../../config/calendar/working-days.ts';
import { isLiuhenError } from '../../../config/errors.ts';
import { localDay } from '../../../config/local-day.ts';
import type { Policy } from '../../../config/policy/policy-book.ts';
import type { Span } from '../../../config/policy/policy-schema.ts';
import { citations } from '../../../config/policy/policy-text.ts';

export interface OffloadRules {
  /** Each of them holds: the first that runs out is the deadline. Empty where the pack is silent. */
  readonly within: readonly (Span | 'end-of-day')[];
  readonly article: string;
  /** After remote, continuous or hard-to-reach work, from the return on; null where the pack makes no exception. */
  readonly afterReturn: Span | null;
  readonly returnArticle: string;
}

/** What a pack says of storing (E1: JZ 13; E2: ZZ 37; E3: CT 15). */
export function offloadRules(policy: Policy): OffloadRules {
  const within = policy.rule('offload');
  const afterReturn = policy.rule('offloadAfterReturn');
  return {
    within: within?.value ?? [],
    article: within ? citations(within.articles) : '',
    afterReturn: afterReturn?.value ?? null,
    returnArticle: afterReturn ? citations(afterReturn.articles) : '',
  };
}

/** Work from which nobody can store in time, as the officer declared it. */
export interface RemoteWork {
  /** Null while nobody has come back. */
  readonly returnedWallMs: number | null;
}

export interface OffloadDue {
  /** Null: the pack is silent, or the return has not been declared yet. */
  readonly dueWallMs: WallMs | null;
  readonly article: string;
  readonly why: 'recorded' | 'returned' | 'not-returned' | 'silent';
  /** The calendar does not know the year: every day was counted, so that the deadline comes too early and not too late. */
  readonly calendarMissing: boolean;
}

export interface DeadlineSite {
  readonly timezone: string;
  readonly days: WorkingDays;
}

/**
 * The deadline of what was recorded until `recordedToWallMs`. "End of the day" and working days end at midnight of the
 * site: no rule names an hour. The exception for remote work counts only where the pack makes it, and only when it was
 * declared; without it a declared absence changes nothing.
 */
export function offloadDue(
  rules: OffloadRules,
  recordedToWallMs: number,
  remote: RemoteWork | null,
  site: DeadlineSite,
): OffloadDue {
  const { within, article, afterReturn, returnArticle } = rules;
  if (within.length === 0) return { dueWallMs: null, article: '', why: 'silent', calendarMissing: false };
  if (remote && afterReturn) {
    const { returnedWallMs } = remote;
    if (returnedWallMs === null)
      return { dueWallMs: null, article: returnArticle, why: 'not-returned', calendarMissing: false };
    // Who comes back before the recording ended has not been away for it.
    const from = Math.max(returnedWallMs, recordedToWallMs);
    const { at, calendarMissing } = spanEnd(afterReturn, from, site);
    return { dueWallMs: at, article: returnArticle, why: 'returned', calendarMissing };
  }
  const ends = within.map((each) =>
    each === 'end-of-day'
      ? { at: midnightAfter(dayOf(recordedToWallMs, site), site), calendarMissing: false }
      : spanEnd(each, recordedToWallMs, site),
  );
  const first = ends.reduce((one, other) => (other.at < one.at ? other : one));
  return { dueWallMs: first.at, article, why: 'recorded', calendarMissing: first.calendarMissing };
}

/** How soon before the deadline who is told; no rule says so, these are ours. */
export const escalationSteps = [
  { beforeMs: 4 * 3_600_000, to: 'officer' },
  { beforeMs: 3_600_000, to: 'unit-head' },
  { beforeMs: 0, to: 'headquarters' },
] as const;
export type EscalationTo = (typeof escalationSteps)[number]['to'];

/** Who has to be told by now, the farthest step; null while there is time. */
export function escalation(dueWallMs: number, nowWallMs: number): EscalationTo | null {
  return escalationSteps.findLast(({ beforeMs }) => nowWallMs >= dueWallMs - beforeMs)?.to ?? null;
}

interface End {
  readonly at: WallMs;
  readonly calendarMissing: boolean;
}

function spanEnd(span: Span, fromWallMs: number, site: DeadlineSite): End {
  const known = (at: number): End => ({ at: wallMs(at), calendarMissing: false });
  if ('hours' in span) return known(fromWallMs + span.hours * 3_600_000);
  if ('days' in span) return known(fromWallMs + span.days * 86_400_000);
  const day = dayOf(fromWallMs, site);
  if ('workingDays' in span) {
    try {
      return known(midnightAfter(site.days.after(day, span.workingDays), site));
    } catch (error) {
      if (!isLiuhenError(error, 'CALENDAR_YEAR_MISSING')) throw error;
      let at = day;
      for (let left = span.workingDays; left > 0; left -= 1) at = nextDay(at);
      return { at: midnightAfter(at, site), calendarMissing: true };
    }
  }
  return known(midnightAfter(monthsLater(day, 'months' in span ? span.months : span.years * 12), site));
}

function dayOf(at: number, { timezone }: DeadlineSite): string {
  return localDay(wallMs(at), timezone);
}

function midnightAfter(day: string, { timezone }: DeadlineSite): WallMs {
  return localTime(day, '24:00', timezone);
}

/** The same day of a later month, or its last where it is shorter. */
function monthsLater(day: string, months: number): string {
  const [year = 0, month = 1, of = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(of, last))).toISOString().slice(0, 10);
}
