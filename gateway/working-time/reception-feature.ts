// The schedule of the reception rooms as a feature of the gateway: what it needs, out of the ledger and the settings.
// What it does is reception-schedule.ts.
import { importedCalendars, loadCalendars, shippedCalendars } from '../../config/calendar/load-calendars.ts';
import { WorkingDays } from '../../config/calendar/working-days.ts';
import type { Settings } from '../../config/settings-types.ts';
import type { GatewayFeature } from '../gateway-feature.ts';
import { DayBook } from './day-book.ts';
import { ReceptionSchedule } from './reception-schedule.ts';

/** Certificates that are remembered, so that a day is certified once: 64 rooms for a month. */
export const maxCertified = 2000;

export function receptionFeature(): GatewayFeature {
  const book = new DayBook();
  const certified = new Set<string>();
  const missing = new Set<number>();
  let schedule: ReceptionSchedule | null = null;
  return {
    name: 'reception schedule',
    entry: ({ body }) => {
      book.apply(body);
      if (body.case === 'calendarMissing') missing.add(body.value.year);
      if (body.case !== 'coverageCertified') return;
      certified.add(`${body.value.room} ${body.value.day}`);
      const [oldest] = certified;
      if (certified.size > maxCertified && oldest !== undefined) certified.delete(oldest);
    },
    start: (context) => {
      const { settings, ledger, open, close, signText, now, log } = context;
      schedule = new ReceptionSchedule({
        settings,
        readDays: () => readWorkingDays(settings()),
        sessionIn: (room) => ledger.fold.inRoom(room),
        book,
        certified: (room, day) => certified.has(`${room} ${day}`),
        missingTold: (year) => missing.has(year),
        open,
        close,
        enter: ledger.append,
        sign: signText,
        now,
        log,
      });
      return Promise.resolve();
    },
    tick: () => schedule?.tick() ?? Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** The calendar that is on the box, with the site's own days. Throws CALENDAR_UNREADABLE or CALENDAR_FAULTY. */
export async function readWorkingDays({ dataFolder, workingTime }: Settings): Promise<WorkingDays> {
  const years = await loadCalendars([shippedCalendars, importedCalendars(dataFolder)]);
  return new WorkingDays(years, { closed: workingTime.closed, open: [...workingTime.special.keys()] });
}
