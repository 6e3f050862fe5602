// The plug is pulled at every class of byte offset: by SIGKILL of the process that copies, by a card that fails, is
// cut or hangs. Whatever happened, the next attempt ends with the same bytes, and only then is anything verified.
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import t from 'tap';
import type { ClipDisk } from '../../../../gateway/bodycam/copying/clip-disk.ts';
import { block, clipBytes, CopyBench, syncEvery } from './copy-bench.ts';
import { failure, faultDisk, type ReadFault } from './fault-disk.ts';

const offsets = [
  ...new Set([0, 1, block, syncEvery, 4 * block, clipBytes].flatMap((at) => [at - 1, at, at + 1])),
]
  .concat([block >> 1, syncEvery + 777, clipBytes - 500])
  .filter((at) => at >= 0 && at < clipBytes);

const faults: readonly [
  name: string,
  state: string,
  fault: (at: number, look: 1 | 2, offset: number) => ReadFault,
][] = [
  ['an I/O error', 'read-error', (at, _look, offset) => (covers(at, offset) ? { code: 'EIO' } : null)],
  [
    'a device that has gone',
    'pulled-out',
    (at, _look, offset) => (covers(at, offset) ? { code: 'ENODEV' } : null),
  ],
  [
    'a file that ends early',
    'read-error',
    (at, _look, offset) => (covers(at, offset) ? { only: offset - at } : null),
  ],
  [
    'an error at the second look',
    'read-error',
    (at, look, offset) => (look === 2 && covers(at, offset) ? { code: 'EIO' } : null),
  ],
];

t.test(
  'E1: a card that fails at any offset costs nothing that is safe, and the next attempt is whole',
  async (t) => {
    t.equal(offsets.length, 16);
    for (const [name, state, fault] of faults)
      for (const offset of offsets) {
        const bench = await CopyBench.make(t);
        const broken = faultDisk({ read: (at, _wanted, look) => fault(at, look, offset) });
        const first = await bench.copy(broken);
        const again = await bench.copy(broken);
        const last = await bench.copy();
        const wrong = await bench.wrong(last);
        const expected = [state, state, []];
        if (JSON.stringify([first.state, again.state, wrong]) !== JSON.stringify(expected))
          t.same([first.state, again.state, wrong], expected, `${name} at ${offset}`);
        t.equal(again.resumedFrom, first.safeBytes, `${name} at ${offset}: goes on where it was`);
        t.ok(
          first.safeBytes > offset - block || state !== 'read-error',
          `${name} at ${offset}: keeps what was read`,
        );
        t.equal(last.resumedFrom, again.safeBytes);
      }
  },
);

const kills: readonly [step: string, turn: number, offset: number][] = [
  ['read1', 1, syncEvery + 1],
  ['part.write', 1, 0],
  ['part.write', 1, block - 1],
  ['part.write', 1, block + 1],
  ['part.write', 1, syncEvery],
  ['part.write', 1, clipBytes],
  ['part.sync+', 2, 0],
  ['sidecar.write', 1, 150],
  ['part.truncate', 1, clipBytes],
  ['read2', 1, 2 * block],
  ['name', 1, 0],
  ['name+', 1, 0],
  ['remove', 1, 0],
];

t.test('E1: a process killed at any step of a copy loses nothing, and the next one is whole', async (t) => {
  const jobs = [...kills];
  const run = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const [step, turn, offset] = job;
      const name = `${step} ${turn} at ${offset}`;
      const bench = await CopyBench.make(t);
      const { signal, output } = await child(bench, job);
      t.equal(signal, 'SIGKILL', `${name}: was killed`);
      t.equal(output, '', `${name}: nothing was reported`);
      const outcome = await bench.copy();
      t.same(await bench.wrong(outcome), [], name);
    }
  };
  await Promise.all([run(), run()]);
});

t.test('E1: what lies behind the last mark is not trusted, nor what no longer agrees with one', async (t) => {
  for (const damaged of [
    0,
    block,
    syncEvery - 1,
    syncEvery,
    syncEvery + 1,
    4 * block - 1,
    4 * block,
    4 * block + 9,
  ]) {
    const bench = await CopyBench.make(t);
    const stopped = await bench.copy(faultDisk({ read: (at) => (at >= 5 * block ? { code: 'EIO' } : null) }));
    t.equal(stopped.safeBytes, 5 * block);
    const part = await fs.open((await bench.partFile()) ?? '', 'r+');
    // What ext4 leaves of bytes that were never synced: zeros, and more of them than there should be.
    // The first of them is another byte than it was: a clip of noise has zeros, too.
    const behind = Buffer.alloc(100);
    await part.read(behind, 0, 1, damaged);
    behind[0] = (behind[0] ?? 0) ^ 0xff;
    await part.write(behind, 0, behind.length, damaged);
    await part.truncate(7 * block);
    await part.close();
    const last = await bench.copy();
    t.same(await bench.wrong(last), []);
    t.ok(
      last.resumedFrom <= damaged && damaged - last.resumedFrom < 3 * block,
      `${last.resumedFrom} ${damaged}`,
    );
  }
});

t.test('E1: what was copied again from an earlier mark on is safe from then on', async (t) => {
  const bench = await CopyBench.make(t);
  t.equal((await bench.copy(breaks(4 * block))).safeBytes, 4 * block);
  const part = await fs.open((await bench.partFile()) ?? '', 'r+');
  await part.write(Buffer.alloc(100), 0, 100, 3 * block);
  await part.close();
  const again = await bench.copy(breaks(5 * block));
  t.equal(again.safeBytes, 5 * block);
  t.ok(again.resumedFrom < 4 * block);
  const last = await bench.copy();
  t.equal(last.resumedFrom, 5 * block);
  t.same(await bench.wrong(last), []);
});

t.test('E1: a store that once gives back other bytes leaves no second draft of what it holds', async (t) => {
  const bench = await CopyBench.make(t);
  t.equal((await bench.copy()).state, 'verified');
  const broken = faultDisk({
    stored: () => 'flip',
    read: (at, _wanted, look) => (look === 1 && at >= block ? { code: 'EIO' } : null),
  });
  t.equal((await bench.copy(broken)).state, 'read-error');
  t.not(await bench.partFile(), null, 'a second copy was begun');
  t.same(await bench.wrong(await bench.copy()), []);
});

t.test('E1: nor does one that was named and then ended before its draft was gone', async (t) => {
  const bench = await CopyBench.make(t);
  const stays = faultDisk({
    step: (step) => {
      if (step === 'remove') throw failure('EIO');
    },
  });
  t.equal((await bench.copy(stays)).state, 'write-error');
  t.not(await bench.partFile(), null, 'named, and the draft is there');
  let flips = 1;
  const again = await bench.copy(faultDisk({ stored: () => (flips-- > 0 ? 'flip' : null) }));
  t.equal(again.state, 'verified');
  t.equal((await fs.readdir(bench.store)).length, 2, 'one file for each time, and no draft');
});

function breaks(from: number): ClipDisk {
  return faultDisk({ read: (at) => (at >= from ? { code: 'EIO' } : null) });
}

function covers(at: number, offset: number): boolean {
  return at <= offset && offset < at + block;
}

function child(
  bench: CopyBench,
  kill: readonly (string | number)[],
): Promise<{ signal: string; output: string }> {
  const file = new URL('./copy-child.ts', import.meta.url).pathname;
  const words = ['--import=tsx', file, bench.card, bench.store, 'MOV_0001.MP4', ...kill.map(String)];
  return new Promise((resolve) => {
    execFile(process.execPath, words, (error, output) => {
      resolve({ signal: String(error?.signal), output });
    });
  });
}
