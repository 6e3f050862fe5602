// Copying one clip: the order in which it becomes durable, each named outcome, and what a hostile card can do.
import { Buffer } from 'node:buffer';
import fs from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { sleep } from '../../../../config/clock.ts';
import { BlockPool } from '../../../../gateway/bodycam/copying/block-pool.ts';
import { copyClip } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import { block, clipBytes, CopyBench, syncEvery } from './copy-bench.ts';
import { failure, faultDisk, type Faults } from './fault-disk.ts';

t.test(
  'E1: a clip is called verified after its bytes, its name and its folder are on disk, in this order',
  async (t) => {
    const bench = await CopyBench.make(t);
    const steps: string[] = [];
    const unsynced = new Set<string>();
    const disk = faultDisk({
      after: (step) => {
        steps.push(step);
        if (step === 'part.write' || step === 'part.truncate') unsynced.add('part');
        if (step === 'part.sync') unsynced.delete('part');
        if (step === 'name') unsynced.add('folder');
        if (step === 'folder.sync') unsynced.delete('folder');
      },
      step: (step) => {
        // A write may be under way while an earlier one is synced, but not once the clip gets its name.
        if (step === 'name') t.same([...unsynced], [], 'all bytes are synced when the name is given');
        if (step === 'sidecar.write' && steps.filter((one) => one === 'sidecar.write').length > 0)
          t.ok(steps.includes('part.sync'), 'a mark comes behind a sync');
      },
      read: (_at, _wanted, look) => {
        if (look === 2)
          t.ok(!unsynced.has('part') && !steps.includes('name'), 'proven before it has its name');
        return null;
      },
    });
    const outcome = await bench.copy(disk);
    t.same([...unsynced], []);
    t.ok(steps.lastIndexOf('folder.sync') > steps.indexOf('name'));
    t.same(await bench.wrong(outcome), []);
    t.match(outcome.reread, { card: /disk|memory/, store: /disk|memory/ });
    t.equal(outcome.resumedFrom, 0);
  },
);

t.test('E1: a clip that is in the store already is proven again and not copied again', async (t) => {
  const bench = await CopyBench.make(t);
  await bench.copy();
  const outcome = await bench.copy(
    faultDisk({ read: (_at, _n, look) => (look === 1 ? { code: 'EIO' } : null) }),
  );
  t.same(await bench.wrong(outcome), []);
  t.equal(outcome.resumedFrom, clipBytes);
});

t.test('a store in memory is never said to have been read from a disk', async (t) => {
  const bench = await CopyBench.make(t);
  const store = await fs.mkdtemp('/dev/shm/lh-');
  t.teardown(() => fs.rm(store, { recursive: true }));
  t.match(await bench.copy(undefined, { store }), { state: 'verified', reread: { store: 'memory' } });
});

t.test('an empty clip, one of one byte and one of whole blocks are copied', async (t) => {
  for (const bytes of [0, 1, 4096, block, 4 * block]) {
    const bench = await CopyBench.make(t, bytes);
    t.same(await bench.wrong(await bench.copy()), [], `${bytes} bytes`);
  }
});

const outcomes: readonly [name: string, state: string, faults: Faults][] = [
  ['a card that gives no answer', 'too-slow', { read: (at) => (at >= 2 * block ? 'hang' : null) }],
  [
    'a store that gives no answer',
    'write-error',
    { step: (step, at) => (step === 'part.write' && at > 0 ? new Promise(() => {}) : undefined) },
  ],
  [
    'a store that is full',
    'disk-full',
    {
      step: (step, at) => {
        if (step === 'part.write' && at >= 2 * block) throw failure('ENOSPC');
      },
    },
  ],
  [
    'a quota',
    'disk-full',
    {
      step: (step) => {
        if (step === 'part.sync') throw failure('EDQUOT');
      },
    },
  ],
  ['a store with less room than the clip', 'disk-full', { freeBytes: () => clipBytes - 1 }],
  [
    'a store that refuses to sync',
    'write-error',
    {
      step: (step) => {
        if (step === 'part.sync') throw failure('EIO');
      },
    },
  ],
  [
    'a store that refuses the name',
    'write-error',
    {
      step: (step) => {
        if (step === 'name') throw failure('EROFS');
      },
    },
  ],
  [
    'a sidecar that cannot be written',
    'write-error',
    {
      step: (step, at) => {
        if (step === 'sidecar.write' && at > 0) throw failure('EIO');
      },
    },
  ],
  ['a store that cannot be read back', 'write-error', { stored: () => ({ code: 'EIO' }) }],
  ['a card that does not open', 'too-slow', { openHangs: 1 }],
  ['a card that does not open again', 'too-slow', { openHangs: 2 }],
  ['a volume that has gone', 'pulled-out', { volumeDevice: () => null }],
];
t.test('E1: each fault is a named outcome, and the next attempt is whole', async (t) => {
  await Promise.all(
    outcomes.map(async ([name, state, faults]) => {
      const bench = await CopyBench.make(t);
      // Short only where it is waited for: a machine that is busy is no disk that hangs.
      const stallMs = /answer|open/.test(name) ? 1000 : 30_000;
      const outcome = await bench.copy(faultDisk(faults), { stallMs });
      t.match(outcome, { state, file: null, sha256: null, reread: null }, name);
      t.notMatch(String(outcome.why), bench.folder, 'no file names');
      t.same(await bench.wrong(await bench.copy()), [], name);
    }),
  );
});

t.test('a volume that goes while a read fails is pulled out, not broken', async (t) => {
  const bench = await CopyBench.make(t);
  let there = true;
  const outcome = await bench.copy(
    faultDisk({
      read: (at) => {
        there = at < 3 * block;
        return there ? null : { code: 'EIO' };
      },
      volumeDevice: () => (there ? 9 : null),
    }),
  );
  t.match(outcome, { state: 'pulled-out', safeBytes: 3 * block });
});

t.test('room that is kept for recording is not written to, also when it goes while copying', async (t) => {
  const bench = await CopyBench.make(t);
  let free = 1e9;
  const disk = faultDisk({
    freeBytes: () => free,
    step: (step) => void (step === 'part.sync' && (free = 1e6)),
  });
  const outcome = await bench.copy(disk, { keepFreeBytes: 1e6 });
  t.equal(outcome.state, 'disk-full');
  t.ok(outcome.safeBytes >= syncEvery, 'what is safe is kept');
  t.ok((await bench.partFile()) !== null, 'and nothing is erased');
  free = 1e9;
  t.same(await bench.wrong(await bench.copy(disk)), []);
});

t.test('E1: a clip that changes, grows or is cut while it is copied is never verified', async (t) => {
  const changes: readonly [string, (file: string) => Promise<void>][] = [
    ['cut', (file) => fs.truncate(file, 3 * block + 5)],
    ['emptied', (file) => fs.truncate(file, 0)],
    ['grown', (file) => fs.appendFile(file, 'x')],
    ['touched', (file) => fs.utimes(file, 1, 1)],
  ];
  for (const look of [1, 2])
    for (const [name, change] of changes) {
      const bench = await CopyBench.make(t);
      const file = path.join(bench.card, 'MOV_0001.MP4');
      let done = false;
      const disk = faultDisk({
        read: async (at, _n, now) => {
          if (!done && now === look && at >= 2 * block) {
            done = true;
            await change(file);
          }
          return null;
        },
      });
      t.equal((await bench.copy(disk)).state, 'changed-while-copied', `${name} at look ${look}`);
      t.same(
        (await fs.readdir(bench.store)).filter((one) => !one.includes('.part')),
        [],
      );
    }
  const bench = await CopyBench.make(t);
  const clip = await bench.clip({ bytes: 5 });
  t.equal((await copyClip(clip, bench.ways())).state, 'changed-while-copied', 'before the first byte');
});

t.test(
  'E1: a card or a store that gives other bytes the second time is found, and every copy is kept',
  async (t) => {
    for (const [state, faults] of [
      ['card-differs', { read: (at, _n, look) => (look === 2 && at === block ? 'flip' : null) }],
      ['card-differs', { read: (at, _n, look) => (look === 1 && at === 5 * block ? 'flip' : null) }],
      ['store-differs', { stored: (at) => (at === 2 * block ? 'flip' : null) }],
    ] as const satisfies readonly (readonly [string, Faults])[]) {
      const bench = await CopyBench.make(t);
      const disk = faultDisk(faults);
      for (let turn = 1; turn <= 3; turn += 1) t.match(await bench.copy(disk), { state, safeBytes: 0 });
      t.equal((await bench.copy(disk)).state, 'gave-up');
      t.same((await fs.readdir(bench.store)).map((name) => name.replace(/.*\.mp4/, '')).toSorted(), [
        '.differs-1',
        '.differs-2',
        '.differs-3',
      ]);
    }
  },
);

t.test('the hash that the device gives is held against the copy', async (t) => {
  const bench = await CopyBench.make(t);
  const wrong = await copyClip(await bench.clip({ deviceSha256: '0'.repeat(64) }), bench.ways());
  t.match(wrong, { state: 'device-differs', file: null });
  const right = await copyClip(await bench.clip({ deviceSha256: bench.sha256.toUpperCase() }), bench.ways());
  t.equal(right.state, 'verified');
});

t.test('copying stops at once, also while the card hangs, and goes on later', async (t) => {
  for (const read of [null, 'hang'] as const) {
    const bench = await CopyBench.make(t);
    const stop = new AbortController();
    const disk = faultDisk({
      read: (at) => {
        if (at < 3 * block) return null;
        stop.abort();
        return read;
      },
    });
    const outcome = await bench.copy(disk, { signal: stop.signal, stallMs: 60_000 });
    t.equal(outcome.state, 'stopped');
    t.ok(outcome.safeBytes >= block, 'what was read is kept');
    t.same(await bench.wrong(await bench.copy()), []);
  }
});

t.test('no name on a card leads out of it or out of the store', async (t) => {
  const bench = await CopyBench.make(t);
  await fs.writeFile(path.join(bench.folder, 'secret'), 'x');
  await fs.mkdir(path.join(bench.card, 'DCIM'));
  await fs.symlink('../secret', path.join(bench.card, 'link'));
  await fs.symlink('..', path.join(bench.card, 'up'));
  await fs.symlink(path.join(bench.card, 'DCIM'), path.join(bench.card, 'inside'));
  await fs.writeFile(path.join(bench.card, 'DCIM', 'a.mp4'), 'x');
  const { mtimeMs } = await fs.stat(path.join(bench.folder, 'secret'));
  for (const name of [
    '../secret',
    'DCIM/../../secret',
    'link',
    'up/secret',
    'inside/a.mp4',
    '/etc/passwd',
    '',
    '.',
    '..',
    'DCIM',
    'DCIM//a.mp4',
    'a\0b',
    'x'.repeat(5000),
  ]) {
    const clip = await bench.clip({ path: Buffer.from(name), bytes: 1, modifiedMs: Math.floor(mtimeMs) });
    const { state } = await copyClip(clip, bench.ways());
    t.ok(['not-a-file', 'changed-while-copied'].includes(state), `${name.slice(0, 20)}: ${state}`);
    if (name !== 'DCIM') t.equal(state, 'not-a-file', name.slice(0, 20));
  }
  t.same(await fs.readdir(bench.store), []);
});

t.test(
  'I1: clips with any name that a card can hold are copied, and each has a name of its own',
  async (t) => {
    const bench = await CopyBench.make(t);
    const names = [
      'a\nb.mp4',
      '\u001b[2J.MP4',
      '--rf.mp4',
      '录像 1.mp4',
      'noend',
      '.hidden',
      `${'n'.repeat(250)}.mp4`,
      'MOV.MP4',
      'mov.mp4',
      'a/b/MOV.MP4',
      'a-b.mp4',
      '%2e%2e.mp4',
    ].map((name) => Buffer.from(name));
    names.push(Buffer.from([0xff, 0xfe, 0x2e, 0x6d, 0x70, 0x34]));
    await fs.mkdir(path.join(bench.card, 'a', 'b'), { recursive: true });
    const files = new Set<string>();
    for (const name of names) {
      const whole = Buffer.concat([Buffer.from(`${bench.card}/`), name]);
      await fs.writeFile(whole, name);
      const { size, mtimeMs } = await fs.stat(whole);
      const clip = await bench.clip({ path: name, bytes: size, modifiedMs: Math.floor(mtimeMs) });
      const { state, file } = await copyClip(clip, bench.ways());
      t.equal(state, 'verified', JSON.stringify(name.toString()));
      t.match(path.basename(file ?? ''), /^[A-Za-z0-9][\w-]{0,90}(?:\.[a-z0-9]+)?$/);
      t.same(await fs.readFile(file ?? ''), name);
      files.add(file ?? '');
    }
    t.equal(files.size, names.length);
  },
);

t.test('I1: two clips of one name, size and time are both kept', async (t) => {
  const bench = await CopyBench.make(t);
  const file = path.join(bench.card, 'MOV_0001.MP4');
  await fs.utimes(file, 5, 5);
  const first = await bench.copy();
  await fs.writeFile(file, Buffer.alloc(clipBytes, 1));
  await fs.utimes(file, 5, 5);
  const second = await bench.copy();
  t.equal(second.state, 'verified');
  t.not(second.file, first.file);
  t.equal((await fs.readFile(first.file ?? '')).equals(bench.content), true);
  t.equal((await bench.copy()).file, second.file, 'and neither is copied again');
});

t.test('a file in the store that is longer than the clip is not taken for it', async (t) => {
  const bench = await CopyBench.make(t);
  const first = await bench.copy();
  await fs.appendFile(first.file ?? '', 'x');
  const second = await bench.copy();
  t.equal(second.state, 'verified');
  t.not(second.file, first.file);
  t.ok((await fs.readFile(second.file ?? '')).equals(bench.content));
});

t.test('E1: bytes behind the end of a part that is complete do not come into the clip', async (t) => {
  const bench = await CopyBench.make(t);
  const stopped = await bench.copy(
    faultDisk({ read: (_at, _n, look) => (look === 2 ? { code: 'EIO' } : null) }),
  );
  t.equal(stopped.safeBytes, clipBytes);
  await fs.appendFile((await bench.partFile()) ?? '', Buffer.alloc(9000, 1));
  t.same(await bench.wrong(await bench.copy()), []);
});

t.test('E1: a store that is slower than the card gets every byte of it', async (t) => {
  const bench = await CopyBench.make(t, 20 * block);
  const disk = faultDisk({ step: (step) => (step === 'part.write' ? sleep(10) : undefined) });
  t.same(await bench.wrong(await bench.copy(disk)), []);
});

t.test('a sidecar that is torn or of another clip is not believed', async (t) => {
  const half = faultDisk({ read: (at) => (at >= 4 * block ? { code: 'EIO' } : null) });
  for (const change of [
    (text: string) => text.slice(0, -20),
    (text: string) => `${text}{"to":`,
    (text: string) => `${text}{"to":1,"sha256":"${'0'.repeat(64)}"}\n`,
    (text: string) => `x${text}`,
    () => '',
    (text: string) => text.replace(/"to":\d+/g, '"to":999999999999999'),
  ]) {
    const bench = await CopyBench.make(t);
    await bench.copy(half);
    const state = (await bench.stateFile()) ?? '';
    await fs.writeFile(state, change(await fs.readFile(state, 'utf8')));
    t.same(await bench.wrong(await bench.copy()), []);
  }
});

t.test(
  'memory that a disk which hangs still holds is not lent again, and nobody waits for it for ever',
  async (t) => {
    const bench = await CopyBench.make(t);
    const pool = new BlockPool(1, block);
    let answer: (() => void) | undefined;
    const stop = new AbortController();
    const hangs = faultDisk({
      read: (at) => {
        if (at !== block) return null;
        stop.abort();
        return new Promise((resolve) => {
          answer = () => resolve(null);
        });
      },
    });
    t.equal((await bench.copy(hangs, { pool, signal: stop.signal })).state, 'stopped');
    t.match(await bench.copy(undefined, { pool, stallMs: 50 }), { state: 'too-slow', why: /memory/ });
    answer?.();
    t.same(await bench.wrong(await bench.copy(undefined, { pool })), []);
  },
);
