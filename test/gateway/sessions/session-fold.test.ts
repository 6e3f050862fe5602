import t from 'tap';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { SessionFold, maxDebts, maxRecentlyClosed } from '../../../gateway/sessions/session-fold.ts';

const at = { wallMs: 10, monoMs: 20 };
const opened = (session: string, room = 'talk'): LedgerBody => ({
  case: 'sessionOpened',
  value: {
    session,
    room,
    kind: 'interview',
    officers: [{ name: '王某', certificate: 'HY-001' }],
    caseNumber: '',
    caseName: '',
    parties: [],
    openedBy: 'clerk',
    urgent: true,
    opened: at,
    folder: `sessions/${session}`,
    cameras: [{ camera: 'a', required: ['video', 'smell'] }],
    article: 'HY 7(2)',
    stage: '',
  },
});
const closing = (session: string): LedgerBody => ({
  case: 'sessionClosing',
  value: { session, closed: at, closedBy: 'clerk', reason: 'asked' },
});
const closed = (session: string): LedgerBody => ({
  case: 'sessionClosed',
  value: { session, lastJournalRecord: 9, segments: 1, gaps: 0, bytes: 1, filesSha256: new Uint8Array() },
});
const degraded = (session: string, journal: number): LedgerBody => ({
  case: 'trackDegraded',
  value: { session, journal, camera: 'a', track: 'video', what: 'picture-frozen' },
});
const gap = (session: string, journal: number): LedgerBody => ({
  case: 'gapOpened',
  value: { session, journal, gap: 1, camera: 'a', track: 'all', cause: 'stalled', from: at, detail: '' },
});
const stepped = (session: string): LedgerBody => ({
  case: 'clockStepped',
  value: { deltaMs: 5000, session },
});
const owes = (session: string, debt: string): LedgerBody => ({
  case: 'debtIncurred',
  value: { session, debt, what: debt, article: 'FS 9; ZZ 10', dueWallMs: 100 },
});
const settled = (session: string, debt: string): LedgerBody => ({
  case: 'debtSettled',
  value: { session, debt, with: 'x', by: 'clerk' },
});
const missed = (session: string, debt: string): LedgerBody => ({
  case: 'debtMissed',
  value: { session, debt, article: 'FS 9; ZZ 10' },
});

function fold(entries: readonly LedgerBody[]): SessionFold {
  const folded = new SessionFold();
  for (const [index, body] of entries.entries()) folded.apply({ seq: index + 1, body });
  return folded;
}

const rows: [name: string, entries: LedgerBody[], open: Record<string, unknown>[]][] = [
  ['an empty ledger has no session', [], []],
  ['an opened session is open', [opened('s1')], [{ session: 's1', closing: null, lastJournal: 0 }]],
  ['a closing session is still there', [opened('s1'), closing('s1')], [{ closing: { closed: at } }]],
  ['a closed session is gone', [opened('s1'), closing('s1'), closed('s1')], []],
  ['rooms are apart', [opened('s1'), opened('s2', 'court'), closed('s1')], [{ session: 's2' }]],
  [
    'the last journal record is known',
    [opened('s1'), degraded('s1', 3), gap('s1', 4)],
    [{ lastJournal: 4, gaps: 1 }],
  ],
  ['records of an unknown session change nothing', [degraded('s9', 3), gap('s9', 4), closing('s9')], []],
  ['a clock step is counted until the next record', [opened('s1'), stepped('s1')], [{ stepsSince: 1 }]],
  [
    'a record ends the counting',
    [opened('s1'), stepped('s1'), gap('s1', 2)],
    [{ stepsSince: 0, lastJournal: 2 }],
  ],
  ['a clock step of the box concerns no session', [opened('s1'), stepped('')], [{ stepsSince: 0 }]],
  ['tracks that nobody knows are not required', [opened('s1')], [{ cameras: [{ required: ['video'] }] }]],
];
for (const [name, entries, open] of rows) {
  t.test(`P5: ${name}`, async (t) => {
    const folded = [...fold(entries).open.values()];
    t.equal(folded.length, open.length);
    t.match(folded, open);
  });
}

t.test('E7: a debt is owed until it is settled, also after the session has closed', async (t) => {
  const before = [
    opened('s1'),
    owes('s1', 'case-number'),
    owes('s1', 'officers'),
    closing('s1'),
    closed('s1'),
  ];
  t.same([...fold(before).debts.keys()], ['s1/case-number', 's1/officers']);
  t.same([...fold([...before, settled('s1', 'case-number')]).debts.keys()], ['s1/officers']);
  t.match(fold(before).debts.get('s1/officers'), { officers: [{ certificate: 'HY-001' }], missed: false });
});

t.test('E7: a missed debt is still owed, and known as missed', async (t) => {
  const folded = fold([
    opened('s1'),
    owes('s1', 'officers'),
    missed('s1', 'officers'),
    missed('s1', 'never'),
  ]);
  t.same(
    [...folded.debts.values()].map((debt) => debt.missed),
    [true],
  );
});

t.test('what is remembered of the past is bounded', async (t) => {
  const folded = new SessionFold();
  for (let n = 0; n < maxRecentlyClosed + 5; n += 1) {
    folded.apply({ seq: n, body: opened(`s${n}`) });
    folded.apply({ seq: n, body: closed(`s${n}`) });
  }
  t.equal(folded.recentlyClosed.length, maxRecentlyClosed);
  t.equal(folded.recentlyClosed.at(-1)?.session, `s${maxRecentlyClosed + 4}`);
  for (let n = 0; n < maxDebts + 5; n += 1) {
    folded.apply({ seq: n, body: owes(`s${n}`, 'officers') });
    folded.apply({ seq: n, body: missed(`s${n}`, 'officers') });
  }
  t.equal(folded.debts.size, maxDebts);
  t.ok(folded.debts.has(`s${maxDebts + 4}/officers`), 'the newest is never the one forgotten');
});

t.test('what the box was told last is known after a restart', async (t) => {
  const folded = fold([
    { case: 'boxStarted', value: { version: '1', bootId: 'boot-1', publicKeyPem: '' } },
    { case: 'recorderLost', value: { why: 'x' } },
    { case: 'diskChanged', value: { state: 'low', freeBytes: 1 } },
    { case: 'cameraClockSkew', value: { camera: 'a', skewMs: 7000 } },
    { case: 'cameraChanged', value: { camera: 'a', state: 'down', fault: 'busy', detail: '' } },
    ...(['tamper began', 'too-dark began', 'settings-changed told', 'tamper ended'] as const).map((said) => {
      const [topic = '', state = ''] = said.split(' ');
      return { case: 'cameraHint', value: { camera: 'a', topic, detail: '', state } } as const;
    }),
  ]);
  t.equal(folded.bootId, 'boot-1');
  t.equal(folded.recorderLost, true);
  t.equal(folded.diskState, 'low');
  t.match(folded.cameras.get('a'), { state: 'down', fault: 'busy', skewMs: 7000, hints: ['too-dark'] });
});
