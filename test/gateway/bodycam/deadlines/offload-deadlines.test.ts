// E1-E3 as a table over the packs and the real calendar of 2026: 24 hours, the end of the day, two working days, and the
// exception of who comes back from afar.
import fc from 'fast-check';
import t from 'tap';
import { loadCalendars, shippedCalendars } from '../../../../config/calendar/load-calendars.ts';
import { WorkingDays } from '../../../../config/calendar/working-days.ts';
import { loadPolicies } from '../../../../config/policy/load-policies.ts';
import {
  escalation,
  offloadDue,
  offloadRules,
} from '../../../../gateway/bodycam/deadlines/offload-deadlines.ts';

const book = await loadPolicies();
const site = { timezone: 'Asia/Shanghai', days: new WorkingDays(await loadCalendars([shippedCalendars])) };
const rulesOf = (pack: string) => offloadRules(book.on(pack, '2026-03-05'));
const at = (local: string): number => Date.parse(`${local}:00+08:00`);
const local = (wallMs: number | null): string =>
  wallMs === null ? '-' : new Date(wallMs + 8 * 3_600_000).toISOString().slice(0, 16);

// [what, pack, recorded until, remote, due, article, why]
const table = [
  ['E1: 24 hours', 'jiaozuo-emergency', '2026-03-05T16:20', null, '2026-03-06T16:20', 'JZ 13', 'recorded'],
  [
    'E1: 24 hours over a weekend are 24 hours',
    'jiaozuo-emergency',
    '2026-03-06T16:20',
    null,
    '2026-03-07T16:20',
    'JZ 13',
    'recorded',
  ],
  [
    'E1: who is still away has no deadline yet',
    'jiaozuo-emergency',
    '2026-03-05T16:20',
    { returnedWallMs: null },
    '-',
    'JZ 13',
    'not-returned',
  ],
  [
    'E1: 24 hours after the return',
    'jiaozuo-emergency',
    '2026-03-05T16:20',
    { returnedWallMs: at('2026-03-09T08:00') },
    '2026-03-10T08:00',
    'JZ 13',
    'returned',
  ],
  [
    'E1: a return before the recording ended is none',
    'jiaozuo-emergency',
    '2026-03-05T16:20',
    { returnedWallMs: at('2026-03-01T08:00') },
    '2026-03-06T16:20',
    'JZ 13',
    'returned',
  ],
  [
    'E2: the end of the day comes before two working days',
    'zhuzhou-urban',
    '2026-03-05T16:20',
    null,
    '2026-03-06T00:00',
    'ZZ 37',
    'recorded',
  ],
  [
    'E2: the end of the day is that of the site, not of Greenwich',
    'zhuzhou-urban',
    '2026-03-05T00:10',
    null,
    '2026-03-06T00:00',
    'ZZ 37',
    'recorded',
  ],
  [
    'E2: no exception is made for who is away',
    'zhuzhou-urban',
    '2026-03-05T16:20',
    { returnedWallMs: null },
    '2026-03-06T00:00',
    'ZZ 37',
    'recorded',
  ],
  [
    'E3: two working days',
    'culture-tourism',
    '2026-03-05T16:20',
    null,
    '2026-03-10T00:00',
    'CT 15',
    'recorded',
  ],
  [
    'E3: a make-up Saturday is one of them (14 February 2026)',
    'culture-tourism',
    '2026-02-12T16:20',
    null,
    '2026-02-15T00:00',
    'CT 15',
    'recorded',
  ],
  [
    'E3: the Spring Festival is none of them',
    'culture-tourism',
    '2026-02-14T16:20',
    null,
    '2026-02-26T00:00',
    'CT 15',
    'recorded',
  ],
  [
    'E3: nor is the National Day, and its make-up Saturday is',
    'culture-tourism',
    '2026-10-08T09:00',
    null,
    '2026-10-11T00:00',
    'CT 15',
    'recorded',
  ],
  [
    'E3: two working days after the return',
    'culture-tourism',
    '2026-03-05T16:20',
    { returnedWallMs: at('2026-03-13T18:00') },
    '2026-03-18T00:00',
    'CT 15',
    'returned',
  ],
  [
    'strictest: the sooner of 24 hours and the end of the day',
    'strictest',
    '2026-03-05T16:20',
    null,
    '2026-03-06T00:00',
    'JZ 13, ZZ 37',
    'recorded',
  ],
  [
    'where the pack is silent there is no deadline, and no article',
    'hengyang-industry',
    '2026-03-05T16:20',
    null,
    '-',
    '',
    'silent',
  ],
] as const;

for (const [what, pack, recorded, remote, due, article, why] of table) {
  t.test(`${what}: ${pack}`, (t) => {
    const found = offloadDue(rulesOf(pack), at(recorded), remote, site);
    t.equal(local(found.dueWallMs), due);
    t.same([found.article, found.why, found.calendarMissing], [article, why, false]);
    t.end();
  });
}

t.test(
  'E3: in a year that the calendar does not know the deadline comes too early, never too late, and says so',
  (t) => {
    const found = offloadDue(rulesOf('culture-tourism'), at('2026-12-31T10:00'), null, site);
    t.equal(local(found.dueWallMs), '2027-01-03T00:00');
    t.ok(found.calendarMissing);
    t.end();
  },
);

t.test(
  'E1-E3: of every pack and at any moment a deadline lies behind the recording, and two weeks behind it at most',
  (t) => {
    const moments = fc.integer({ min: at('2025-01-01T00:00'), max: at('2026-12-20T00:00') });
    fc.assert(
      fc.property(moments, fc.constantFrom(...book.ids), (recorded, pack) => {
        const { dueWallMs } = offloadDue(
          offloadRules(book.inForce(pack, '2026-03-05')),
          recorded,
          null,
          site,
        );
        return dueWallMs === null || (dueWallMs > recorded && dueWallMs - recorded < 14 * 86_400_000);
      }),
      { numRuns: 500 },
    );
    t.pass('always');
    t.end();
  },
);

t.test('E1: who is told goes up step by step', (t) => {
  const due = at('2026-03-06T16:20');
  // [now, who]
  for (const [now, to] of [
    ['2026-03-06T12:19', null],
    ['2026-03-06T12:20', 'officer'],
    ['2026-03-06T15:20', 'unit-head'],
    ['2026-03-06T16:20', 'headquarters'],
    ['2026-04-01T00:00', 'headquarters'],
  ] as const)
    t.equal(escalation(due, at(now)), to, now);
  t.end();
});
