// A day's files and gaps out of ledger entries.
import t from 'tap';
import { wallMs } from '../../../config/clock.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { coverageOf } from '../../../gateway/working-time/coverage.ts';
import { DayBook, maxBookedSessions } from '../../../gateway/working-time/day-book.ts';

const at = (second: number) => ({ wallMs: second * 1000, monoMs: second * 1000 });
const span = (from: number, to: number) => ({ from: wallMs(from * 1000), to: wallMs(to * 1000) });
type Of<Case extends LedgerBody['case']> = Extract<LedgerBody, { case: Case }>['value'];

const opened = (session: string, second: number): LedgerBody => ({
  case: 'sessionOpened',
  value: {
    session,
    room: 'desk',
    kind: 'reception',
    opened: at(second),
    cameras: [{ camera: 'c', required: ['video', 'audio'] }],
  } as unknown as Of<'sessionOpened'>,
});
const file = (session: string, from: number, to: number): LedgerBody => ({
  case: 'segmentSealed',
  value: { session, camera: 'c', first: at(from), last: at(to) } as unknown as Of<'segmentSealed'>,
});
const begun = (session: string, from: number): LedgerBody => ({
  case: 'segmentOpened',
  value: { session, camera: 'c', first: at(from) } as unknown as Of<'segmentOpened'>,
});
const gap = (session: string, number: number, track: string, from: number, to: number | null): LedgerBody => {
  const value = { session, camera: 'c', gap: number, track, cause: `cause ${number}`, from: at(from) };
  return to === null
    ? { case: 'gapOpened', value: value as unknown as Of<'gapOpened'> }
    : { case: 'gapClosed', value: { ...value, to: at(to) } as unknown as Of<'gapClosed'> };
};
const closing = (session: string, second: number): LedgerBody => ({
  case: 'sessionClosing',
  value: { session, closed: at(second) } as unknown as Of<'sessionClosing'>,
});

t.test(
  'A1: two sessions of a day with a reboot between, one gap of a track and one of the camera',
  async (t) => {
    const book = new DayBook();
    for (const body of [
      opened('one', 100),
      begun('one', 99),
      gap('one', 1, 'audio', 120, null),
      gap('one', 1, 'audio', 120, 130),
      file('one', 99, 150),
      closing('one', 150),
      opened('two', 160),
      begun('two', 160),
      gap('two', 1, 'all', 170, null),
      gap('two', 1, 'all', 170, 175),
      opened('elsewhen', 900),
    ])
      book.apply(body);
    t.same(
      book.sessionsIn('desk', span(100, 200)).map(({ session }) => session),
      ['one', 'two'],
    );
    const { tracks } = coverageOf([span(100, 200)], book.tracksIn('desk', span(100, 200), 190_000));
    t.match(tracks, [
      {
        track: 'video',
        recordedMs: 75_000,
        missing: [
          { ...span(150, 160), cause: 'not-recorded' },
          { ...span(170, 175), cause: 'cause 1' },
          { ...span(190, 200), cause: 'not-recorded' },
        ],
      },
      { track: 'audio', recordedMs: 65_000 },
    ]);
    t.same(book.tracksIn('elsewhere', span(0, 1000), 0), []);
  },
);

t.test('a gap that is open lasts until now', async (t) => {
  const book = new DayBook();
  for (const body of [opened('one', 100), begun('one', 100), gap('one', 7, 'video', 150, null)])
    book.apply(body);
  const { tracks } = coverageOf([span(100, 200)], book.tracksIn('desk', span(100, 200), 200_000));
  t.match(tracks[0], { track: 'video', recordedMs: 50_000, missing: [{ cause: 'cause 7' }] });
});

t.test('the book forgets the oldest sessions first', async (t) => {
  const book = new DayBook();
  for (let index = 0; index < maxBookedSessions + 5; index += 1) book.apply(opened(`s${index}`, index));
  const kept = book.sessionsIn('desk', span(0, 1e6));
  t.equal(kept.length, maxBookedSessions);
  t.equal(kept[0]?.session, 's5');
});

t.test(
  'C3: a gap in an interruption is excused by the stated cause and its article, and by nothing else',
  (t) => {
    const began = (from: number): LedgerBody => ({
      case: 'interruptionBegan',
      value: { session: 'one', cause: '', by: '', how: 'detected', from: at(from), article: 'JZ 11' },
    });
    const ended = (to: number, cause: string, article: string, outcome = 'resumed'): LedgerBody => ({
      case: 'interruptionEnded',
      value: {
        session: 'one',
        cause,
        text: '',
        by: '',
        to: at(to),
        spoken: false,
        article,
        outcome,
      },
    });
    const missing = (...bodies: readonly LedgerBody[]) => {
      const book = new DayBook();
      for (const body of [
        opened('one', 100),
        begun('one', 100),
        gap('one', 1, 'all', 120, null),
        gap('one', 1, 'all', 120, 150),
        gap('one', 2, 'all', 160, 165),
        ...bodies,
      ])
        book.apply(body);
      const { tracks } = coverageOf([span(100, 190)], book.tracksIn('desk', span(100, 190), 190_000));
      return tracks[0]?.missing.map(({ excuse }) => excuse);
    };
    t.same(missing(), ['', '']);
    t.same(missing(began(120)), ['', ''], 'not before it has ended');
    t.same(missing(began(120), ended(150, 'device-fault', 'JZ 11')), ['device-fault: JZ 11', '']);
    t.same(missing(began(120), ended(150, '', '')), ['', ''], 'nobody stated a cause');
    t.same(missing(began(120), ended(150, 'damage', '')), ['', ''], 'no rule names it');
    t.same(
      missing(began(120), ended(190, 'damage', 'JZ 11', 'closed')),
      ['', ''],
      'a word at its beginning does not excuse what was missing until the close',
    );
    t.same(
      missing(began(100), ended(130, 'damage', 'JZ 11')),
      ['damage: JZ 11', '', ''],
      'not beyond its end',
    );
    t.end();
  },
);
