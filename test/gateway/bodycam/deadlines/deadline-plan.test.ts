// E1-E3: what a device owes by the ledger and its lists, and which entries that makes, as a table of days: each line
// is something that happens, and then what stands in the ledger or in the view.
import t from 'tap';
import {
  DeadlineBook,
  maxBookedDevices,
  maxSaid,
  oldestOf,
} from '../../../../gateway/bodycam/deadlines/deadline-book.ts';
import { offloadView, planOf, toEnter } from '../../../../gateway/bodycam/deadlines/deadline-plan.ts';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import {
  at,
  docked,
  issued,
  local,
  remoteWork,
  returned,
  rulesOf,
  saved,
  undocked,
} from './deadline-bench.ts';

/** One device through its day; what is entered is folded as a ledger would. */
class Day {
  book = new DeadlineBook();
  readonly entries: { body: LedgerBody; wallMs: number }[] = [];
  pack: string;
  now = 0;

  constructor(pack: string) {
    this.pack = pack;
  }

  /** `03-05T16:20`: what happens then, and what the service then enters. */
  on(time: string, ...bodies: LedgerBody[]): string[] {
    this.now = at(time);
    for (const body of bodies) this.#fold(body);
    return this.look();
  }

  listed(time: string, ...clips: [string, string][]): string[] {
    this.now = at(time);
    this.book.listed(
      'S1',
      clips.map(([clip, end]) => ({ clip, bytes: 1, certain: true, endWallMs: at(end) })),
      this.now,
    );
    return this.look();
  }

  /** As after a restart: only what is in the ledger is known. */
  restart(): void {
    this.book = new DeadlineBook();
    for (const [index, { body, wallMs }] of this.entries.entries())
      this.book.apply({ seq: index + 1, body, wallMs });
    this.#fold({ case: 'boxStarted', value: { version: '', bootId: '', publicKeyPem: '' } });
  }

  look(): string[] {
    const said: string[] = [];
    for (const booked of this.book.outstanding()) {
      for (const body of toEnter(booked, planOf(booked, rulesOf(this.pack), this.now), this.now)) {
        this.#fold(body);
        if (body.case === 'offloadReminded') {
          const { to, dueWallMs, article, reason } = body.value;
          said.push(
            `${to || 'hq'} ${dueWallMs === 0 ? 'none' : local(dueWallMs)} ${article} ${reason}`.trim(),
          );
        }
        if (body.case === 'offloadMissed') {
          const { dueWallMs, article, reason, recordedToWallMs, clipCount } = body.value;
          said.push(
            `MISSED ${local(dueWallMs)} ${article} ${reason} to ${local(recordedToWallMs)} x${clipCount}`,
          );
        }
      }
    }
    return said;
  }

  get view(): string {
    const booked = this.book.find('S1');
    const seen =
      booked && offloadView(booked, planOf(booked, rulesOf(this.pack), this.now), 'talk', this.now);
    if (!seen) return 'nothing';
    return `${seen.where} ${seen.step} ${local(seen.dueWallMs)} ${seen.article} x${seen.clips}`;
  }

  #fold(body: LedgerBody): void {
    this.entries.push({ body, wallMs: this.now });
    this.book.apply({ seq: this.entries.length, body, wallMs: this.now });
  }
}

t.test(
  'E1: a device that is out is counted from its issue, each step is told once, and then it is missed',
  (t) => {
    const day = new Day('jiaozuo-emergency');
    t.same(day.on('03-05T08:00', issued(at('03-05T08:00'))), ['hq 03-06T08:00 JZ 13 not-docked']);
    t.equal(day.view, 'out in-time 03-06T08:00 JZ 13 x0');
    t.same(day.on('03-06T03:59'), []);
    t.same(day.on('03-06T04:00'), ['officer 03-06T08:00 JZ 13 not-docked']);
    t.same(day.look(), [], 'once');
    t.same(day.on('03-06T07:00'), ['unit-head 03-06T08:00 JZ 13 not-docked']);
    t.equal(day.view, 'out unit-head 03-06T08:00 JZ 13 x0');
    day.restart();
    t.same(day.look(), [], 'once, also over a restart');
    t.same(day.on('03-06T08:00'), [
      'headquarters 03-06T08:00 JZ 13 not-docked',
      'MISSED 03-06T08:00 JZ 13 not-docked to 03-05T08:00 x0',
    ]);
    t.equal(day.view, 'out missed 03-06T08:00 JZ 13 x0');
    day.restart();
    t.same(day.on('03-09T08:00'), [], 'once, also days later and over a restart');
    t.end();
  },
);

t.test(
  'E1: the list of a docked device says what is due; the oldest clip counts, and all in the store is none',
  (t) => {
    const day = new Day('jiaozuo-emergency');
    day.on('03-05T08:00', issued(at('03-05T08:00')));
    t.same(day.on('03-05T18:00', docked(at('03-05T18:00'), 2)), []);
    t.same(day.listed('03-05T18:00', ['b', '03-05T15:00'], ['a', '03-05T14:00']), [
      'hq 03-06T14:00 JZ 13 on-device',
    ]);
    t.equal(day.view, 'docked in-time 03-06T14:00 JZ 13 x2');
    t.same(
      day.on('03-05T18:05', saved('a', at('03-05T14:00'), at('03-06T14:00'))),
      [],
      'not told again and again',
    );
    t.equal(day.view, 'docked in-time 03-06T15:00 JZ 13 x1');
    t.equal(oldestOf(day.book.find('S1')!.footage), at('03-05T15:00'));
    t.same(day.on('03-05T18:06', saved('b', at('03-05T15:00'), at('03-06T15:00'))), ['hq none']);
    t.equal(day.view, 'nothing');
    t.same(day.on('03-05T18:07', returned(at('03-05T18:00'), 'docked'), undocked(0, 0)), []);
    day.restart();
    t.equal(day.view, 'nothing');
    t.end();
  },
);

t.test('E1: pulled out before it is done, what is left is due as before, also over a restart', (t) => {
  const day = new Day('jiaozuo-emergency');
  day.on('03-05T18:00', docked(at('03-05T18:00'), 2));
  day.listed('03-05T18:00', ['a', '03-05T14:00'], ['b', '03-05T15:00']);
  day.on('03-05T18:01', saved('a', at('03-05T14:00'), at('03-06T14:00')), undocked(1, at('03-05T15:00')));
  t.equal(day.view, 'out in-time 03-06T15:00 JZ 13 x1');
  day.restart();
  t.equal(day.view, 'out in-time 03-06T15:00 JZ 13 x1');
  t.match(day.on('03-06T15:00'), [
    /^officer/,
    /^unit-head/,
    /^headquarters/,
    'MISSED 03-06T15:00 JZ 13 on-device to 03-05T15:00 x1',
  ]);
  t.same(day.on('03-07T15:00', docked(at('03-07T15:00'), 1)), []);
  t.same(day.listed('03-07T15:00', ['b', '03-05T15:00']), [], 'the same footage is missed once');
  t.same(
    day.on('03-07T15:01', saved('b', at('03-05T15:00'), at('03-06T15:00'))),
    ['hq none'],
    'and not late too',
  );
  t.end();
});

t.test(
  'E1: a clip that came into the store late is a miss when nobody had entered it, and one entry for all',
  (t) => {
    const day = new Day('jiaozuo-emergency');
    const [a, b] = [
      saved('a', at('03-05T14:00'), at('03-06T14:00')),
      saved('b', at('03-05T15:00'), at('03-06T15:00')),
    ];
    // The box ended before the next look.
    day.now = at('03-07T09:00');
    for (const body of [docked(day.now, 2), a, b]) {
      day.entries.push({ body, wallMs: day.now });
    }
    day.restart();
    t.same(day.look(), ['MISSED 03-06T14:00 JZ 13 late to 03-05T15:00 x2']);
    t.same(day.look(), []);
    day.restart();
    t.same(day.look(), []);
    t.end();
  },
);

t.test(
  'E1: fifty clips that are late are one miss and one reminder for each step, whatever the order they are saved in',
  (t) => {
    const day = new Day('jiaozuo-emergency');
    const clips = Array.from({ length: 50 }, (_, n): [string, string] => [
      `c${n}`,
      `03-05T14:${String(n).padStart(2, '0')}`,
    ]);
    day.on('03-08T09:00', docked(at('03-08T09:00'), 50));
    const said = day.listed('03-08T09:00', ...clips);
    for (const [clip, end] of clips)
      said.push(...day.on('03-08T09:01', saved(clip, at(end), at(end) + 86_400_000)));
    t.same(
      said.map((line) => line.split(' ')[0]),
      ['officer', 'unit-head', 'headquarters', 'MISSED', 'hq'],
    );
    t.match(said[3], /x50$/);
    t.end();
  },
);

t.test('E2: the end of the working day, told before midnight, and the pack makes no exception', (t) => {
  const day = new Day('zhuzhou-urban');
  day.on('03-05T08:00', issued(at('03-05T08:00')), remoteWork(at('03-05T09:00')));
  t.equal(day.view, 'out in-time 03-06T00:00 ZZ 37 x0');
  t.same(day.on('03-05T20:00'), ['officer 03-06T00:00 ZZ 37 not-docked']);
  t.same(day.on('03-05T23:00'), ['unit-head 03-06T00:00 ZZ 37 not-docked']);
  t.match(day.on('03-06T00:00'), [/^headquarters/, 'MISSED 03-06T00:00 ZZ 37 not-docked to 03-05T08:00 x0']);
  t.end();
});

t.test('E3: two working days over a weekend', (t) => {
  const day = new Day('culture-tourism');
  day.on('03-06T08:00', issued(at('03-06T08:00')));
  t.equal(day.view, 'out in-time 03-11T00:00 CT 15 x0');
  t.same(day.on('03-10T19:59'), []);
  t.same(day.on('03-10T20:00'), ['officer 03-11T00:00 CT 15 not-docked']);
  t.end();
});

const remote = [
  // [what, pack, declared, returned, seen at, what is shown]
  [
    'E1: declared remote work has no deadline',
    'jiaozuo-emergency',
    '03-05T09:00',
    null,
    '03-08T09:00',
    'remote in-time - JZ 13 x0',
  ],
  [
    'E1: 24 hours after the return',
    'jiaozuo-emergency',
    '03-05T09:00',
    '03-08T09:00',
    '03-08T09:01',
    'out in-time 03-09T09:00 JZ 13 x0',
  ],
  [
    'E1: declared when it was too late already, it changes nothing',
    'jiaozuo-emergency',
    '03-06T08:00',
    null,
    '03-08T09:00',
    'out missed 03-06T08:00 JZ 13 x0',
  ],
  [
    'E1: what is recorded after the return is due as ever',
    'jiaozuo-emergency',
    '03-03T08:00',
    '03-04T08:00',
    '03-05T09:00',
    'out in-time 03-06T08:00 JZ 13 x0',
  ],
  [
    'E3: two working days after the return',
    'culture-tourism',
    '03-05T09:00',
    '03-06T18:00',
    '03-07T09:00',
    'out in-time 03-11T00:00 CT 15 x0',
  ],
  [
    'E2: no exception',
    'zhuzhou-urban',
    '03-05T09:00',
    null,
    '03-05T12:00',
    'out in-time 03-06T00:00 ZZ 37 x0',
  ],
] as const;
for (const [what, pack, from, back, seen, shown] of remote) {
  t.test(`${what} (${pack})`, (t) => {
    const day = new Day(pack);
    day.on('03-05T08:00', issued(at('03-05T08:00')));
    day.now = at(from);
    day.book.apply({ seq: 90, body: remoteWork(at(from)), wallMs: at(from) });
    if (back !== null) day.book.apply({ seq: 91, body: remoteWork(at(from), at(back)), wallMs: at(back) });
    day.now = at(seen);
    t.equal(day.view, shown);
    t.end();
  });
}

t.test('E1: who stands at the dock has come back, without saying so', (t) => {
  const day = new Day('jiaozuo-emergency');
  day.on('03-05T08:00', issued(at('03-05T08:00')), remoteWork(at('03-05T08:30')));
  day.on('03-08T09:00', docked(at('03-08T09:00'), 1));
  day.listed('03-08T09:00', ['a', '03-06T10:00']);
  t.equal(day.view, 'docked in-time 03-09T09:00 JZ 13 x1');
  t.same(day.on('03-08T09:11'), [], 'headquarters knows it');
  t.end();
});

t.test('E1, E2: another pack moves the deadline; a silent one takes it away', (t) => {
  const day = new Day('jiaozuo-emergency');
  day.on('03-05T08:00', issued(at('03-05T08:00')));
  day.pack = 'zhuzhou-urban';
  t.same(day.on('03-05T09:00'), ['hq 03-06T00:00 ZZ 37 not-docked'], 'sooner: at once');
  day.pack = 'jiaozuo-emergency';
  t.same(day.on('03-05T09:01'), [], 'later: not each minute');
  t.same(day.on('03-05T09:11'), ['hq 03-06T08:00 JZ 13 not-docked']);
  day.pack = 'hengyang-industry';
  t.same(day.on('03-05T09:12'), ['hq none  no-rule']);
  t.same(day.look(), []);
  t.equal(day.view, 'out in-time -  x0', 'no article says anything');
  t.end();
});

t.test(
  'E1: a clock that was far ahead makes no miss of a later one unsaid, and one set back repeats nothing',
  (t) => {
    const day = new Day('jiaozuo-emergency');
    day.on('03-05T08:00', issued(at('03-05T08:00')));
    t.match(day.on('07-05T08:00').at(-1), /^MISSED 03-06T08:00/, 'a wrong clock');
    day.on('03-05T09:00');
    t.equal(day.view, 'out in-time 03-06T08:00 JZ 13 x0');
    t.match(day.on('03-06T08:00').at(-1), /^MISSED 03-06T08:00/, 'it is missed in truth');
    for (const time of ['03-05T08:00', '03-06T08:00', '07-05T08:00', '03-06T09:00'])
      t.same(
        day.on(time).filter((line) => line.startsWith('MISSED')),
        [],
        time,
      );
    t.end();
  },
);

t.test('a device of others, a clip nobody listed and a return by hand change nothing of what is due', (t) => {
  const day = new Day('jiaozuo-emergency');
  day.on('03-05T08:00', docked(at('03-05T08:00'), 5, 'stolen'));
  t.equal(day.view, 'nothing');
  day.on('03-05T08:00', issued(at('03-05T08:00')));
  day.on('03-05T17:00', returned(at('03-05T17:00'), 'hand'));
  t.equal(day.view, 'out in-time 03-06T08:00 JZ 13 x0', 'given back is not stored');
  day.on('03-05T18:00', docked(at('03-05T18:00'), 1));
  day.listed('03-05T18:00', ['a', '03-05T17:00']);
  day.on('03-05T18:00', saved('other', at('03-05T12:00'), at('03-06T12:00')));
  t.equal(day.view, 'docked in-time 03-06T17:00 JZ 13 x1');
  t.end();
});

t.test(
  'E1: a clip that is in the store and could not be erased is not due again, a new one of its name is',
  (t) => {
    const day = new Day('jiaozuo-emergency');
    day.on('03-05T18:00', docked(at('03-05T18:00'), 1));
    day.listed('03-05T18:00', ['a', '03-05T14:00']);
    day.on('03-05T18:01', saved('a', at('03-05T14:00'), at('03-06T14:00')), undocked(1, 0));
    day.restart();
    day.on('03-09T18:00', docked(at('03-09T18:00'), 1));
    day.listed('03-09T18:00', ['a', '03-05T14:00']);
    t.equal(day.view, 'nothing');
    const erased = {
      dock: 'd1',
      slot: 0,
      serial: 'S1',
      device: 'BWC-1',
      clip: 'a',
      sha256: new Uint8Array(32),
      receipt: 'r',
    };
    day.on('03-09T18:01', { case: 'clipErased', value: erased });
    day.listed('03-09T18:02', ['a', '03-09T17:00']);
    t.equal(day.view, 'docked in-time 03-10T17:00 JZ 13 x1');
    t.end();
  },
);

t.test('a second device with the same serial number, taken out of another slot, is not this one', (t) => {
  const day = new Day('jiaozuo-emergency');
  day.on('03-05T18:00', docked(at('03-05T18:00'), 1));
  day.listed('03-05T18:00', ['a', '03-05T14:00']);
  const other = {
    dock: 'd1',
    slot: 3,
    serial: 'S1',
    device: '',
    outcome: 'refused',
    clipsLeft: 0,
    oldestWallMs: 0,
  };
  day.on('03-05T18:01', { case: 'deviceUndocked', value: other });
  t.equal(day.view, 'docked in-time 03-06T14:00 JZ 13 x1');
  t.end();
});

t.test('E1: the ends of a device whose clock is off by years lie where they can', (t) => {
  const day = new Day('jiaozuo-emergency');
  day.on('03-05T08:00', docked(at('03-05T08:00'), 0), undocked(0, 0));
  day.on('03-05T18:00', docked(at('03-05T18:00'), 2));
  day.book.listed(
    'S1',
    [
      { clip: 'a', bytes: 1, certain: false, endWallMs: 0 },
      { clip: 'b', bytes: 1, certain: false, endWallMs: at('03-05T18:00') * 2 },
    ],
    day.now,
  );
  t.equal(day.view, 'docked in-time 03-06T08:00 JZ 13 x2');
  t.end();
});

/** The same of another device. */
const of = (body: LedgerBody, serial: string): LedgerBody =>
  ({ ...body, value: { ...body.value, serial, device: serial } }) as LedgerBody;

t.test('the book is bounded, and forgets first who owes nothing', (t) => {
  const book = new DeadlineBook();
  book.apply({ seq: 1, body: of(issued(1), 'first') });
  for (let n = 0; n < maxBookedDevices + 10; n += 1)
    book.apply({ seq: n + 2, body: of(docked(1, 0), `d${n}`) });
  t.equal([...book.outstanding()].length, 1);
  t.ok(book.find('first'));
  t.equal(book.find('d0'), null);
  const missed: LedgerBody = {
    case: 'offloadMissed',
    value: {
      serial: 'first',
      device: 'first',
      officer: { name: '', certificate: '' },
      dueWallMs: 5,
      article: '',
      reason: '',
      recordedToWallMs: 1,
      clipCount: 0,
    },
  };
  for (let n = 0; n < maxSaid * 2; n += 1) book.apply({ seq: 5000 + n, body: missed });
  t.equal(book.find('first')?.missed.length, maxSaid);
  t.end();
});

t.test('E1: taken out before it was listed, its age stays an estimate, also over a restart', (t) => {
  const day = new Day('jiaozuo-emergency');
  day.on('03-05T08:00', docked(at('03-05T08:00'), 0), undocked(0, 0));
  day.on('03-05T18:00', docked(at('03-05T18:00'), 2));
  const known = () => day.book.find('S1')?.footage;
  t.match(known(), { known: 'estimate', clips: 2, endsWallMs: [at('03-05T08:00')] });
  day.on('03-05T18:01', undocked(2, at('03-05T08:00')));
  t.match(known(), { known: 'estimate', clips: 2 });
  day.restart();
  t.match(known(), { known: 'estimate', clips: 2, endsWallMs: [at('03-05T08:00')] });
  t.end();
});
