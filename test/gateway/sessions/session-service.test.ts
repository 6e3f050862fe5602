// Sessions from their opening to their end: the ledger before everything else, and what is refused. What dies on the
// way is session-recovery.test.ts's.
import t from 'tap';
import { bench, opened, request, until } from './fakes.ts';

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
