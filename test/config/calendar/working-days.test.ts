// Working days of 2026 with its make-up Saturdays, days that nobody knows, and hours across a clock change.
import fc from 'fast-check';
import t from 'tap';
import { checkCalendar, loadCalendars, shippedCalendars } from '../../../config/calendar/load-calendars.ts';
import { nextDay, WorkingDays } from '../../../config/calendar/working-days.ts';
import { hoursFault, localTime, workingSpans } from '../../../config/calendar/working-hours.ts';

const china = await loadCalendars([shippedCalendars]);
const days = new WorkingDays(china);

// The notice for 2026 (国办发明电〔2025〕7号), holiday by holiday.
const year2026: readonly [day: string, reason: string][] = [
  ['2026-01-01', 'holiday'],
  ['2026-01-02', 'holiday'],
  ['2026-01-03', 'weekend'],
  ['2026-01-04', 'make-up'],
  ['2026-01-05', 'weekday'],
  ['2026-02-14', 'make-up'],
  ['2026-02-16', 'holiday'],
  ['2026-02-23', 'holiday'],
  ['2026-02-24', 'weekday'],
  ['2026-02-28', 'make-up'],
  ['2026-04-06', 'holiday'],
  ['2026-05-05', 'holiday'],
  ['2026-05-09', 'make-up'],
  ['2026-06-19', 'holiday'],
  ['2026-09-20', 'make-up'],
  ['2026-09-25', 'holiday'],
  ['2026-10-07', 'holiday'],
  ['2026-10-08', 'weekday'],
  ['2026-10-10', 'make-up'],
  ['2026-10-11', 'weekend'],
];
t.test(
  'A1: the working days of 2026 are those of the notice, make-up Saturdays and Sundays included',
  async (t) => {
    for (const [day, reason] of year2026) t.equal(days.reason(day), reason, day);
    let worked = 0;
    for (let day = '2026-01-01'; day < '2027-01-01'; day = nextDay(day))
      if (days.isWorkingDay(day)) worked += 1;
    t.equal(worked, 248, '365 days less 104 at weekends, less 19 off, and 6 made up');
  },
);

t.test('A1: a year that nobody brought is never guessed, and its lack is known in December', async (t) => {
  t.throws(() => days.isWorkingDay('2027-01-04'), { code: 'CALENDAR_YEAR_MISSING', message: /2027/ });
  t.throws(() => days.after('2026-12-31', 1), { code: 'CALENDAR_YEAR_MISSING' });
  t.equal(days.missingYear('2026-11-30'), null);
  t.equal(days.missingYear('2026-12-01'), 2027);
  t.equal(days.missingYear('2027-01-01'), 2027);
  const brought = new WorkingDays(new Map([...china, [2027, { off: ['01-01'], work: [] }]]));
  t.equal(brought.missingYear('2026-12-01'), null);
  t.equal(brought.reason('2027-01-01'), 'holiday');
});

t.test('A1: what the site closes and opens comes before the notice', async (t) => {
  const own = new WorkingDays(china, { closed: ['2026-03-02'], open: ['2026-03-07', '2027-01-02'] });
  t.equal(own.reason('2026-03-02'), 'closed');
  t.notOk(own.isWorkingDay('2026-03-02'));
  t.ok(own.isWorkingDay('2026-03-07'));
  t.ok(own.isWorkingDay('2027-01-02'), 'also where the year is not known');
});

t.test('E2, E3: two working days over the spring festival are the second day that is worked', async (t) => {
  t.equal(days.after('2026-02-13', 1), '2026-02-14', 'a Saturday that is worked');
  t.equal(days.after('2026-02-13', 2), '2026-02-24', 'and nine days off');
  t.equal(days.after('2026-02-21', 1), '2026-02-24', 'from a day off');
  t.throws(() => days.after('2026-01-01', 0), RangeError);
});

t.test('the nth working day after a day is worked, and n worked days lie up to it', async (t) => {
  const some = fc.integer({ min: 0, max: 300 }).map((n) => {
    const day = new Date(Date.UTC(2025, 0, 1 + n));
    return day.toISOString().slice(0, 10);
  });
  const holds = fc.property(some, fc.integer({ min: 1, max: 60 }), (day, count) => {
    const end = days.after(day, count);
    let worked = 0;
    for (let at = nextDay(day); at <= end; at = nextDay(at)) if (days.isWorkingDay(at)) worked += 1;
    return days.isWorkingDay(end) && worked === count;
  });
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 300 }));
});

t.test('A1: the hours of a working day are spans of the site, and none on a day off', async (t) => {
  const hours = {
    hours: ['09:00-12:00', '13:30-24:00'],
    special: new Map([['2026-03-07', ['10:00-11:00']]]),
  };
  const own = new WorkingDays(china, { closed: [], open: ['2026-03-07'] });
  const iso = (day: string) =>
    workingSpans(day, hours, own, 'Asia/Shanghai').map(({ from, to }) => [
      new Date(from).toISOString(),
      new Date(to).toISOString(),
    ]);
  t.same(iso('2026-03-06'), [
    ['2026-03-06T01:00:00.000Z', '2026-03-06T04:00:00.000Z'],
    ['2026-03-06T05:30:00.000Z', '2026-03-06T16:00:00.000Z'],
  ]);
  t.same(iso('2026-03-07'), [['2026-03-07T02:00:00.000Z', '2026-03-07T03:00:00.000Z']]);
  t.same(iso('2026-03-08'), []);
});

t.test('a local time is the right moment on the days on which a clock changes', async (t) => {
  const at = (day: string, time: string) => new Date(localTime(day, time, 'Europe/Berlin')).toISOString();
  t.equal(at('2026-03-29', '01:30'), '2026-03-29T00:30:00.000Z');
  t.equal(at('2026-03-29', '03:30'), '2026-03-29T01:30:00.000Z');
  t.equal(at('2026-10-25', '03:30'), '2026-10-25T02:30:00.000Z');
  t.equal(at('2026-10-25', '24:00'), '2026-10-25T23:00:00.000Z');
});

t.test('hours that cannot be are told', async (t) => {
  for (const [hours, why] of [
    [['9:00-12:00'], /not like/],
    [['12:00-09:00'], /ends before/],
    [['09:00-12:00', '11:00-13:00'], /begins before 12:00/],
    [['09:00-24:30'], /not like/],
  ] as const)
    t.match(hoursFault(hours), why);
  t.equal(hoursFault(['09:00-12:00', '12:00-24:00']), '');
});

t.test('every fault of a table is told with its line', async (t) => {
  const table = (off: string, work: string): string =>
    `id: own\nyears:\n  '2027':\n    off: [${off}]\n    work: [${work}]\n`;
  t.match(checkCalendar(table(`'01-01'`, `'01-03'`)).calendar?.years.get(2027), { off: ['01-01'] });
  for (const [text, fault] of [
    [table(`'02-30'`, ''), /^4: years\.2027\.off\[0\]: 2027-02-30 is no day/],
    [table(`'01-02'`, ''), /off anyway/],
    [table('', `'01-04'`), /^5: .*worked anyway/],
    ['id: own\n', /years/],
    ['{', /^1: /],
  ] as const) {
    const { calendar, faults } = checkCalendar(text);
    t.equal(calendar, undefined);
    t.match(faults.join('\n'), fault);
  }
});
