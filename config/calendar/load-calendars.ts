// Reads working-day tables: the shipped one, and those that an administrator imported. Every fault of a file at once,
// with its line. What the tables mean is working-days.ts.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LiuhenError } from '../errors.ts';
import { isDay } from '../local-day.ts';
import { pathText } from '../settings-cross-checks.ts';
import { maxYamlBytes, parseYaml } from '../yaml.ts';
import { z } from '../zod.ts';
import type { YearTable } from './working-days.ts';

/** The tables that come with the product, in the sources and when built. */
export const shippedCalendars = fileURLToPath(new URL('../calendars/', import.meta.url)).replace(
  /([/\\])dist[/\\]config([/\\]calendars[/\\])$/,
  '$1config$2',
);
/** Where `liuhen calendar import` puts tables, below the data folder. */
export function importedCalendars(dataFolder: string): string {
  return path.join(dataFolder, 'calendars');
}

/** Imported files that are read at most: one a year for a long time. */
export const maxCalendarFiles = 64;

const monthDays = z.array(z.string().regex(/^\d{2}-\d{2}$/)).max(120);
const calendarSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
  years: z.record(z.string().regex(/^20\d{2}$/), z.strictObject({ off: monthDays, work: monthDays })),
});

export interface CalendarCheck {
  /** Set when there is no fault. */
  readonly calendar?: { readonly id: string; readonly years: ReadonlyMap<number, YearTable> };
  /** `<line>: <path>: <what is wrong>`, in the order of the file. */
  readonly faults: readonly string[];
}

/** Checks the text of one table. Never throws. */
export function checkCalendar(text: string): CalendarCheck {
  const yaml = parseYaml(text);
  if (yaml.faults.length > 0)
    return { faults: yaml.faults.map(({ line, message }) => `${line}: ${message}`) };
  const shape = calendarSchema.safeParse(yaml.value);
  if (!shape.success)
    return {
      faults: shape.error.issues.map(({ path: steps, message }) => {
        const place = steps.map((step) => (typeof step === 'number' ? step : String(step)));
        return `${yaml.lineOf(place)}: ${pathText(place)}: ${message}`;
      }),
    };
  const faults: string[] = [];
  const years = new Map<number, YearTable>();
  for (const [year, table] of Object.entries(shape.data.years)) {
    for (const part of ['off', 'work'] as const)
      table[part].forEach((monthDay, index) => {
        const why = dayFault(`${year}-${monthDay}`, part);
        const steps = ['years', year, part, index];
        if (why !== '') faults.push(`${yaml.lineOf(steps)}: ${pathText(steps)}: ${year}-${monthDay} ${why}`);
      });
    years.set(Number(year), table);
  }
  return faults.length > 0 ? { faults } : { calendar: { id: shape.data.id, years }, faults };
}

/**
 * The tables of all years in the folders; a later folder's year takes the place of an earlier one's. A folder that
 * is not there has none. Throws CALENDAR_FAULTY with every fault of every file, and CALENDAR_UNREADABLE.
 */
export async function loadCalendars(folders: readonly string[]): Promise<ReadonlyMap<number, YearTable>> {
  const years = new Map<number, YearTable>();
  const faults: string[] = [];
  for (const folder of folders)
    for (const name of await namesIn(folder)) {
      const file = path.join(folder, name);
      const { calendar, faults: own } = checkCalendar(await readCalendar(file));
      faults.push(...own.map((fault) => `${file}:${fault}`));
      for (const [year, table] of calendar?.years ?? []) years.set(year, table);
    }
  if (faults.length > 0)
    throw new LiuhenError('CALENDAR_FAULTY', { count: faults.length, faults: faults.join('\n') });
  return years;
}

/** The text of a table's file. Throws CALENDAR_UNREADABLE. */
export async function readCalendar(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (Buffer.byteLength(text) > maxYamlBytes)
    throw new LiuhenError('CALENDAR_UNREADABLE', { file, why: `larger than ${maxYamlBytes} bytes` });
  return text;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder))
      .filter((name) => name.endsWith('.yaml'))
      .toSorted()
      .slice(-maxCalendarFiles);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(folder, cause);
  }
}

function unreadable(file: string, cause: unknown): LiuhenError {
  const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new LiuhenError('CALENDAR_UNREADABLE', { file, why }, { cause });
}

/** A weekday under `work`, or a weekend under `off`, is a slip of the hand: it would change nothing. */
function dayFault(day: string, part: 'off' | 'work'): string {
  if (!isDay(day)) return 'is no day';
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  const weekend = weekday === 0 || weekday === 6;
  if (part === 'off' && weekend) return 'is a Saturday or Sunday, which is off anyway';
  if (part === 'work' && !weekend) return 'is a weekday, which is worked anyway';
  return '';
}
