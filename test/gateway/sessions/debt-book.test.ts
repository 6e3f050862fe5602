import t from 'tap';
import { silentLog } from '../../../config/log.ts';
import { DebtBook } from '../../../gateway/sessions/debt-book.ts';
import { FakeLedger, bench, moment } from './fakes.ts';

const due = 1_790_000_000_000 + 86_400_000;

async function owing(): Promise<{
  ledger: FakeLedger;
  session: string;
  book: DebtBook;
  clock: { wall: number };
}> {
  const { ledger, service } = bench();
  const officers = [{ name: '王某', certificate: 'HY-001' }];
  const { session } = await service.open({
    room: 'talk',
    kind: 'interview',
    urgent: true,
    officers,
    caseName: '案',
    parties: ['王五'],
    stage: '调查',
  });
  service.dispose();
  const clock = { wall: due - 1 };
  const book = new DebtBook({
    ledger,
    officersNeeded: () => 2,
    now: () => moment(clock.wall),
    log: silentLog,
  });
  return { ledger, session, book, clock };
}

t.test('E7: a case number settles the debt', async (t) => {
  const { ledger, session, book } = await owing();
  await book.settle({ session, debt: 'case-number', with: '2026-17', by: 'clerk' });
  t.match(ledger.entries.at(-1), {
    case: 'debtSettled',
    value: { session, debt: 'case-number', with: '2026-17' },
  });
  t.same([...ledger.fold.debts.keys()], [`${session}/officers`]);
});

t.test('E7, I3: officers named later count together with those named at the opening', async (t) => {
  const { ledger, session, book } = await owing();
  const officers = [{ name: '李某', certificate: 'HY-002' }];
  await book.settle({ session, debt: 'officers', officers, by: 'clerk' });
  t.match(ledger.entries.at(-1), { value: { with: '李某:HY-002' } });
});

const refusals: [name: string, request: Record<string, unknown>, code: string][] = [
  [
    'E7: an empty case number settles nothing',
    { debt: 'case-number', with: ' ' },
    'SESSION_CASE_NUMBER_MISSING',
  ],
  [
    'I3: the same officer again settles nothing',
    { debt: 'officers', officers: [{ name: '王', certificate: 'HY-001' }] },
    'SESSION_OFFICERS_MISSING',
  ],
  [
    'I3: half an officer settles nothing',
    { debt: 'officers', officers: [{ name: '李某' }] },
    'SESSION_OFFICER_INCOMPLETE',
  ],
  ['a debt that is not owed is refused', { debt: 'coffee', with: 'x' }, 'SESSION_DEBT_UNKNOWN'],
  ['text that is not text is refused', { debt: 'case-number', with: 5 }, 'SESSION_FIELD_INVALID'],
];
for (const [name, request, code] of refusals) {
  t.test(name, async (t) => {
    const { ledger, session, book } = await owing();
    const before = ledger.entries.length;
    await t.rejects(book.settle({ session, ...request }), { code });
    t.equal(ledger.entries.length, before);
  });
}

t.test('a debt settled twice at one moment is settled once', async (t) => {
  const { ledger, session, book } = await owing();
  const settle = (): Promise<unknown> => book.settle({ session, debt: 'case-number', with: '2026-17' });
  const both = await Promise.allSettled([settle(), settle()]);
  t.same(
    both.map((each) => each.status),
    ['fulfilled', 'rejected'],
  );
  t.equal(ledger.cases().filter((name) => name === 'debtSettled').length, 1);
});

t.test('E7: a deadline that passes is entered once, also by two checks at once', async (t) => {
  const { ledger, session, book, clock } = await owing();
  await book.check();
  t.notOk(ledger.cases().includes('debtMissed'), 'a millisecond before, nothing is missed');
  clock.wall = due;
  await Promise.all([book.check(), book.check()]);
  await book.check();
  t.same(
    ledger.entries.flatMap((body) => (body.case === 'debtMissed' ? [body.value.debt] : [])),
    ['officers', 'case-number'],
  );
  await book.settle({ session, debt: 'case-number', with: '2026-17' });
  t.match(
    ledger.entries.at(-1),
    { case: 'debtSettled' },
    'late is better than never, and shows in the ledger',
  );
});
