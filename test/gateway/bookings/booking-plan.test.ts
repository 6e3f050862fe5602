// The calendar over a faked clock: what is due when, and what an overrun, a restart or a mark changes.
import t from 'tap';
import { BookingBook, forgottenAfterMs, maxBookings } from '../../../gateway/bookings/booking-plan.ts';

const made = (booking: string, fromWallMs: number, toWallMs: number, endsItself = false, room = 'talk') =>
  ({
    case: 'bookingMade',
    value: {
      booking,
      room,
      kind: 'interview',
      officers: [],
      caseNumber: '',
      caseName: '',
      parties: [],
      stage: '',
      fromWallMs,
      toWallMs,
      endsItself,
      by: 'clerk',
    },
  }) as const;
const opened = (session: string, openedBy: string) =>
  ({
    case: 'sessionOpened',
    value: {
      session,
      room: 'talk',
      kind: 'interview',
      officers: [],
      caseNumber: '',
      caseName: '',
      parties: [],
      openedBy,
      urgent: false,
      opened: { wallMs: 0, monoMs: 0 },
      folder: '',
      cameras: [],
      article: '',
      stage: '',
    },
  }) as const;
const closing = (session: string) =>
  ({
    case: 'sessionClosing',
    value: { session, closed: { wallMs: 0, monoMs: 0 }, closedBy: '', reason: 'asked' },
  }) as const;
const steps = (book: BookingBook, at: number, session: string | null) =>
  book.steps(at, () => session).map(({ do: what, booking }) => `${what} ${booking.booking}`);

t.test('A2: a booking opens at its time, late while its span lasts, and is missed behind it', async (t) => {
  for (const [at, wanted] of [
    [99, []],
    [100, ['open a']],
    [199, ['open a']],
    [200, ['miss a']],
  ] as const) {
    const book = new BookingBook();
    book.apply(made('a', 100, 200));
    t.same(steps(book, at, null), wanted, `at ${at}`);
  }
});

t.test('A10: an overrun is not cut; the next booking opens when the room is free', async (t) => {
  const book = new BookingBook();
  book.apply(made('a', 100, 200));
  book.apply(made('b', 200, 300));
  book.apply(opened('s1', 'booking a'));
  t.same(steps(book, 250, 's1'), [], 'neither closed nor opened over it');
  book.apply(closing('s1'));
  t.same(steps(book, 250, null), ['open b']);
  book.apply(opened('s2', 'booking b'));
  book.apply(closing('s2'));
  t.same(steps(book, 260, null), [], 'closed by people before its end, it does not open again');
});

t.test(
  'A10: only a booking that ends itself, in which nobody has marked anything, is closed at its end',
  async (t) => {
    const book = new BookingBook();
    book.apply(made('a', 100, 200, true));
    book.apply(opened('s1', 'booking a'));
    t.same(steps(book, 199, 's1'), []);
    t.same(steps(book, 200, 's1'), ['close a']);
    book.apply({
      case: 'sessionMarked',
      value: { session: 's1', label: 'extend', text: '', at: { wallMs: 150, monoMs: 150 }, by: 'clerk' },
    });
    t.same(steps(book, 500, 's1'), [], 'people are there: they close');
  },
);

t.test('adjacent bookings are fine, overlapping ones are found, also over a whole other one', async (t) => {
  const book = new BookingBook();
  book.apply(made('a', 100, 200));
  t.equal(book.overlapping('talk', 200, 300), undefined);
  t.equal(book.overlapping('talk', 50, 100), undefined);
  t.equal(book.overlapping('court', 100, 200), undefined);
  for (const [from, to] of [
    [199, 300],
    [50, 101],
    [50, 300],
    [120, 130],
  ] as const)
    t.equal(book.overlapping('talk', from, to)?.booking, 'a', `${from} to ${to}`);
  book.apply({ case: 'bookingCancelled', value: { booking: 'a', room: 'talk', by: 'x', why: 'asked' } });
  t.equal(book.overlapping('talk', 100, 200), undefined);
});

t.test(
  'what is over is forgotten after a day, and no ledger makes the calendar grow without end',
  async (t) => {
    const book = new BookingBook();
    book.apply(made('a', 100, 200));
    book.apply(opened('s1', 'booking a'));
    book.apply(closing('s1'));
    book.forget(200 + forgottenAfterMs);
    t.equal(book.all.length, 1);
    book.forget(201 + forgottenAfterMs);
    t.equal(book.all.length, 0);
    for (let n = 0; n <= maxBookings; n += 1) book.apply(made(`b${n}`, n * 10, n * 10 + 10));
    t.equal(book.all.length, maxBookings);
    t.equal(book.get('b0'), undefined, 'the one that ended first');
  },
);
