// The spans in which a session had no picture at all, out of the gap records of its cameras.
import t from 'tap';
import { maxPictureGaps, PictureBook } from '../../../gateway/interruptions/picture-book.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';

const at = (s: number) => ({ wallMs: 1_790_000_000_000 + s * 1000, monoMs: s * 1000 });
const cameras = [
  { camera: 'a', required: ['video', 'audio'] },
  { camera: 'b', required: ['video'] },
  { camera: 'ears', required: ['audio'] },
];

interface Gap {
  readonly track?: string;
  readonly cause?: string;
  readonly unrecovered?: boolean;
}
const opened = (camera: string, from: number, { track = 'all', cause = 'closed' }: Gap = {}): LedgerBody => ({
  case: 'gapOpened',
  value: { session: 's', journal: 1, gap: 1, camera, track, cause, from: at(from), detail: '' },
});
const closed = (
  camera: string,
  from: number,
  to: number,
  { track = 'all', cause = 'closed', unrecovered = false }: Gap = {},
): LedgerBody => {
  const bounds = { from: at(from), to: at(to) };
  const value = { session: 's', journal: 1, gap: 1, camera, track, cause, lostPackets: 0, unrecovered };
  return { case: 'gapClosed', value: { ...value, ...bounds } };
};
function book(...bodies: readonly LedgerBody[]): PictureBook {
  const made = new PictureBook(cameras);
  for (const body of bodies) made.apply(body);
  return made;
}
const spans = (made: PictureBook, limitS = 0) =>
  made.longerThan(limitS * 1000).map(({ from, to }) => [(from.monoMs ?? 0) / 1000, (to?.monoMs ?? 0) / 1000]);

t.test(
  'C3: it is the last picture of the last camera that goes, and the first of the first that comes',
  (t) => {
    const one = book(opened('a', 10));
    t.equal(one.lastPicture(), null, 'the other has pictures');
    const none = book(opened('a', 10), opened('b', 12));
    t.same(none.lastPicture(), at(12));
    t.equal(none.firstAfter(at(12)), null);
    const again = book(opened('a', 10), opened('b', 12), closed('b', 12, 30));
    t.equal(again.lastPicture(), null);
    t.same(again.firstAfter(at(12)), at(30));
    t.end();
  },
);

t.test('C3: only what all of them miss counts, and only when it lasted', (t) => {
  const made = book(closed('a', 10, 20), closed('b', 15, 40), closed('a', 38, 39), closed('b', 50, 60));
  t.same(spans(made), [
    [15, 20],
    [38, 39],
  ]);
  t.same(spans(made, 3), [[15, 20]]);
  t.same(spans(made, 5), [], 'longer than the limit, not as long');
  t.end();
});

t.test('losses of a track, sound and cameras whose picture is not required say nothing', (t) => {
  const losses = ['video', 'audio'].map((track) => opened('a', 10, { track }));
  t.equal(book(...losses, opened('b', 10)).lastPicture(), null);
  t.same(book(opened('a', 10), opened('b', 11), opened('ears', 12)).lastPicture(), at(11));
  t.end();
});

t.test('C3: a crash closes a gap and goes on with its own: it is one', (t) => {
  const crash = { cause: 'recorder-died' };
  const made = book(opened('a', 10), opened('b', 10), closed('a', 10, 20), opened('a', 20, crash));
  t.same(made.lastPicture(), at(10));
  made.apply(closed('a', 20, 33, crash));
  t.same(made.firstAfter(at(10)), at(33));
  t.end();
});

t.test('C3: a wall clock that is set back joins no gap with the one before', (t) => {
  const made = book(closed('a', 10, 20), closed('b', 10, 20), opened('a', 15), opened('b', 15));
  t.same(made.lastPicture(), at(15));
  t.end();
});

t.test("what the session's end closed has no picture behind it", (t) => {
  const end = { unrecovered: true };
  t.same(book(closed('a', 10, 20, end), closed('b', 10, 20, end)).lastPicture(), at(10));
  t.end();
});

t.test(
  'a wall clock that is set forward makes no interruption; a start of the box counts by the wall clock',
  (t) => {
    const stepped = (cause: string): LedgerBody[] =>
      ['a', 'b'].map((camera) => {
        const body = closed(camera, 10, 11, { cause });
        if (body.case !== 'gapClosed') throw new Error('not reached');
        return { ...body, value: { ...body.value, to: { ...at(3600), monoMs: 11_000 } } };
      });
    t.same(book(...stepped('closed')).longerThan(5000), []);
    t.equal(book(...stepped('box-restarted')).longerThan(5000).length, 1);
    t.end();
  },
);

t.test('the oldest gaps of a camera are forgotten', (t) => {
  const many = Array.from({ length: maxPictureGaps + 5 }, (_, index) =>
    ['a', 'b'].map((camera) => closed(camera, index * 10, index * 10 + 6)),
  );
  const found = spans(book(...many.flat()), 5);
  t.equal(found.length, maxPictureGaps);
  t.same(found[0], [50, 56]);
  t.end();
});
