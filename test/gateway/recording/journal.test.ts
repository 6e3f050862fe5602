// The journal's numbers: without gaps, whatever a fact carries, and over a torn end.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { silentLog } from '../../../config/log.ts';
import { Journal, fullJournalBytes, maxWaitingRecords } from '../../../gateway/recording/journal.ts';
import {
  journalFile,
  maxJournalBytes,
  readJournal,
  readJournalPage,
} from '../../../gateway/recording/read-journal.ts';
import { nodeDisk, type RecordingDisk } from '../../../gateway/recording/recording-disk.ts';
import type { JournalRecord } from '../../../gateway/recording/recorder-protocol.ts';

const at = { wallMs: 1000, monoMs: 10 };
const open = { type: 'gap-opened', gap: 1, camera: 'a', track: 'all', cause: 'closed', from: at } as const;

function folderOf(t: Test): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lh-journal-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function openJournal(
  folder: string,
): Promise<{ journal: Journal; past: readonly JournalRecord[]; told: JournalRecord[] }> {
  const told: JournalRecord[] = [];
  const { journal, past } = await Journal.open(nodeDisk, folder, (record) => told.push(record), silentLog);
  return { journal, past, told };
}

t.test(
  'P4: records are numbered from 1 without gaps, even when a fact was made from an older record',
  async (t) => {
    const folder = folderOf(t);
    const first = await openJournal(folder);
    first.journal.append(open, at);
    first.journal.append({ type: 'stopped' }, at);
    await first.journal.close();
    const second = await openJournal(folder);
    const [older] = second.past;
    if (older?.type !== 'gap-opened') return t.fail('the gap is not there');
    second.journal.append({ ...older, type: 'gap-closed', to: at }, { wallMs: 2000, monoMs: 20 });
    second.journal.append({ type: 'resumed', cause: 'recorder-died' }, at);
    await second.journal.close();
    const { records } = await readJournal(folder);
    t.same(
      records.map((record) => record.n),
      [1, 2, 3, 4],
    );
    t.same(records[2]?.at, { wallMs: 2000, monoMs: 20 });
    t.same(
      second.told.map((record) => record.n),
      [3, 4],
      'told after the sync, in order',
    );
  },
);

t.test(
  'P4: facts that find no room are one record with their count; what closes a session has room',
  async (t) => {
    const folder = folderOf(t);
    const told: JournalRecord[] = [];
    let full = true;
    const disk: RecordingDisk = {
      ...nodeDisk,
      open: async (file) => {
        const open = await nodeDisk.open(file);
        return {
          truncate: (bytes) => open.truncate(bytes),
          sync: () => open.sync(),
          close: () => open.close(),
          write: (buffers, at) => (full ? Promise.reject(new Error('ENOSPC')) : open.write(buffers, at)),
        };
      },
    };
    const { journal } = await Journal.open(disk, folder, (record) => told.push(record), silentLog);
    for (let n = 0; n < maxWaitingRecords; n += 1) journal.append({ type: 'clock-stepped', deltaMs: n }, at);
    for (let n = 1; n <= 40; n += 1) journal.append(open, { wallMs: n, monoMs: n });
    journal.append({ type: 'stopped' }, at);
    full = false;
    await journal.flush();
    await journal.close();
    const { records } = await readJournal(folder);
    t.equal(records.length, maxWaitingRecords + 2);
    t.match(records.slice(-2), [
      { type: 'records-dropped', count: 40, from: { wallMs: 1, monoMs: 1 }, to: { wallMs: 40, monoMs: 40 } },
      { type: 'stopped' },
    ]);
    t.equal(told.length, records.length);
  },
);

t.test('P8: a page of a long journal is read without its past, and others are not held up', async (t) => {
  const folder = folderOf(t);
  const count = 60_000;
  const line = (n: number): string => `${JSON.stringify({ ...open, n, at, detail: 'x'.repeat(200) })}\n`;
  const text = Array.from({ length: count }, (_, index) => line(index + 1)).join('');
  writeFileSync(path.join(folder, journalFile), `${text}{"n":`);
  const parse = JSON.parse;
  let parsed = 0;
  JSON.parse = (...words) => ((parsed += 1), parse(...words));
  t.teardown(() => {
    JSON.parse = parse;
  });
  const page = await readJournalPage(folder, count - 100, 50);
  t.same([page[0]?.n, page.at(-1)?.n, parsed], [count - 99, count - 50, 50]);
  t.equal((await readJournalPage(folder, count - 10, 50)).length, 10);
  t.same(await readJournalPage(folder, count, 50), []);
  t.same(await readJournalPage(folderOf(t), 0, 50), []);
  const all = await readJournal(folder);
  t.same([all.records.length, all.bytes], [count, text.length]);
});

t.test('P3: a journal that is full takes what closes a session, and can still be read', async (t) => {
  const folder = folderOf(t);
  const disk: RecordingDisk = {
    ...nodeDisk,
    open: async (file) => {
      const real = await nodeDisk.open(file);
      return {
        truncate: (bytes) => real.truncate(bytes),
        sync: () => real.sync(),
        close: () => real.close(),
        // Counted: a quarter of a gigabyte is not written for a test.
        write: async (buffers) => {
          for (const buffer of buffers) bytes += buffer.length;
          last = Buffer.concat(buffers);
        },
      };
    },
  };
  let bytes = 0;
  let last: Buffer = Buffer.alloc(0);
  const { journal } = await Journal.open(disk, folder, () => undefined, silentLog);
  const long = 'x'.repeat(8 * 1024 * 1024);
  for (let n = 0; n * long.length < fullJournalBytes; n += 1) {
    journal.append({ ...open, detail: long }, at);
    await journal.flush();
  }
  const before = bytes;
  for (let n = 0; n < 5; n += 1) journal.append(open, at);
  await journal.flush();
  t.equal(bytes, before, 'nothing more of what may be counted');
  journal.append({ type: 'stopped' }, at);
  await journal.close();
  const records = last.toString().trim().split('\n');
  t.match(
    records.map((each): unknown => JSON.parse(each)),
    [{ type: 'records-dropped', count: 5 }, { type: 'stopped' }],
  );
  t.ok(bytes < maxJournalBytes);
});

t.test('P3: a torn last line is cut, and the numbers go on', async (t) => {
  const folder = folderOf(t);
  const { journal } = await openJournal(folder);
  journal.append({ type: 'started', room: 'r', cameras: ['a'] }, at);
  await journal.close();
  appendFileSync(path.join(folder, journalFile), '{"n":2,"at":{"wallMs":1,');
  const again = await openJournal(folder);
  t.equal(again.past.length, 1);
  again.journal.append({ type: 'stopped' }, at);
  await again.journal.close();
  t.same(
    (await readJournal(folder)).records.map((record) => `${record.n} ${record.type}`),
    ['1 started', '2 stopped'],
  );
});
