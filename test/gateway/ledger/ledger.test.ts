// The ledger on a real disk: numbers, chain, groups, reopening, damage.
import {
  appendFileSync,
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openStore, type Store } from '../../../config/store.ts';
import { Ledger, fold, maxWaiting } from '../../../gateway/ledger/ledger.ts';
import { checkNext, checkpointText, emptyChain, signedBy } from '../../../protocols/hq/chain.ts';
import type { Body } from '../../../protocols/hq/messages.ts';

const note = (why: string): Body => ({ case: 'boxStopped', value: { why } });
const small = { gateway: 'box-1', reserveBytes: 4096 };

t.test('entries are numbered from 1, chained, and read back as they were written', async (t) => {
  const ledger = await Ledger.open({ folder: t.testdir(), ...small });
  t.teardown(() => ledger.close());
  for (const why of ['one', 'two', 'three']) await ledger.append(note(why));
  let head = emptyChain;
  const entries = await ledger.read(1n);
  for (const entry of entries) {
    const step = checkNext(head, entry.raw, 'box-1');
    t.ok(step.ok);
    if (step.ok) head = step.head;
  }
  t.strictSame(
    entries.map(({ body }) => body),
    [note('one'), note('two'), note('three')],
  );
  t.same(head, ledger.head);
  t.equal((await ledger.read(2n, 1))[0]?.header.seq, 2n);
  t.equal(await fold(ledger, (count) => count + 1, 0), 3);
});

t.test('appends that wait for the same sync share it', async (t) => {
  let writes = 0;
  const counted = async (folder: string): Promise<Store> => {
    const store = await openStore(folder);
    return { ...store, write: (changes) => ((writes += 1), store.write(changes)) };
  };
  const ledger = await Ledger.open({ folder: t.testdir(), ...small, openStore: counted });
  t.teardown(() => ledger.close());
  writes = 0;
  let calls = 0;
  const end = ledger.subscribe(() => (calls += 1));
  const entries = await Promise.all(Array.from({ length: 100 }, (_, n) => ledger.append(note(`${n}`))));
  t.equal(writes, 1);
  t.equal(calls, 1);
  t.same(
    entries.map(({ header }) => header.seq),
    Array.from({ length: 100 }, (_, n) => BigInt(n + 1)),
  );
  end();
  await ledger.append(note('unheard'));
  t.equal(calls, 1);
});

t.test('a reopened ledger goes on with the next number and a new epoch', async (t) => {
  const folder = t.testdir();
  const first = await Ledger.open({ folder, ...small });
  await first.append(note('before'));
  await first.setNote('cursor', Uint8Array.of(7));
  await first.close();
  await first.close();
  await t.rejects(first.append(note('late')), { code: 'LEDGER_CLOSED' });
  const second = await Ledger.open({ folder, ...small });
  t.teardown(() => second.close());
  t.equal(second.epoch, first.epoch + 1n);
  t.equal(second.key.publicKeyPem, first.key.publicKeyPem);
  t.same(await second.note('cursor'), Uint8Array.of(7));
  t.equal((await second.append(note('after'))).header.seq, 2n);
});

t.test('the opening reads the store once, and whoever folds it hears each entry in order', async (t) => {
  const folder = t.testdir();
  const first = await Ledger.open({ folder, ...small });
  for (const why of ['one', 'two', 'three']) await first.append(note(why));
  await first.close();
  let reads = 0;
  const counted = async (storeFolder: string): Promise<Store> => {
    const store = await openStore(storeFolder);
    return { ...store, entries: (range) => ((reads += 1), store.entries(range)) };
  };
  const heard: unknown[] = [];
  const second = await Ledger.open({
    folder,
    ...small,
    openStore: counted,
    onEntry: ({ header, body }) => heard.push([header.seq, body]),
  });
  t.teardown(() => second.close());
  t.equal(reads, 1);
  t.same(heard, [
    [1n, note('one')],
    [2n, note('two')],
    [3n, note('three')],
  ]);
});

t.test('a checkpoint is signed by the device key over the head before it', async (t) => {
  const ledger = await Ledger.open({ folder: t.testdir(), ...small });
  t.teardown(() => ledger.close());
  await ledger.append(note('one'));
  const { hash } = ledger.head;
  const { body } = await ledger.checkpoint();
  if (body?.case !== 'checkpoint') return t.fail('no checkpoint');
  t.equal(body.value.uptoSeq, 1n);
  t.ok(signedBy(ledger.key.publicKeyPem, checkpointText('box-1', 1n, hash), body.value.signature));
  t.notOk(signedBy(ledger.key.publicKeyPem, checkpointText('box-2', 1n, hash), body.value.signature));
});

t.test('a second opener is told that the ledger is in use', async (t) => {
  const folder = t.testdir();
  const ledger = await Ledger.open({ folder, ...small });
  t.teardown(() => ledger.close());
  await t.rejects(Ledger.open({ folder, ...small }), { code: 'LEDGER_IN_USE' });
});

t.test(
  'a byte flipped anywhere in the log of the store is noticed or harmless, never a silent loss',
  async (t) => {
    const folder = t.testdir();
    const ledger = await Ledger.open({ folder, ...small });
    for (let n = 0; n < 20; n += 1) await ledger.append(note(`entry ${n}`));
    await ledger.close();
    const logs = readdirSync(path.join(folder, 'store')).filter((name) => name.endsWith('.log'));
    const log = logs.at(-1) ?? '';
    const bytes = readFileSync(path.join(folder, 'store', log));
    t.ok(bytes.length > 1000);
    let noticed = 0;
    for (let at = 3; at < bytes.length; at += 211) {
      const copy = path.join(t.testdirName, '..', `${path.basename(t.testdirName)}-copy-${at}`);
      t.teardown(() =>
        import('node:fs').then(({ rmSync }) => rmSync(copy, { recursive: true, force: true })),
      );
      cpSync(folder, copy, { recursive: true });
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 0x10;
      writeFileSync(path.join(copy, 'store', log), flipped);
      try {
        const reopened = await Ledger.open({ folder: copy, ...small });
        t.equal(reopened.head.seq, 20n, `byte ${at}: nothing is lost`);
        await reopened.close();
      } catch (error) {
        noticed += 1;
        t.match(error, { code: /^LEDGER_(BROKEN|UNUSABLE)$/ }, `byte ${at}: ${(error as Error).message}`);
      }
    }
    t.ok(noticed > 0);
  },
);

t.test('an entry of another gateway, and a lost one, are named with their place', async (t) => {
  const folder = t.testdir();
  const ledger = await Ledger.open({ folder, ...small });
  await Promise.all(['a', 'b', 'c'].map((why) => ledger.append(note(why))));
  await ledger.close();
  await t.rejects(Ledger.open({ folder, ...small, gateway: 'box-2' }), {
    code: 'LEDGER_BROKEN',
    details: { seq: '1', why: 'other-gateway' },
  });
  const store = await openStore(path.join(folder, 'store'));
  await store.write([{ type: 'del', key: 'e/0000000000000002' }]);
  await store.close();
  await t.rejects(Ledger.open({ folder, ...small }), { code: 'LEDGER_BROKEN', details: { seq: '2' } });
});

t.test('a refused write frees the reserve and is tried once more on a reopened store', async (t) => {
  const folder = t.testdir();
  let full = false;
  let opens = 0;
  const failing = async (storeFolder: string): Promise<Store> => {
    opens += 1;
    const store = await openStore(storeFolder);
    const room = (): boolean =>
      !full || statSync(path.join(folder, 'reserve'), { throwIfNoEntry: false }) === undefined;
    return {
      ...store,
      write: (changes) => (room() ? store.write(changes) : Promise.reject(new Error('ENOSPC'))),
    };
  };
  const ledger = await Ledger.open({ folder, ...small, openStore: failing });
  t.teardown(() => ledger.close());
  await ledger.append(note('room'));
  full = true;
  t.equal((await ledger.append(note('full'))).header.seq, 2n);
  t.throws(() => statSync(path.join(folder, 'reserve')), { code: 'ENOENT' });
  t.ok(ledger.refillReserve(), 'the next full disk finds it again');
  t.equal(statSync(path.join(folder, 'reserve')).size, small.reserveBytes);
  t.equal(opens, 2);
  t.same(
    (await ledger.read(1n)).map(({ body }) => body),
    [note('room'), note('full')],
  );
});

t.test('who reads while the store is opened again waits for it', async (t) => {
  let broken = false;
  let reopen: () => void = () => undefined;
  let reopening: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    reopening = resolve;
  });
  const failing = async (folder: string): Promise<Store> => {
    if (broken) {
      reopening();
      await new Promise<void>((resolve) => {
        reopen = resolve;
      });
      broken = false;
    }
    const store = await openStore(folder);
    return {
      ...store,
      write: (changes) => (broken ? Promise.reject(new Error('ENOSPC')) : store.write(changes)),
    };
  };
  const ledger = await Ledger.open({ folder: t.testdir(), ...small, openStore: failing });
  t.teardown(() => ledger.close());
  await ledger.append(note('before'));
  broken = true;
  const appended = ledger.append(note('meanwhile'));
  await begun;
  const reads = Promise.all([
    ledger.read(1n),
    ledger.note('cursor'),
    ledger.setNote('cursor', Uint8Array.of(1)),
  ]);
  reopen();
  t.equal((await reads)[0][0]?.header.seq, 1n);
  t.equal((await appended).header.seq, 2n);
});

t.test('a disk that refuses twice is LEDGER_WRITE, and the number is not used up', async (t) => {
  let broken = false;
  const failing = async (folder: string): Promise<Store> => {
    const store = await openStore(folder);
    return {
      ...store,
      write: (changes) => (broken ? Promise.reject(new Error('EIO')) : store.write(changes)),
    };
  };
  const ledger = await Ledger.open({ folder: t.testdir(), ...small, openStore: failing });
  t.teardown(() => ledger.close());
  broken = true;
  await t.rejects(ledger.append(note('lost')), { code: 'LEDGER_WRITE' });
  broken = false;
  t.equal((await ledger.append(note('kept'))).header.seq, 1n);
});

t.test('what a refused write left on disk is never read, and not in the way of the next entry', async (t) => {
  const folder = t.testdir();
  let broken = false;
  // The bytes arrive, the sync fails: after the store is opened again they are there.
  const failing = async (storeFolder: string): Promise<Store> => {
    const store = await openStore(storeFolder);
    return {
      ...store,
      write: async (changes) => {
        await store.write(changes);
        if (broken) throw new Error('EIO');
      },
    };
  };
  const ledger = await Ledger.open({ folder, ...small, openStore: failing });
  await ledger.append(note('first'));
  broken = true;
  const lost = await Promise.allSettled(['a', 'b', 'c'].map((why) => ledger.append(note(why))));
  t.same(
    lost.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  t.equal((await ledger.read(1n)).length, 1, 'what has not happened is not sent to headquarters');
  broken = false;
  t.equal((await ledger.append(note('kept'))).header.seq, 2n);
  await ledger.close();
  const again = await Ledger.open({ folder, ...small });
  t.teardown(() => again.close());
  t.same(
    (await again.read(1n)).map(({ body }) => body),
    [note('first'), note('kept')],
  );
});

t.test('a mark that cannot be written does not deny what is on disk', async (t) => {
  const faults: unknown[] = [];
  const folder = t.testdir();
  // Full from the first byte on: the mark takes none.
  symlinkSync('/dev/full', path.join(folder, 'tail'));
  const ledger = await Ledger.open({ folder, ...small, onFault: (error) => faults.push(error) });
  t.teardown(() => ledger.close());
  t.equal((await ledger.append(note('there'))).header.seq, 1n);
  t.match(faults, [{ code: 'ENOSPC' }]);
});

t.test('more entries than may wait are refused', async (t) => {
  const ledger = await Ledger.open({ folder: t.testdir(), ...small });
  t.teardown(() => ledger.close());
  const waiting = Array.from({ length: maxWaiting }, () => ledger.append(note('')));
  await t.rejects(ledger.append(note('one too many')), { code: 'LEDGER_BUSY' });
  await Promise.all(waiting);
});

t.test('the device key is made once with mode 0600, and one that others can read is refused', async (t) => {
  const folder = t.testdir();
  await (await Ledger.open({ folder, ...small })).close();
  const file = path.join(folder, 'device.key.pem');
  t.equal(statSync(file).mode & 0o777, 0o600);
  chmodSync(file, 0o644);
  await t.rejects(Ledger.open({ folder, ...small }), { code: 'DEVICE_KEY' });
  chmodSync(file, 0o600);
  appendFileSync(file, 'x');
  writeFileSync(file, 'no key');
  await t.rejects(Ledger.open({ folder, ...small }), { code: 'DEVICE_KEY' });
});
