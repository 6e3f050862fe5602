import t from 'tap';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { FakeLedger, FakeRecorder, bench, request, until, type Bench } from './fakes.ts';

async function opened(): Promise<Bench & { session: string }> {
  const made = bench();
  made.service.recorderBack();
  const { session } = await made.service.open(request);
  return { ...made, session };
}

t.test('A2: a session opens: ledger first, then the recorder, with the article', async (t) => {
  const { ledger, recorder, service, session } = await opened();
  t.teardown(() => service.dispose());
  t.equal(ledger.entries[0]?.case, 'sessionOpened');
  t.match(ledger.entries[0], { value: { article: 'HY 7(2)', caseNumber: '2026-17', openedBy: 'clerk' } });
  t.same(recorder.asked, ['start']);
  t.match(recorder.starts[0], { folder: `/data/sessions/${session}`, openedMonoMs: 5000 });
  t.equal(recorder.starts[0]?.resume, undefined);
  t.equal(service.stateOf('talk').at, 'open');
});

t.test(
  'a session closes: everything of the journal is in the ledger before it is closed and proved',
  async (t) => {
    const { ledger, recorder, service, session, proved } = await opened();
    recorder.seal(session, 'first.mp4');
    const answer = await service.close({ room: 'talk', by: 'clerk' });
    t.match(answer, { session, room: 'talk', segments: 2, gaps: 0, bytes: 2000 });
    t.same(ledger.cases(), [
      'sessionOpened',
      'segmentSealed',
      'sessionClosing',
      'segmentSealed',
      'sessionClosed',
    ]);
    t.same(proved, [session]);
    t.equal(service.stateOf('talk').at, 'idle');
  },
);

t.test('closing or marking a closed session says when it was closed, by room and by id', async (t) => {
  const { service, session } = await opened();
  await service.close({ room: 'talk' });
  const closed = `${session}, 2026-09-21T14:13:20.000Z`;
  const wanted = { code: 'SESSION_NOT_OPEN', details: { room: 'talk', session, closed } };
  await t.rejects(service.close({ room: 'talk' }), wanted);
  await t.rejects(service.close({ session }), wanted);
  await t.rejects(service.mark({ session, label: 'late' }), wanted);
  await t.rejects(service.close({ session, room: 'court' }), { code: 'SESSION_UNKNOWN' });
});

t.test('a mark that comes with a closing never stands behind it', async (t) => {
  const { ledger, service, session } = await opened();
  const closing = service.close({ room: 'talk' });
  await t.rejects(service.mark({ session, label: 'late' }), { code: 'SESSION_CLOSING' });
  await closing;
  t.notOk(ledger.cases().includes('sessionMarked'));
});

t.test('opening an open room is refused, entered, and nothing is lost', async (t) => {
  const { ledger, service, recorder } = await opened();
  t.teardown(() => service.dispose());
  await t.rejects(service.open(request), { code: 'SESSION_ALREADY_OPEN' });
  t.match(ledger.entries.at(-1), {
    case: 'sessionRefused',
    value: { code: 'SESSION_ALREADY_OPEN', room: 'talk' },
  });
  t.same(recorder.asked, ['start']);
  t.equal(service.stateOf('talk').at, 'open');
});

t.test('a closing that meets an opening which the ledger refuses leaves the room free', async (t) => {
  const { ledger, service, recorder } = bench();
  t.teardown(() => service.dispose());
  service.recorderBack();
  ledger.refuse = 'sessionOpened';
  const both = await Promise.allSettled([service.open(request), service.close({ room: 'talk' })]);
  t.match(both, [{ status: 'rejected' }, { reason: { code: 'SESSION_NOT_OPEN' } }]);
  t.equal(service.stateOf('talk').at, 'idle');
  t.same(ledger.cases(), [], 'nothing is closed that was never open');
  await service.open(request);
  t.same(recorder.asked, ['start']);
});

t.test('an opening whose debts the ledger refuses is open all the same, and recorded', async (t) => {
  const { ledger, service, recorder } = bench();
  t.teardown(() => service.dispose());
  service.recorderBack();
  ledger.refuse = 'debtIncurred';
  await t.rejects(service.open({ room: 'talk', kind: 'interview', urgent: true }));
  await until('recorded', () => service.stateOf('talk').at === 'open');
  t.same(recorder.asked, ['start']);
  await t.rejects(service.open(request), { code: 'SESSION_ALREADY_OPEN' });
});

t.test(
  'a folder that is gone keeps no gateway from starting, and no other proof from being written',
  async (t) => {
    const first = await opened();
    await first.service.close({ room: 'talk' });
    await first.service.open(request);
    await first.service.close({ room: 'talk' });
    const proved: string[] = [];
    const { service } = bench(first.ledger, first.recorder, {
      prove: async ({ session }) => {
        if (session === first.session) throw new Error('ENOENT');
        proved.push(session);
      },
    });
    t.teardown(() => service.dispose());
    await service.proveLate();
    t.equal(proved.length, 1);
  },
);

t.test('a clean stop also seals what is just opening', async (t) => {
  const { ledger, service } = bench();
  service.recorderBack();
  const opening = service.open(request);
  await service.stop('service-stopped');
  await opening;
  t.ok(ledger.cases().includes('sessionClosed'));
});

t.test(
  'the cameras of a session are needed from the moment it is asked for until it is closed',
  async (t) => {
    const { ledger, service } = bench();
    t.teardown(() => service.dispose());
    service.recorderBack();
    t.notOk(service.needs('a'));
    const opening = service.open(request);
    t.equal(ledger.entries.length, 0, 'not in the ledger yet');
    t.ok(service.needs('a'), 'settings that drop it now must wait');
    await opening;
    t.ok(service.needs('a'));
    t.notOk(service.needs('c'));
    await service.close({ room: 'talk' });
    t.notOk(service.needs('a'));
    ledger.refuse = 'sessionOpened';
    await t.rejects(service.open(request));
    t.notOk(service.needs('a'));
  },
);

t.test('of two requests at one moment one opens and the other is refused', async (t) => {
  const { service, recorder } = bench();
  t.teardown(() => service.dispose());
  service.recorderBack();
  const both = await Promise.allSettled([service.open(request), service.open(request)]);
  t.same(both.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
  t.same(recorder.asked, ['start']);
});

t.test('closing a closed room is an error with its code', async (t) => {
  const { service } = bench();
  await t.rejects(service.close({ room: 'talk' }), { code: 'SESSION_NOT_OPEN' });
  await t.rejects(service.close({ room: 'cellar' }), { code: 'SESSION_ROOM_UNKNOWN' });
  await t.rejects(service.close({}), { code: 'SESSION_ROOM_MISSING' });
  await t.rejects(service.close({ session: 'none' }), { code: 'SESSION_UNKNOWN' });
});

t.test('closing twice at one moment closes once', async (t) => {
  const { service, ledger, session } = await opened();
  const both = await Promise.allSettled([service.close({ room: 'talk' }), service.close({ session })]);
  t.same(
    both.map((each) => each.status),
    ['fulfilled', 'rejected'],
  );
  t.match(both[1], { reason: { code: 'SESSION_CLOSING' } });
  t.equal(ledger.cases().filter((name) => name === 'sessionClosing').length, 1);
});

t.test('I8: a refusal is in the ledger with code, text and article before the answer', async (t) => {
  const { service, ledger } = bench();
  await t.rejects(service.open({ ...request, officers: [] }), { code: 'SESSION_OFFICERS_MISSING' });
  t.match(ledger.entries, [
    {
      case: 'sessionRefused',
      value: { room: 'talk', code: 'SESSION_OFFICERS_MISSING', article: 'ZZ 12', askedBy: 'clerk' },
    },
  ]);
});

t.test('E7: an urgent start records at once and its debts are in the ledger with the deadline', async (t) => {
  const { service, ledger } = bench();
  t.teardown(() => service.dispose());
  service.recorderBack();
  const answer = await service.open({
    room: 'talk',
    kind: 'interview',
    urgent: true,
    caseName: '案',
    parties: ['王五'],
    stage: '调查',
  });
  t.same(ledger.cases().slice(0, 3), ['sessionOpened', 'debtIncurred', 'debtIncurred']);
  t.same(
    answer.debts.map(({ debt, dueWallMs }) => [debt, dueWallMs]),
    [
      ['officers', 1_790_000_000_000 + 86_400_000],
      ['case-number', 1_790_000_000_000 + 86_400_000],
    ],
  );
});

t.test('I4: a key moment is marked in an open session only', async (t) => {
  const { service, ledger, session } = await opened();
  await service.mark({ room: 'talk', label: 'refusal', text: '拒绝签字', by: 'clerk' });
  t.match(ledger.entries.at(-1), { case: 'sessionMarked', value: { session, label: 'refusal' } });
  await t.rejects(service.mark({ room: 'talk' }), { code: 'SESSION_FIELD_INVALID' });
  await service.close({ room: 'talk' });
  await t.rejects(service.mark({ room: 'talk', label: 'late' }), { code: 'SESSION_NOT_OPEN' });
});

t.test('P5: a session that the ledger cannot take is not opened, and the room is free', async (t) => {
  const { service, ledger, recorder } = bench();
  t.teardown(() => service.dispose());
  service.recorderBack();
  ledger.refuse = 'sessionOpened';
  await t.rejects(service.open(request), /disk is full/);
  t.same(recorder.asked, []);
  t.equal(service.stateOf('talk').at, 'idle');
  await service.open(request);
  t.same(recorder.asked, ['start']);
});

t.test('P5: a closing that the ledger cannot take leaves the room recording', async (t) => {
  const { service, ledger, recorder } = await opened();
  t.teardown(() => service.dispose());
  ledger.refuse = 'sessionClosing';
  await t.rejects(service.close({ room: 'talk' }), /disk is full/);
  t.same(recorder.asked, ['start']);
  await until('the room is open again', () => service.stateOf('talk').at === 'open');
  t.match(await service.close({ room: 'talk' }), { segments: 1 });
});

t.test('P8: a session opened while the recorder is away begins when it comes', async (t) => {
  const { service, recorder } = bench();
  t.teardown(() => service.dispose());
  recorder.there = false;
  await service.open(request);
  t.equal(service.stateOf('talk').at, 'opening');
  recorder.there = true;
  service.recorderBack();
  await until('recording', () => service.stateOf('talk').at === 'open');
  t.equal(recorder.starts[0]?.resume, undefined, 'nothing was recorded before: nothing is resumed');
});

t.test('P3: a session whose recorder dies is taken up again with the cause', async (t) => {
  const { service, recorder, ledger, session } = await opened();
  t.teardown(() => service.dispose());
  recorder.running.clear();
  service.recorderGone();
  t.equal(service.stateOf('talk').at, 'open');
  service.recorderBack();
  await until('resumed', () => ledger.cases().includes('sessionResumed'));
  t.match(recorder.starts.at(-1), { session, resume: 'recorder-died' });
});

t.test('P8: a connection that is lost and back changes nothing for a recorder that goes on', async (t) => {
  const { service, recorder, ledger, session } = await opened();
  t.teardown(() => service.dispose());
  recorder.onRecord = () => undefined;
  service.recorderGone();
  recorder.seal(session, 'missed.mp4');
  service.recorderBack();
  await until('the missed record', () => ledger.cases().includes('segmentSealed'));
  t.same(recorder.asked, ['start']);
});

t.test('a close while the recorder is away is finished when it is back', async (t) => {
  const { service, recorder, ledger } = await opened();
  recorder.there = false;
  service.recorderGone();
  const closing = service.close({ room: 'talk' });
  await until('closing', () => ledger.cases().includes('sessionClosing'));
  recorder.there = true;
  recorder.running.clear();
  service.recorderBack();
  t.match(await closing, { segments: 2 });
  t.same(recorder.asked, ['start', 'start', 'stop'], 'recovered, then sealed');
});

t.test('P5: a close while the recorder is being asked is in the ledger before it is done', async (t) => {
  const { service, ledger, recorder } = await opened();
  let release: () => void = () => undefined;
  recorder.held = new Promise((resolve) => {
    release = resolve;
  });
  service.recorderGone();
  service.recorderBack();
  await until('asked', () => recorder.holding === 1);
  const closing = service.close({ room: 'talk' });
  recorder.held = null;
  release();
  await closing;
  t.same(ledger.cases(), ['sessionOpened', 'sessionClosing', 'segmentSealed', 'sessionClosed']);
  t.same(recorder.asked, ['start', 'stop']);
});

t.test('a clean stop closes every session with its reason and refuses what comes after', async (t) => {
  const { service, ledger } = await opened();
  await service.stop('service-stopped');
  t.match(
    ledger.entries.find((body) => body.case === 'sessionClosing'),
    { value: { reason: 'service-stopped', closedBy: 'service' } },
  );
  t.ok(ledger.cases().includes('sessionClosed'));
  await t.rejects(service.open(request), { code: 'CONTROL_STOPPING' });
});

// ---- each point at which everything can die ---------------------------------------------------------------

interface CrashRow {
  readonly name: string;
  /** How many entries of the whole story are in the ledger at the crash. */
  readonly entries: number;
  /** Records in the recorder's journal at the crash. */
  readonly records: number;
  readonly recorderLives: boolean;
  readonly asked: string[];
  readonly resume: string | undefined;
  readonly end: 'open' | 'idle';
}

// The whole story: sessionOpened, segmentSealed(2), sessionClosing, segmentSealed(3), sessionClosed; and the
// journal: started, sealed, sealed, stopped.
const crashes: CrashRow[] = [
  {
    name: 'opened, the recorder not yet asked',
    entries: 1,
    records: 0,
    recorderLives: false,
    asked: ['start'],
    resume: 'box-restarted',
    end: 'open',
  },
  {
    name: 'opened and started, the recorder lives',
    entries: 1,
    records: 1,
    recorderLives: true,
    asked: [],
    resume: undefined,
    end: 'open',
  },
  {
    name: 'opened and started, everything dead',
    entries: 1,
    records: 1,
    recorderLives: false,
    asked: ['start'],
    resume: 'box-restarted',
    end: 'open',
  },
  {
    name: 'a record not yet taken in, the recorder lives',
    entries: 1,
    records: 2,
    recorderLives: true,
    asked: [],
    resume: undefined,
    end: 'open',
  },
  {
    name: 'a record taken in, everything dead',
    entries: 2,
    records: 2,
    recorderLives: false,
    asked: ['start'],
    resume: 'box-restarted',
    end: 'open',
  },
  {
    name: 'closing entered, the recorder not yet asked and alive',
    entries: 3,
    records: 2,
    recorderLives: true,
    asked: ['stop'],
    resume: undefined,
    end: 'idle',
  },
  {
    name: 'closing entered, everything dead',
    entries: 3,
    records: 2,
    recorderLives: false,
    asked: ['start', 'stop'],
    resume: 'box-restarted',
    end: 'idle',
  },
  {
    name: 'sealed, the journal not yet taken in',
    entries: 3,
    records: 4,
    recorderLives: false,
    asked: [],
    resume: undefined,
    end: 'idle',
  },
  {
    name: 'everything taken in, not yet closed',
    entries: 4,
    records: 4,
    recorderLives: false,
    asked: [],
    resume: undefined,
    end: 'idle',
  },
];

for (const row of crashes) {
  t.test(`P3: killed with ${row.name}`, async (t) => {
    const story = await opened();
    story.recorder.seal(story.session, 'first.mp4');
    await story.service.close({ room: 'talk' });
    const entries: LedgerBody[] = story.ledger.entries.slice(0, row.entries);
    const journal = (story.recorder.disk.get(story.session) ?? []).slice(0, row.records);

    const recorder = new FakeRecorder(new Map([[story.session, journal]]));
    if (row.recorderLives) recorder.running.add(story.session);
    const { service, ledger, proved } = bench(new FakeLedger(entries), recorder, {
      interruptedBy: 'box-restarted',
    });
    t.teardown(() => service.dispose());
    service.recorderBack();
    await until(row.end, () => service.stateOf('talk').at === row.end);
    if (row.end === 'open') await service.close({ room: 'talk' });

    t.same(recorder.asked.slice(0, row.end === 'open' ? -1 : undefined), row.asked);
    t.equal(recorder.starts[0]?.resume, row.resume);
    t.equal(ledger.cases().filter((name) => name === 'sessionClosing').length, 1);
    t.equal(ledger.cases().filter((name) => name === 'sessionClosed').length, 1);
    t.same(proved, [story.session]);
    const taken = ledger.entries.flatMap(({ value }) => ('journal' in value ? [value.journal] : []));
    const written = (recorder.disk.get(story.session) ?? []).filter(
      ({ type }) => type !== 'started' && type !== 'stopped',
    );
    t.same(
      taken,
      written.map(({ n }) => n),
      'every record exactly once and in order',
    );
  });
}

t.test('a proof that a crash came before is written at the next start', async (t) => {
  const story = await opened();
  await story.service.close({ room: 'talk' });
  const { service, proved } = bench(new FakeLedger(story.ledger.entries));
  await service.proveLate();
  t.same(proved, [story.session]);
});
