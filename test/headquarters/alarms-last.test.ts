// Alarms of headquarters outlive it: they are on disk, told again after a restart, and forgotten only when over, the
// oldest first.
import path from 'node:path';
import t, { type Test } from 'tap';
import { silentLog } from '../../config/log.ts';
import { MqttConnection } from '../../config/mqtt-connection.ts';
import { openStore } from '../../config/store.ts';
import { Ledger } from '../../gateway/ledger/ledger.ts';
import { startEmbeddedBroker } from '../../gateway/uplink/embedded-broker.ts';
import { AlarmBook, maxKeptAlarms } from '../../headquarters/alarm-book.ts';
import type { FeedEvent } from '../../headquarters/feed-event.ts';
import { Headquarters } from '../../headquarters/headquarters.ts';
import { encodeBatch, encodeStatus } from '../../protocols/hq/codec.ts';
import { topicOf } from '../../protocols/hq/topics.ts';

const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function bench(t: Test): Promise<{
  ledger: Ledger;
  other: Ledger;
  publish: (topic: 'ledger' | 'status', payload: Uint8Array) => Promise<void>;
  /** The same box after another start. */
  reopen: () => Promise<Ledger>;
  startHq: () => Promise<{ hq: Headquarters; events: FeedEvent[]; faults: () => FeedEvent[] }>;
}> {
  const folder = t.testdir();
  const broker = await startEmbeddedBroker({ port: 0, log: silentLog });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const openLedger = (name: string): Promise<Ledger> =>
    Ledger.open({ folder: path.join(folder, name), gateway: 'box-1', reserveBytes: 4096 });
  let ledger = await openLedger('ledger');
  const other = await openLedger('other');
  const box = new MqttConnection({
    url,
    clientId: 'box',
    subscriptions: [],
    onMessage: () => undefined,
    onConnect: () => undefined,
    log: silentLog,
  });
  await until(() => box.connected);
  const open: Headquarters[] = [];
  t.teardown(async () => {
    for (const hq of open) await hq.close();
    await box.close();
    await ledger.close();
    await other.close();
    await broker.close();
  });
  return {
    ledger,
    other,
    reopen: async () => {
      await ledger.close();
      return (ledger = await openLedger('ledger'));
    },
    publish: (topic, payload) => box.publish(topicOf(address, topic), payload),
    startHq: async () => {
      const events: FeedEvent[] = [];
      const onEvent = (event: FeedEvent): void => void events.push(event);
      const hq = await Headquarters.open({ url, store: path.join(folder, 'hq'), onEvent, log: silentLog });
      open.push(hq);
      await until(() => hq.connected);
      return { hq, events, faults: () => events.filter(({ type }) => type === 'fault') };
    },
  };
}

t.test('two boxes with one name: the fork is told again after a restart, until it is over', async (t) => {
  const { ledger, other, publish, startHq } = await bench(t);
  const { raw } = await ledger.append({ case: 'boxStopped', value: { why: 'mine' } });
  const forged = await other.append({ case: 'boxStopped', value: { why: 'not mine' } });
  const first = await startHq();
  await publish('ledger', encodeBatch([raw]));
  await publish('ledger', encodeBatch([forged.raw]));
  await until(() => first.faults().length > 0);
  t.same(await first.hq.alarms(address), [{ fault: 'fork', seq: 1n }]);
  await first.hq.close();

  const second = await startHq();
  t.match(
    second.faults(),
    [{ fault: 'fork', seq: 1n, address, sinceMs: Number }],
    'without a word of the box',
  );
  t.same(await second.hq.alarms(address), [{ fault: 'fork', seq: 1n }]);
  await publish('ledger', encodeBatch([forged.raw]));
  const next = await ledger.append({ case: 'boxStopped', value: { why: 'mine again' } });
  await publish('ledger', encodeBatch([next.raw]));
  await until(async () => (await second.hq.head(address)).seq === 2n);
  t.equal(second.faults().length, 1, 'the same again is not told a third time');
  await until(async () => (await second.hq.alarms(address)).length === 0);
  await second.hq.close();

  const third = await startHq();
  t.same(third.faults(), [], 'what is over is not told');
  t.match(await third.hq.keptAlarms(address), [{ fault: 'fork', seq: 1n, overMs: Number }], 'but it is kept');
});

t.test('what a status says lasts over a restart too, and a good one ends it', async (t) => {
  const { ledger, publish, startHq } = await bench(t);
  const { raw } = await ledger.append({ case: 'boxStopped', value: { why: 'mine' } });
  const status = {
    gateway: 'box-1',
    epoch: ledger.epoch,
    online: true,
    wallMs: 5n,
    expiresAfterMs: 1000,
    ledgerSeq: 1n,
    ledgerHead: new Uint8Array(32),
    version: 'test',
  };
  const first = await startHq();
  await publish('ledger', encodeBatch([raw]));
  await until(async () => (await first.hq.head(address)).seq === 1n);
  await publish('status', encodeStatus(status));
  await until(() => first.faults().length > 0);
  await first.hq.close();
  const second = await startHq();
  t.match(second.faults(), [{ fault: 'head-differs', seq: 1n }]);
  await publish('status', encodeStatus({ ...status, ledgerHead: ledger.head.hash }));
  await until(async () => (await second.hq.alarms(address)).length === 0);
  t.equal(second.faults().length, 1);
});

t.test(
  'a retained status of an old start says nothing, an old copy of the disk that speaks does',
  async (t) => {
    const { ledger, publish, startHq, reopen } = await bench(t);
    const old = await ledger.append({ case: 'boxStopped', value: { why: 'first start' } });
    const { epoch, hash: ledgerHead, seq: ledgerSeq } = ledger.head;
    const again = await reopen();
    const next = await again.append({ case: 'boxStopped', value: { why: 'second start' } });
    const first = await startHq();
    await publish('ledger', encodeBatch([old.raw, next.raw]));
    await until(async () => (await first.hq.head(address)).seq === 2n);
    await first.hq.close();
    const status = (wallMs: bigint): Uint8Array =>
      encodeStatus({
        gateway: 'box-1',
        online: true,
        expiresAfterMs: 1000,
        version: 'test',
        epoch,
        ledgerHead,
        ledgerSeq,
        wallMs,
      });
    const { hq, faults } = await startHq();
    // The same again is what a broker keeps and gives at every connection.
    for (const wallMs of [5n, 5n, 5n]) await publish('status', status(wallMs));
    const third = await again.append({ case: 'boxStopped', value: { why: 'still here' } });
    await publish('ledger', encodeBatch([third.raw]));
    await until(async () => (await hq.head(address)).seq === 3n);
    t.same(faults(), []);
    await publish('status', status(6n));
    await until(() => faults().length > 0);
    t.match(faults(), [{ fault: 'epoch-goes-back', seq: 1n }]);
  },
);

t.test(
  'a batch that is none, or too large to be one, is an alarm, and the next good one ends it',
  async (t) => {
    const { ledger, publish, startHq } = await bench(t);
    const { raw } = await ledger.append({ case: 'boxStopped', value: { why: 'mine' } });
    const { hq, faults } = await startHq();
    // More entries than a batch may have: two bytes each.
    await publish('ledger', Buffer.alloc(2 * 5000, Uint8Array.of(0x0a, 0x00)));
    await publish('ledger', Buffer.alloc(1024 * 1024 + 1));
    await until(() => faults().length > 0);
    t.match(faults(), [{ fault: 'undecodable', seq: 1n }]);
    await publish('ledger', encodeBatch([raw]));
    await until(async () => (await hq.head(address)).seq === 1n);
    await until(async () => (await hq.alarms(address)).length === 0);
    t.equal(faults().length, 1);
  },
);

t.test('a box that is wrong again and again fills no disk: the newest alarms are kept', async (t) => {
  const store = await openStore(path.join(t.testdir(), 'hq'));
  t.teardown(() => store.close());
  const book = await AlarmBook.open(store, address);
  await book.set('status', { fault: 'head-differs', seq: 1n }, 1);
  for (let n = 1; n <= maxKeptAlarms * 2; n += 1) {
    await book.set('entry', { fault: 'fork', seq: BigInt(n) }, n);
    await book.set('entry', null, n);
  }
  const again = await AlarmBook.open(store, address);
  t.same(again.kept, book.kept);
  t.equal(again.kept.length, maxKeptAlarms);
  t.match(again.lasting('status'), { fault: 'head-differs' }, 'what lasts is never the one forgotten');
  t.equal(again.lasting('entry'), null);
  t.equal(again.kept.at(-1)?.seq, BigInt(maxKeptAlarms * 2));
});
