// When a reception room records, as a table and over the whole of 2026.
import t from 'tap';
import { loadCalendars, shippedCalendars } from '../../../config/calendar/load-calendars.ts';
import { nextDay, WorkingDays } from '../../../config/calendar/working-days.ts';
import { localTime, workingSpans } from '../../../config/calendar/working-hours.ts';
import { wallMs, type WallMs } from '../../../config/clock.ts';
import {
  nextChange,
  planStep,
  recordingSpans,
  type PlanStep,
} from '../../../gateway/working-time/day-plan.ts';

const minute = 60_000;
const at = (time: string): WallMs => localTime('2026-03-02', time, 'Asia/Shanghai');
const spans = [
  { from: at('09:00'), to: at('12:00') },
  { from: at('13:30'), to: at('17:30') },
];
const recorded = recordingSpans(spans, 5 * minute);

const table: readonly [time: string, open: boolean, matterOpen: boolean, step: PlanStep, why: string][] = [
  ['08:54', false, false, 'nothing', 'before the lead'],
  ['08:55', false, false, 'open', 'the lead before opening'],
  ['08:56', true, false, 'nothing', 'it records'],
  ['10:17', false, false, 'open', 'late, after a reboot'],
  ['11:59', true, true, 'nothing', 'inside'],
  ['12:00', true, false, 'close', 'closing time'],
  ['12:00', true, true, 'nothing', "never on somebody's matter"],
  ['12:40', true, false, 'close', 'once the matter is over'],
  ['12:40', false, false, 'nothing', 'the break'],
  ['13:25', false, false, 'open', 'the afternoon'],
  ['13:25', true, true, 'nothing', 'a matter that went on over the break'],
  ['17:30', true, false, 'close', 'the evening'],
  ['17:31', false, true, 'nothing', 'closed'],
];
t.test(
  'A1: a reception room records from before opening until closing and nobody is heard any more',
  async (t) => {
    for (const [time, open, matterOpen, step, why] of table)
      t.equal(planStep(recorded, { at: at(time), open, matterOpen }), step, `${time} ${why}`);
  },
);

t.test('spans that lie close together are one, and the lead is part of it', async (t) => {
  const near = [
    { from: at('09:00'), to: at('12:00') },
    { from: at('12:10'), to: at('13:00') },
    { from: at('14:00'), to: at('15:00') },
  ];
  t.same(recordingSpans(near, 0), [{ from: at('09:00'), to: at('13:00') }, near[2]]);
  t.equal(recordingSpans(spans, 90 * minute)[0]?.to, at('17:30'));
  t.same(recordingSpans([], 0), []);
});

t.test('the next change is the next beginning or end', async (t) => {
  t.equal(nextChange(recorded, at('08:00')), at('08:55'));
  t.equal(nextChange(recorded, at('08:55')), at('12:00'));
  t.equal(nextChange(recorded, at('17:30')), null);
});

t.test('A1: all of 2026: 248 days, the make-up Saturdays and Sundays too, and no other', async (t) => {
  const days = new WorkingDays(await loadCalendars([shippedCalendars]));
  const hours = { hours: ['09:00-12:00', '13:30-17:30'], special: new Map<string, string[]>() };
  const lead = 5 * minute;
  let open = false;
  let since = 0;
  let openMs = 0;
  const daysOpen = new Set<string>();
  for (let day = '2026-01-01'; day < '2027-01-01'; day = nextDay(day)) {
    const plan = recordingSpans(workingSpans(day, hours, days, 'Asia/Shanghai'), lead);
    const midnight = localTime(day, '00:00', 'Asia/Shanghai');
    let now: WallMs | null = midnight;
    while (now !== null) {
      const step = planStep(plan, { at: now, open, matterOpen: false });
      if (step === 'open') {
        open = true;
        since = now;
        daysOpen.add(day);
      } else if (step === 'close') {
        open = false;
        openMs += now - since;
      }
      now = nextChange(plan, wallMs(now));
    }
    t.notOk(open, `${day} ends closed`);
  }
  t.equal(daysOpen.size, 248);
  t.equal(openMs, 248 * (7 * 60 * minute + 2 * lead));
  for (const day of ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'])
    t.ok(daysOpen.has(day), `${day} is made up`);
  for (const day of ['2026-02-17', '2026-05-01', '2026-10-01', '2026-10-17'])
    t.notOk(daysOpen.has(day), `${day} is off`);
});
