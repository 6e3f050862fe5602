// Copying in processes of their own: the same outcomes, a process that dies is one of them, and none is left behind.
import fs from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { CopyProcesses } from '../../../../gateway/bodycam/copying/copy-process.ts';
import { clipBytes, CopyBench } from './copy-bench.ts';

t.test('E1: a clip is copied by another process, at the pace that this one gives', async (t) => {
  const bench = await CopyBench.make(t);
  const processes = new CopyProcesses();
  t.teardown(() => processes.close());
  let paced = 0;
  let last = 0;
  let synced = 0;
  const ways = bench.ways(undefined, {
    pace: async (bytes) => void (paced += bytes),
    progress: (bytes) => void (last = bytes),
    synced: () => void (synced += 1),
  });
  const outcome = await processes.copy(await bench.clip(), ways);
  t.same(await bench.wrong(outcome), []);
  t.same([paced, last, synced], [3 * clipBytes, clipBytes, 1], 'both looks are paced');
  t.equal(processes.pids.length, 1);
  t.equal((await processes.copy(await bench.clip({ path: Buffer.from('none') }), ways)).state, 'not-a-file');
  t.equal(processes.pids.length, 1, 'one process is used again');
});

t.test('E1: a process that is killed while it copies is an outcome, and another one goes on', async (t) => {
  const bench = await CopyBench.make(t, 8e6);
  const processes = new CopyProcesses();
  t.teardown(() => processes.close());
  const first = await processes.copy(
    await bench.clip(),
    // Never lets it read on: it is killed in the middle.
    bench.ways(undefined, {
      pace: () => {
        processes.close();
        return new Promise(() => {});
      },
    }),
  );
  t.match(first, { state: 'write-error', why: /died/ });
  t.equal(processes.pids.length, 0);
  const again = new CopyProcesses();
  t.teardown(() => again.close());
  t.same(await bench.wrong(await again.copy(await bench.clip(), bench.ways())), []);
});

t.test('a stop reaches the process', async (t) => {
  const bench = await CopyBench.make(t, 8e6);
  const processes = new CopyProcesses();
  t.teardown(() => processes.close());
  const stop = new AbortController();
  const ways = bench.ways(undefined, {
    signal: stop.signal,
    pace: async () => stop.abort(),
  });
  t.equal((await processes.copy(await bench.clip(), ways)).state, 'stopped');
  t.equal((await processes.copy(await bench.clip(), ways)).state, 'stopped');
  t.ok((await fs.readdir(bench.store)).every((name) => path.basename(name).includes('.part')));
});
