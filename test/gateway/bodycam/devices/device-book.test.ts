// The book of the body-cams as a table of ledgers: who had a device, whether it may be used, when it came back.
import t from 'tap';
import { maxRecords } from '../../../../gateway/bodycam/devices/device-book.ts';
import {
  clockLostMs,
  maxMoves,
  maxSpans,
  maxSuspects,
  maxUpkeep,
} from '../../../../gateway/bodycam/devices/device-record.ts';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import {
  bookOf,
  boxStarted,
  docked,
  hour,
  issued,
  keeper,
  li,
  maintained,
  register,
  reported,
  returned,
  serial,
  trouble,
  undocked,
  wang,
} from './device-bench.ts';

const standingOf = (entries: readonly LedgerBody[], of = serial) => bookOf(entries).find(of).standing;

const useOf = (...entries: LedgerBody[]) => bookOf(entries).record(serial).outOfUse?.what ?? 'in-use';

const suspectsOf = (...entries: LedgerBody[]) =>
  bookOf(entries)
    .record(serial)
    .suspects.map(({ what, count }) => `${what} ${count}`);

t.test('D4: who had a device in a time is its issue, and between issues its custodian', async (t) => {
  const day = [
    docked(7),
    issued(8),
    undocked(),
    docked(12),
    returned(12, { how: 'docked' }),
    issued(13, { officer: li }),
    returned(17, { officer: li }),
  ];
  const rows: [string, readonly LedgerBody[], number, number, { officer: object | null; why: string }][] = [
    ['nobody has it issued', [], 8, 9, { officer: keeper, why: '' }],
    ['issued', day, 9, 11, { officer: wang, why: '' }],
    ['a moment of it', day, 9, 9, { officer: wang, why: '' }],
    ['the whole issue to the minute', day, 8, 12, { officer: wang, why: '' }],
    ['between two issues', day, 12.2, 12.8, { officer: keeper, why: '' }],
    ['the second', day, 14, 15, { officer: li, why: '' }],
    ['after the last', day, 18, 19, { officer: keeper, why: '' }],
    ['over both', day, 9, 14, { officer: null, why: 'several' }],
    ['it lasts', [issued(8)], 9, 99, { officer: wang, why: '' }],
    ['begun long before the issue', day, 7, 9, { officer: null, why: 'several' }],
    ['begun less than a minute before it', day, 8 - 0.01, 9, { officer: wang, why: '' }],
    ['one officer twice', [issued(8), issued(9)], 8, 10, { officer: wang, why: '' }],
    ['reported stolen', [issued(8), reported(9, 'stolen')], 10, 11, { officer: null, why: 'nobody' }],
    ['found again', [reported(9, 'lost'), reported(12, 'found')], 13, 14, { officer: keeper, why: '' }],
    ['a clock that was set back', [issued(8), returned(7)], 9, 10, { officer: keeper, why: '' }],
  ];
  for (const [name, entries, from, to, expected] of rows)
    t.same(bookOf(entries).held(serial, hour(from), hour(to)), expected, name);
  t.same(bookOf(day).holder(serial, hour(9), hour(11)), wang);
  t.same(bookOf(day).holder('SN-0002', hour(9), hour(11)), null, 'no custodian is named');
  t.same(bookOf(day).holder('SN-9', hour(9), hour(11)), null, 'an unknown one');
});

t.test('D4: who had it longer ago than is remembered is said of nobody', async (t) => {
  const many = Array.from({ length: maxSpans + 1 }, (_, index) => [
    issued(index),
    returned(index + 0.5),
  ]).flat();
  const book = bookOf(many);
  t.same(book.held(serial, hour(0.1), hour(0.4)), { officer: null, why: 'forgotten' });
  t.same(book.held(serial, hour(5.1), hour(5.4)), { officer: wang, why: '' });
  t.equal(book.record(serial).spans.length, maxSpans);
});

t.test(
  'E4: a device is ours, unknown, stolen or elsewhere by the register and what was reported',
  async (t) => {
    t.equal(standingOf([]), 'ours');
    t.equal(standingOf([], 'SN-9'), 'unknown');
    t.equal(standingOf([], 'SN-0003'), 'elsewhere');
    t.equal(standingOf([reported(8, 'stolen')]), 'stolen');
    t.equal(standingOf([reported(8, 'lost')]), 'stolen');
    t.equal(standingOf([reported(8, 'lost'), reported(9, 'found')]), 'ours');
    t.equal(standingOf([reported(8, 'fault')]), 'ours', 'its footage is still ours to store');
    t.equal(
      standingOf([reported(8, 'stolen'), maintained(9, 'in-use')]),
      'stolen',
      'no repair brings it back',
    );
    t.same(bookOf([issued(8)]).find(serial).officer, wang);
    t.same(bookOf([issued(8), reported(9, 'stolen')]).find(serial).officer, null);
    t.same(bookOf([]).find(serial), { standing: 'ours', device: 'cam-1', unit: '一中队', officer: keeper });
  },
);

t.test('D5: a fault or a retirement ends its use until its upkeep says otherwise', async (t) => {
  t.equal(useOf(), 'in-use');
  t.equal(useOf(reported(8, 'fault')), 'fault');
  t.equal(useOf(reported(8, 'fault'), maintained(9, 'in-use')), 'in-use');
  t.equal(useOf(reported(8, 'fault'), maintained(9, 'out-of-use')), 'out-of-use');
  t.equal(useOf(maintained(9, 'retired'), reported(10, 'fault')), 'retired');
  t.equal(
    useOf(reported(8, 'fault'), reported(9, 'lost'), reported(10, 'found')),
    'fault',
    'found is not repaired',
  );
  t.same(
    bookOf([issued(7), reported(8, 'fault')]).record(serial).issue?.officer,
    wang,
    'it is still with its officer',
  );
});

t.test('E4: an issued device that comes into a dock waits for the entry of its return', async (t) => {
  const rows: [string, readonly LedgerBody[], boolean][] = [
    ['not issued', [docked(8)], false],
    ['pulled out and brought back', [docked(7), issued(8), undocked(), docked(17)], true],
    [
      'pulled out before it was done',
      [docked(7), issued(8), undocked({ outcome: 'pulled-out' }), docked(17)],
      true,
    ],
    ['into another slot', [docked(7), issued(8), docked(17, { slot: 2 })], true],
    ['issued where no dock was', [issued(8, { dock: '' }), docked(17)], true],
    ['its dock says it again', [docked(7), issued(8), docked(8.1)], false],
    ['its dock was gone', [docked(7), issued(8), undocked({ outcome: 'dock-gone' }), docked(8.1)], false],
    ['the box was away', [docked(7), issued(8), boxStarted, docked(8.1)], false],
    ['issued while its dock was gone', [docked(7), boxStarted, issued(8, { dock: '' }), docked(8.1)], false],
    ['entered', [issued(8, { dock: '' }), docked(17), returned(17, { how: 'docked' })], false],
    [
      'docked again after it',
      [issued(8, { dock: '' }), docked(17), returned(17), undocked(), docked(18)],
      false,
    ],
    ['returned by hand before', [issued(8, { dock: '' }), returned(16), docked(17)], false],
    ['not ours to read', [issued(8, { dock: '' }), docked(17, { standing: 'double' })], false],
    [
      'reported lost before',
      [issued(8, { dock: '' }), reported(9, 'lost'), docked(17, { standing: 'stolen' })],
      false,
    ],
  ];
  for (const [name, entries, waits] of rows) t.equal(bookOf(entries).pending.length, waits ? 1 : 0, name);
  const [pending] = bookOf([issued(8, { dock: '' }), docked(17, { slot: 3 })]).pending;
  t.match(pending, { serial, dock: 'd', slot: 3, at: { wallMs: hour(17) }, issue: { officer: wang } });
});

t.test('D5: what the box itself sees makes a device suspect and does not stop its use', async (t) => {
  const rows: [string, LedgerBody[], string[]][] = [
    ['nothing', [docked(8), undocked()], []],
    ['a card that cannot be read', [docked(8), trouble('read-error')], ['read-error 1']],
    ['three of its clips', [docked(8), ...Array(3).fill(trouble('card-differs'))], ['card-differs 3']],
    ['the store is full', [docked(8), trouble('disk-full'), trouble('store-differs')], []],
    ['no battery', [docked(8, { batteryPercent: 0 })], ['battery-empty 1']],
    ['nothing was read of it', [docked(8, { batteryPercent: 0, totalBytes: 0 })], []],
    ['a clock that is years off', [docked(8, { clockOffsetMs: -clockLostMs - 1 })], ['clock-lost 1']],
    ['two with one number', [docked(8, { standing: 'double' })], ['double 1']],
    ['an unknown one', [docked(8, { standing: 'unknown', batteryPercent: 0 })], []],
    [
      'still, after a docking that failed',
      [docked(8), trouble('read-error'), undocked({ outcome: 'failed' })],
      ['read-error 1'],
    ],
    [
      'still, with clips left',
      [docked(8), trouble('read-error'), undocked(), docked(9), undocked({ clipsLeft: 1 })],
      ['read-error 1'],
    ],
    [
      'not after a docking in which all came over',
      [docked(8), trouble('read-error'), undocked(), docked(9), undocked()],
      [],
    ],
    ['not after upkeep', [docked(8), trouble('read-error'), maintained(9, 'in-use')], []],
  ];
  for (const [name, entries, expected] of rows) t.same(suspectsOf(...entries), expected, name);
  const record = bookOf([docked(8), trouble('read-error')]).record(serial);
  t.equal(record.outOfUse, null);
  t.match(record.suspects, [{ seq: 2, detail: 'A.MP4', wallMs: hour(8) }]);
});

t.test(
  'D6: the history of a device holds its reports and its upkeep, however often it is docked',
  async (t) => {
    const entries = [
      reported(1, 'fault', { detail: 'no picture', article: 'ZZ 52' }),
      maintained(2, 'in-use'),
      ...Array.from({ length: 100 }, (_, index) => [docked(3 + index), undocked()]).flat(),
    ];
    const record = bookOf(entries).record(serial);
    const { events } = record;
    t.equal(events.length, 2 + maxMoves);
    t.equal(record.forgotten, 200 - maxMoves);
    t.match(events[0], {
      seq: 1,
      what: 'reported',
      word: 'fault',
      detail: 'no picture',
      by: 'clerk',
      article: 'ZZ 52',
    });
    t.match(events[1], { seq: 2, what: 'maintained', word: 'in-use', who: '维修站', detail: 'screen' });
    t.same(
      events.map(({ seq }) => seq),
      events.map(({ seq }) => seq).toSorted((one, other) => one - other),
    );
    t.equal(record.maintainedWallMs, hour(2));
    t.equal(record.seenWallMs, hour(102));
  },
);

t.test('what is remembered of devices is bounded', async (t) => {
  const many = Array.from({ length: 300 }, (_, index) => [
    reported(index, 'fault'),
    trouble(`x${index}`),
  ]).flat();
  t.equal(bookOf(many).record(serial).events.length, maxUpkeep);
  const kinds = ['no-volume', 'read-error', 'too-slow', 'card-differs', 'gave-up', 'not-erased'];
  t.ok(bookOf(kinds.map((what) => trouble(what))).record(serial).suspects.length <= maxSuspects);
  const strangers = Array.from({ length: maxRecords + 50 }, (_, index) =>
    docked(9, { serial: `X-${index}`, standing: 'unknown' }),
  );
  const book = bookOf([issued(8), reported(8, 'fault'), ...strangers]);
  t.equal(book.size, maxRecords);
  t.equal(book.record(serial).outOfUse?.what, 'fault', 'what is ours is not forgotten for strangers');
  t.equal(book.record(`X-${maxRecords + 49}`).at, 'in');
  t.equal(book.record('X-0').at, 'never');
});

t.test('a device without a serial number is nobody', async (t) => {
  const book = bookOf([docked(8, { serial: '', standing: 'unknown' })]);
  t.equal(book.size, 0);
  t.equal(book.find('').standing, 'unknown');
});

t.test('before the register is known every device is unknown', async (t) => {
  const { DeviceBook } = await import('../../../../gateway/bodycam/devices/device-book.ts');
  t.equal(new DeviceBook().find(serial).standing, 'unknown');
  t.equal(bookOf([]).registered('cam-1')?.serial, serial);
  t.equal(bookOf([]).registered(serial)?.id, 'cam-1');
  t.equal(bookOf([]).registered('nothing'), null);
  t.equal(bookOf([]).all.length, register.length);
});
