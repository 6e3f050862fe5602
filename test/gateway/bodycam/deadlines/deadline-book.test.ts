// What a box that did not know the year makes of a device that went out then.
import t from 'tap';
import { DeadlineBook } from '../../../../gateway/bodycam/deadlines/deadline-book.ts';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';

const issued = (wallMs: number): LedgerBody => ({
  case: 'deviceIssued',
  value: {
    device: 'bc-1',
    serial: 'BC00001',
    officer: { name: '张三', certificate: 'A-1' },
    by: 'x',
    at: { wallMs, monoMs: 0 },
    dock: '',
    slot: 0,
    batteryPercent: 80,
    freeBytes: 0,
    items: [],
    matter: '',
    caseNumber: '',
    caseName: '',
    parties: [],
    article: '',
  },
});
const noted = (state: string): LedgerBody => ({
  case: 'dockChanged',
  value: { dock: 'd', room: 'r', state, detail: '' },
});

t.test('E1: a device that was issued while the box was in 1970 is due from when the year was known', (t) => {
  const book = new DeadlineBook();
  const now = Date.UTC(2026, 4, 4, 8);
  book.apply({ seq: 1, body: issued(5_000), wallMs: 5_000 });
  book.apply({ seq: 2, body: noted('ready'), wallMs: 60_000 });
  book.apply({ seq: 3, body: noted('lost'), wallMs: now });
  book.apply({ seq: 4, body: noted('ready'), wallMs: now + 60_000 });
  t.same(book.find('BC00001')?.footage.endsWallMs, [now]);
  t.end();
});

t.test('E1: one that was issued in a year that was known is due from its issue', (t) => {
  const book = new DeadlineBook();
  const then = Date.UTC(2026, 4, 4, 8);
  book.apply({ seq: 1, body: issued(then), wallMs: then });
  book.apply({ seq: 2, body: noted('ready'), wallMs: then + 60_000 });
  t.same(book.find('BC00001')?.footage.endsWallMs, [then]);
  t.end();
});
