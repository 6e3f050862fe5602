import t from 'tap';
import { contractBody, controlBody } from '../../../gateway/ledger/plain-body.ts';
import { JournalIntake, maxPendingRecords } from '../../../gateway/sessions/journal-intake.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { decodeBody, encodeBody, saltBytes } from '../../../protocols/hq/codec.ts';
import { FakeLedger, FakeRecorder } from './fakes.ts';

const at = { wallMs: 1, monoMs: 1 };
const openedEntry: LedgerBody = {
  case: 'sessionOpened',
  value: {
    session: 's1',
    room: 'talk',
    kind: 'interview',
    officers: [],
    caseNumber: '',
    caseName: '',
    parties: [],
    openedBy: '',
    urgent: false,
    opened: at,
    folder: 'sessions/s1',
    cameras: [],
    stage: '',
    article: '',
  },
};

function intake(ledger: FakeLedger, recorder: FakeRecorder): { intake: JournalIntake; signed: string[] } {
  const signed: string[] = [];
  const made = new JournalIntake({
    session: 's1',
    folder: '/data/sessions/s1',
    ledger,
    recorder,
    sign: ({ file }) => {
      signed.push(file);
      return { signature: new Uint8Array([7]), keySha256: new Uint8Array([8]) };
    },
  });
  return { intake: made, signed };
}

function journalOf(recorder: FakeRecorder): void {
  recorder.write('s1', { type: 'started', room: 'talk', cameras: ['a'] });
  recorder.write('s1', {
    type: 'segment-opened',
    camera: 'a',
    file: 'one.mp4',
    tracks: [{ kind: 'audio', codec: 'pcma' }],
    first: at,
  });
  recorder.write('s1', { type: 'clock-stepped', deltaMs: -3000 });
  recorder.write('s1', { type: 'gap-opened', gap: 1, camera: 'a', track: 'all', cause: 'stalled', from: at });
  recorder.write('s1', {
    type: 'gap-closed',
    gap: 1,
    camera: 'a',
    track: 'all',
    cause: 'stalled',
    from: at,
    to: at,
    lostPackets: 3,
  });
  recorder.write('s1', { type: 'degraded', camera: 'a', track: 'video', what: 'picture-frozen' });
  recorder.write('s1', { type: 'restored', camera: 'a', track: 'video', what: 'picture-frozen' });
  recorder.write('s1', { type: 'clock-stepped', deltaMs: 4000 });
  recorder.write('s1', { type: 'clock-stepped', deltaMs: 5000 });
  recorder.write('s1', { type: 'resumed', cause: 'recorder-died' });
  recorder.seal('s1', 'one.mp4');
  recorder.write('s1', { type: 'stopped' });
}

const story = [
  'segmentOpened',
  'clockStepped',
  'gapOpened',
  'gapClosed',
  'trackDegraded',
  'trackRestored',
  'clockStepped',
  'clockStepped',
  'sessionResumed',
  'segmentSealed',
];

t.test('P4: every fact of the journal is in the ledger, in order, with its number', async (t) => {
  const ledger = new FakeLedger([openedEntry]);
  const recorder = new FakeRecorder();
  journalOf(recorder);
  const { intake: made, signed } = intake(ledger, recorder);
  await made.catchUp();
  t.same(ledger.cases().slice(1), story);
  t.match(ledger.entries[4], {
    case: 'gapClosed',
    value: { journal: 5, lostPackets: 3, unrecovered: false },
  });
  t.match(ledger.entries.at(-1), {
    value: { journal: 11, file: 'one.mp4', signature: new Uint8Array([7]), recovered: false, cutBytes: 0 },
  });
  t.same(signed, ['one.mp4']);
  t.equal(made.sealed, true);
  t.equal(made.last, 12);
});

t.test('P4: what the recorder had to drop is an entry with its count, and counts as a gap', async (t) => {
  const ledger = new FakeLedger([openedEntry]);
  const recorder = new FakeRecorder();
  recorder.write('s1', { type: 'records-dropped', count: 40, from: at, to: at });
  await intake(ledger, recorder).intake.catchUp();
  const value = { session: 's1', journal: 1, count: 40, from: at, to: at };
  t.same(ledger.entries.at(-1), { case: 'recordsDropped', value });
  t.match(ledger.fold.open.get('s1'), { gaps: 1, lastJournal: 1 });
  const stored = decodeBody(
    encodeBody(contractBody({ case: 'recordsDropped', value }), new Uint8Array(saltBytes)),
  );
  t.same(stored && controlBody(stored), { case: 'recordsDropped', value });
});

t.test('live records and the journal on disk together enter each fact once', async (t) => {
  const ledger = new FakeLedger([openedEntry]);
  const recorder = new FakeRecorder();
  journalOf(recorder);
  const { intake: made } = intake(ledger, recorder);
  const records = recorder.disk.get('s1') ?? [];
  const live = [records[4], records[5], records[5], records[1], records[11]].flatMap((each) => each ?? []);
  await Promise.all([made.catchUp(), ...live.map((record) => made.take(record)), made.catchUp()]);
  t.same(ledger.cases().slice(1), story);
});

t.test('a record before which others were missed brings them in first', async (t) => {
  const ledger = new FakeLedger([openedEntry]);
  const recorder = new FakeRecorder();
  journalOf(recorder);
  const { intake: made } = intake(ledger, recorder);
  const sixth = recorder.disk.get('s1')?.[5];
  if (sixth) await made.take(sixth);
  t.same(ledger.cases().slice(1), story);
});

for (let kept = 0; kept <= story.length; kept += 1) {
  t.test(
    `P3: killed after ${kept} of ${story.length} entries, the rest follows without a double`,
    async (t) => {
      const recorder = new FakeRecorder();
      journalOf(recorder);
      const first = new FakeLedger([openedEntry]);
      await intake(first, recorder).intake.catchUp();
      const again = new FakeLedger(first.entries.slice(0, 1 + kept));
      await intake(again, recorder).intake.catchUp();
      t.same(again.entries, first.entries);
    },
  );
}

t.test('an entry that the ledger refuses is not counted as taken in', async (t) => {
  const ledger = new FakeLedger([openedEntry]);
  const recorder = new FakeRecorder();
  journalOf(recorder);
  const { intake: made } = intake(ledger, recorder);
  ledger.refuse = 'gapClosed';
  await t.rejects(made.catchUp(), /disk is full/);
  t.equal(made.last, 4);
  await made.catchUp();
  t.same(ledger.cases().slice(1), story);
});

t.test('a flood of live records is bounded, and nothing of it is lost', async (t) => {
  const ledger = new FakeLedger([openedEntry]);
  const recorder = new FakeRecorder();
  const { intake: made } = intake(ledger, recorder);
  const waiting: Promise<void>[] = [];
  recorder.onRecord = (_, record) => waiting.push(made.take(record));
  const count = maxPendingRecords * 2;
  for (let n = 0; n < count; n += 1) {
    recorder.write('s1', { type: 'degraded', camera: 'a', track: 'video', what: 'bit-rate-fallen' });
  }
  await Promise.all(waiting);
  await made.catchUp();
  t.equal(ledger.entries.length, 1 + count);
});
