// A12: what the ledger says of field bookings and issues of devices is what a clip is classed by.
import { Buffer } from 'node:buffer';
import t from 'tap';
import { loadPolicies } from '../../../../config/policy/load-policies.ts';
import { classClip } from '../../../../gateway/bodycam/clips/classing.ts';
import type { ClipToClass } from '../../../../gateway/bodycam/clips/classing-rules.ts';
import { classDocked } from '../../../../gateway/bodycam/clips/classing-entry.ts';
import { clipEntry } from '../../../../gateway/bodycam/custody/clip-entry.ts';
import type { DockedClip } from '../../../../gateway/bodycam/custody/slot-parts.ts';
import { FieldBook } from '../../../../gateway/bodycam/clips/field-book.ts';
import type { BodycamBody } from '../../../../gateway/sessions/ledger-port.ts';

const policy = (await loadPolicies()).inForce('strictest', '2026-11-21');
const li = { name: '李明', certificate: 'A-1' };
const wang = { name: '王芳', certificate: 'A-2' };
const clip: ClipToClass = {
  device: 'BC-07',
  officer: null,
  beginMs: 1000,
  endMs: 2000,
  timeUncertain: false,
  caseMark: '',
  sound: null,
  picture: null,
};

function booked(booking: string, fromWallMs: number, toWallMs: number, matter = 'sampling'): BodycamBody {
  const about = { matter, caseNumber: `2026-${booking}`, caseName: '', parties: ['张三'] };
  return {
    case: 'fieldBooked',
    value: { booking, device: '', officers: [li], ...about, fromWallMs, toWallMs, by: '陈静' },
  };
}
const slot = { serial: 'SN07', dock: 'd', slot: 0 };
function issued(officer: typeof li, wallMs: number, matter = '', device = 'BC-07'): BodycamBody {
  const about = { matter, caseNumber: '', caseName: '', parties: [], article: '' };
  const seen = { batteryPercent: 90, freeBytes: 1, items: [] };
  return {
    case: 'deviceIssued',
    value: { ...slot, ...about, ...seen, device, officer, by: 'x', at: { wallMs, monoMs: 0 } },
  };
}
function returned(officer: typeof li, wallMs: number, device = 'BC-07'): BodycamBody {
  return {
    case: 'deviceReturned',
    value: { ...slot, device, officer, by: 'x', at: { wallMs, monoMs: 0 }, how: 'docked' },
  };
}
const emptied: BodycamBody = {
  case: 'deviceUndocked',
  value: { ...slot, device: 'BC-07', outcome: 'done', clipsLeft: 0, oldestWallMs: 0 },
};
function bookOf(bodies: readonly BodycamBody[], limits?: { bookings: number; issues: number }): FieldBook {
  const book = new FieldBook(limits);
  for (const [index, body] of bodies.entries()) book.apply({ seq: index + 1, body });
  return book;
}
const classedBy = (book: FieldBook, change: Partial<ClipToClass> = {}) => {
  const one = { ...clip, ...change };
  return classClip(one, book.knownOf(one, policy));
};

t.test(
  'A12: a booking that stands in the ledger classes the clip of the officer who had the device',
  async (t) => {
    const bodies = [booked('1', 500, 1500), issued(li, 0)];
    t.match(classedBy(bookOf(bodies)), {
      matter: 'sampling',
      caseNumber: '2026-1',
      officer: li,
      by: 'booking',
    });
    t.match(
      classedBy(bookOf([...bodies, { case: 'fieldUnbooked', value: { booking: '1', by: 'x', why: '' } }])),
      {
        by: '',
        why: 'nothing-known',
      },
    );
    t.match(classedBy(bookOf([booked('1', 500, 1500, 'matter-of-2030'), issued(li, 0)])), {
      by: '',
      why: 'booking-without-matter',
      caseNumber: '2026-1',
    });
  },
);

t.test('A12: an issue goes on until the device is back, or somebody else has it', async (t) => {
  t.match(classedBy(bookOf([issued(li, 0, 'patrol')])), {
    matter: 'patrol',
    officer: li,
    by: 'issue',
    named: ['issue-1'],
  });
  t.match(classedBy(bookOf([issued(li, 0, 'patrol'), returned(li, 900)])), { by: '', officer: null });
  t.match(classedBy(bookOf([issued(li, 0, 'patrol'), issued(wang, 900, 'patrol')])), {
    by: 'issue',
    officer: wang,
  });
  t.match(classedBy(bookOf([issued(li, 0, 'patrol'), issued(wang, 1500, 'patrol')])), {
    by: '',
    why: 'two-issues',
    officer: null,
  });
  t.match(classedBy(bookOf([issued(li, 0, 'patrol', 'BC-08')])), { by: '', officer: null });
  t.match(bookOf([issued(li, 100), returned(li, 50)]).issuesOf('BC-07'), [{ fromMs: 100, toMs: 100 }]);
});

t.test('A12: with an uncertain time, who had the device since it was empty may be meant', async (t) => {
  const uncertain = { timeUncertain: true, caseMark: '抽样' };
  const before = [issued(wang, 0), returned(wang, 10)];
  t.match(classedBy(bookOf([...before, issued(li, 20)]), uncertain), { by: 'mark', officer: null });
  t.match(classedBy(bookOf([...before, emptied, issued(li, 20)]), uncertain), { by: 'mark', officer: li });
  t.match(classedBy(bookOf([issued(wang, 0), emptied]), uncertain), { officer: wang }, 'it is still out');
});

t.test(
  'A12: what was forgotten classes nothing, rather than that one of two bookings is taken',
  async (t) => {
    const limits = { bookings: 2, issues: 2 };
    const book = bookOf(
      [booked('1', 500, 1500), booked('2', 500, 1600), issued(li, 0), booked('3', 5000, 6000)],
      limits,
    );
    t.equal(book.bookings.length, 2);
    t.match(classedBy(book), { by: '', why: 'too-long-ago' });
    t.match(classedBy(book, { beginMs: 5000, endMs: 5100 }), { by: 'booking', caseNumber: '2026-3' });
    const issues = [
      issued(li, 0, 'patrol'),
      returned(li, 1500),
      issued(li, 1600, 'patrol'),
      issued(li, 0, '', 'BC-08'),
    ];
    const few = bookOf(issues, limits);
    t.match(classedBy(few), { by: '', why: 'too-long-ago' });
    t.match(classedBy(few, { beginMs: 1700, endMs: 1800 }), { by: 'issue' });
  },
);

t.test(
  'A12, I1: a docked clip is entered with its matter, and with the officer who had the device then',
  async (t) => {
    const place = { dock: 'd', room: 'r', slot: 0, serial: 'SN07', device: 'BC-07', unit: '一大队' };
    const listed = {
      id: 'c1',
      sizeBytes: 1n,
      beginWallMs: 0n,
      endWallMs: 0n,
      sha256: new Uint8Array(),
      caseMark: '2026-1',
      path: 'c1.mp4',
    };
    const card = {
      id: 'c1',
      root: '/',
      path: Buffer.from('c1.mp4'),
      bytes: 1,
      modifiedMs: 0,
      listed,
      content: 'whole',
    } as const;
    const docked = (certain: boolean): DockedClip => ({
      place,
      clip: { ...card, beginDeviceMs: 0, endDeviceMs: 0 },
      times: { beginWallMs: 1000, endWallMs: 2000, offsetMs: 0, certain },
      officer: wang,
    });
    const book = bookOf([booked('1', 500, 1500), booked('2', 500, 1500), issued(li, 0), returned(li, 2500)]);
    const outcome = {
      state: 'verified',
      bytes: 1,
      readFrom: 0,
      sha256: '00',
      file: '/f',
      turn: 1,
      detail: '',
    };
    const entered = (certain: boolean) =>
      clipEntry({
        ...docked(certain),
        classed: classDocked(docked(certain), book, policy),
        dueWallMs: 0,
        dueArticle: '',
        file: 'f',
        outcome: outcome as unknown as Parameters<typeof clipEntry>[0]['outcome'],
      }).value;
    t.match(entered(true), {
      matter: 'sampling',
      caseNumber: '2026-1',
      officer: li,
      classedBy: 'mark',
      why: /^mark-decides: 1;/,
    });
    t.match(entered(false), {
      matter: '',
      officer: { name: '' },
      why: /mark-without-matter.*officer-unclear/,
    });
  },
);
