// Sessions whose recorder, or whose whole box, dies: each point at which it can happen, and what is taken up again.
import t from 'tap';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { FakeLedger, FakeRecorder, bench, opened, request, until } from './fakes.ts';

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
