// Which days are worked: the weekdays, what a yearly notice changes, what the site changes. Pure; where the tables
// come from is load-calendars.ts, at what hours working-hours.ts. No rule defines working time (A1), so it is data.
import { LiuhenError } from '../errors.ts';
import { isDay } from '../local-day.ts';

/** What differs from Monday to Friday in one year, as 'MM-DD'. */
export interface YearTable {
  /** Weekdays that are not worked. */
  readonly off: readonly string[];
  /** Saturdays and Sundays that are worked, to make up for those. */
  readonly work: readonly string[];
}

/** What the site changes, day by day ('YYYY-MM-DD'); it comes before the tables. */
export interface DayOverrides {
  readonly closed: readonly string[];
  readonly open: readonly string[];
}

/** Why a day is worked or not. */
export type DayReason = 'weekday' | 'weekend' | 'holiday' | 'make-up' | 'closed' | 'special';

/** From this day of a year on, next year's table has to be there ('MM-DD'): its notice comes out in November. */
export const nextYearDueFrom = '12-01';
/** Working days that are counted at most in one go: ten years of them. */
export const maxCountedDays = 2600;

export class WorkingDays {
  readonly #years: ReadonlyMap<number, { off: ReadonlySet<string>; work: ReadonlySet<string> }>;
  readonly #closed: ReadonlySet<string>;
  readonly #open: ReadonlySet<string>;

  constructor(years: ReadonlyMap<number, YearTable>, overrides: DayOverrides = { closed: [], open: [] }) {
    this.#years = new Map(
      [...years].map(([year, { off, work }]) => [year, { off: new Set(off), work: new Set(work) }]),
    );
    this.#closed = new Set(overrides.closed);
    this.#open = new Set(overrides.open);
  }

  /** The years that are known, ascending. */
  get years(): readonly number[] {
    return [...this.#years.keys()].toSorted((a, b) => a - b);
  }

  /** Throws CALENDAR_YEAR_MISSING outside the known years, unless the site itself says what the day is. */
  reason(day: string): DayReason {
    if (!isDay(day)) throw new RangeError(`not a day: ${day}`);
    if (this.#closed.has(day)) return 'closed';
    if (this.#open.has(day)) return 'special';
    const year = Number(day.slice(0, 4));
    const table = this.#years.get(year);
    // Every package answers with Monday to Friday here, and is wrong on some thirty days of the year.
    if (!table) throw new LiuhenError('CALENDAR_YEAR_MISSING', { year, known: this.years.join(', ') });
    const monthDay = day.slice(5);
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    if (weekday === 0 || weekday === 6) return table.work.has(monthDay) ? 'make-up' : 'weekend';
    return table.off.has(monthDay) ? 'holiday' : 'weekday';
  }

  /** Throws what `reason` throws. */
  isWorkingDay(day: string): boolean {
    const reason = this.reason(day);
    return reason === 'weekday' || reason === 'make-up' || reason === 'special';
  }

  /**
   * The `count`th working day after `day` (1 to maxCountedDays); the day itself does not count, whatever it is.
   * Throws what `reason` throws, and RangeError for another count.
   */
  after(day: string, count: number): string {
    if (!Number.isInteger(count) || count < 1 || count > maxCountedDays)
      throw new RangeError(`1 to ${maxCountedDays} working days, not ${count}`);
    let at = day;
    for (let left = count; left > 0; ) {
      at = nextDay(at);
      if (this.isWorkingDay(at)) left -= 1;
    }
    return at;
  }

  /** The year whose table is missing though it should be there on `day`; null when all is well. */
  missingYear(day: string): number | null {
    const year = Number(day.slice(0, 4));
    if (!this.#years.has(year)) return year;
    return day.slice(5) >= nextYearDueFrom && !this.#years.has(year + 1) ? year + 1 : null;
  }
}

/** The day after a day. */
export function nextDay(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 10);
}
