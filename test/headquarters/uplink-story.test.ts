// The ledger's way to headquarters over real sockets: the broker goes away, headquarters restarts, a receipt is
// lost, an entry comes twice, a box forks.
import path from 'node:path';
import t, { type Test } from 'tap';
import { silentLog } from '../../config/log.ts';
import { MqttConnection } from '../../config/mqtt-connection.ts';
import { Ledger } from '../../gateway/ledger/ledger.ts';
import { startEmbeddedBroker } from '../../gateway/uplink/embedded-broker.ts';
import { Uplink } from '../../gateway/uplink/uplink.ts';
import type { FeedEvent } from '../../headquarters/feed-event.ts';
import { Headquarters } from '../../headquarters/headquarters.ts';
import { encodeBatch, encodeStatus } from '../../protocols/hq/codec.ts';
import type { Body } from '../../protocols/hq/messages.ts';
import { topicOf } from '../../protocols/hq/topics.ts';

const log = silentLog;
const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };
const note = (why: string): Body => ({ case: 'boxStopped', value: { why } });

/** Looks again and again until it holds; fails after ten seconds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function site(t: Test): Promise<{
  folder: string;
  port: number;
  ledger: Ledger;
  uplink: Uplink;
  startBroker: (port?: number) => ReturnType<typeof startEmbeddedBroker>;
  startHq: (name?: string) => Promise<{ hq: Headquarters; events: FeedEvent[] }>;
  stopBroker: () => Promise<void>;
}> {
  const folder = t.testdir();
  let broker = await startEmbeddedBroker({ port: 0, log });
  const { port } = broker;
  const url = `mqtt://127.0.0.1:${port}`;
  const ledger = await Ledger.open({
    folder: path.join(folder, 'ledger'),
    gateway: 'box-1',
    reserveBytes: 4096,
  });
  const uplink = await Uplink.open({
    ledger,
    address,
    mqtt: { url, protocolVersion: 4 },
    version: 'test',
    rooms: () => [],
    log,
    heartbeatMs: 100,
    receiptDeadlineMs: 300,
  });
  const open: Headquarters[] = [];
  t.teardown(async () => {
    await uplink.close(0);
    for (const hq of open) await hq.close();
    await ledger.close();
    await broker.close();
  });
  return {
    folder,
    port,
    ledger,
    uplink,
    startBroker: async () => (broker = await startEmbeddedBroker({ port, log })),
    stopBroker: () => broker.close(),
    startHq: async (name = 'hq') => {
      const events: FeedEvent[] = [];
      const hq = await Headquarters.open({
        url,
        store: path.join(folder, name),
        onEvent: (event) => events.push(event),
        log,
      });
      open.push(hq);
      return { hq, events };
    },
  };
}

t.test(
  'P5: everything arrives once and in order, also over a broker that goes away and comes back',
  async (t) => {
    const { ledger, uplink, startHq, stopBroker, startBroker } = await site(t);
    const { hq, events } = await startHq();
    for (let n = 1; n <= 10; n += 1) await ledger.append(note(`${n}`));
    await until(() => uplink.receivedSeq === 10n);
    await stopBroker();
    await until(() => !uplink.connected && !hq.connected);
    for (let n = 11; n <= 20; n += 1) await ledger.append(note(`${n}`));
    t.equal(uplink.receivedSeq, 10n);
    await startBroker();
    await until(() => uplink.receivedSeq === 20n);
    t.same(await hq.head(address), ledger.head);
    t.same(
      events.flatMap((event) => (event.type === 'entry' ? [event.header.seq] : [])),
      Array.from({ length: 20 }, (_, n) => BigInt(n + 1)),
    );
  },
);

t.test('entries that headquarters was not there to receive are sent again until it has them', async (t) => {
  const { ledger, uplink, startHq } = await site(t);
  await until(() => uplink.connected);
  await ledger.append(note('nobody listens'));
  const { hq } = await startHq();
  await until(() => uplink.receivedSeq === 1n);
  await hq.close();
  await ledger.append(note('nobody listens again'));
  const again = await startHq();
  await until(() => uplink.receivedSeq === 2n);
  t.equal(again.events.filter(({ type }) => type === 'entry').length, 1, 'the first is not new any more');
});

t.test('a headquarters that lost its store asks for a replay and gets the whole chain', async (t) => {
  const { ledger, uplink, startHq } = await site(t);
  const first = await startHq();
  for (let n = 1; n <= 5; n += 1) await ledger.append(note(`${n}`));
  await until(() => uplink.receivedSeq === 5n);
  await first.hq.close();
  const { hq } = await startHq('empty');
  await until(() => hq.connected);
  await ledger.append(note('6'));
  await until(async () => (await hq.head(address)).seq === 6n && uplink.receivedSeq === 6n);
  t.same(await hq.head(address), ledger.head);
});

t.test('doubles are dropped, and another entry under a known number is named a fork', async (t) => {
  const { ledger, uplink, startHq, folder, port } = await site(t);
  const { hq, events } = await startHq();
  await ledger.append(note('1'));
  await until(() => uplink.receivedSeq === 1n);
  const other = await Ledger.open({
    folder: path.join(folder, 'other'),
    gateway: 'box-1',
    reserveBytes: 4096,
  });
  t.teardown(() => other.close());
  const forged = await other.append(note('not what happened'));
  const connection = new MqttConnection({
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'forger',
    subscriptions: [],
    onMessage: () => undefined,
    onConnect: () => undefined,
    log,
  });
  t.teardown(() => connection.close());
  await until(() => connection.connected);
  const [mine] = await ledger.read(1n, 1);
  if (!mine) return t.fail('no entry');
  await connection.publish(topicOf(address, 'ledger'), encodeBatch([mine.raw, mine.raw]));
  await connection.publish(topicOf(address, 'ledger'), encodeBatch([forged.raw]));
  await until(() => events.some(({ type }) => type === 'fault'));
  t.match(
    events.find(({ type }) => type === 'fault'),
    { fault: 'fork', seq: 1n },
  );
  t.equal(events.filter(({ type }) => type === 'entry').length, 1);
  t.same(await hq.head(address), ledger.head);
});

t.test('a gateway that ends says so, and its last status tells where the ledger stands', async (t) => {
  const { ledger, uplink, startHq } = await site(t);
  const { hq } = await startHq();
  await until(async () => (await hq.status(address))?.online === true);
  await ledger.append(note('1'));
  await uplink.close();
  await until(async () => (await hq.status(address))?.online === false);
  t.equal((await hq.status(address))?.ledgerSeq, 1n);
});

t.test('an entry with a wrong signature gets no receipt, and its alarm is told once', async (t) => {
  const { ledger, uplink, startHq } = await site(t);
  const { hq, events } = await startHq();
  const { publicKeyPem, fingerprint: keySha256 } = ledger.key;
  await ledger.append({ case: 'boxStarted', value: { version: 'test', bootId: 'b', publicKeyPem } });
  const { seq: uptoSeq, hash: head } = ledger.head;
  const value = { uptoSeq, head, signature: new Uint8Array(64), keySha256 };
  await ledger.append({ case: 'checkpoint', value });
  await until(() => events.some(({ type }) => type === 'fault'));
  t.match(
    events.find(({ type }) => type === 'fault'),
    { fault: 'signature-wrong', seq: 2n },
  );
  // Everything behind it keeps coming, and is no good either.
  for (let n = 3; n <= 6; n += 1) await ledger.append(note(`${n}`));
  let statuses = 0;
  const seen = events.length;
  await until(() => {
    statuses = events.slice(seen).filter(({ type }) => type === 'status').length;
    return statuses >= 6;
  });
  t.equal(uplink.receivedSeq, 1n);
  t.equal((await hq.head(address)).seq, 1n);
  t.same(await hq.alarms(address), [{ fault: 'signature-wrong', seq: 2n }]);
  t.equal(events.filter(({ type }) => type === 'fault').length, 1);
});

t.test('a status alone makes a headquarters that is behind ask for what it has not', async (t) => {
  const { ledger, uplink, startHq } = await site(t);
  const first = await startHq();
  for (let n = 1; n <= 3; n += 1) await ledger.append(note(`${n}`));
  await until(() => uplink.receivedSeq === 3n);
  await first.hq.close();
  const { hq } = await startHq('empty');
  // Nothing is appended: only the retained status and the heartbeats tell that there is more.
  await until(async () => (await hq.head(address)).seq === 3n);
  t.same(await hq.head(address), ledger.head);
});

t.test('a status with another head for a stored entry is an alarm, told once', async (t) => {
  const { ledger, uplink, startHq, port } = await site(t);
  const { hq, events } = await startHq();
  await ledger.append(note('1'));
  await until(() => uplink.receivedSeq === 1n);
  await until(async () => (await hq.status(address))?.ledgerSeq === 1n);
  await uplink.close(0);
  const connection = new MqttConnection({
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'forger',
    subscriptions: [],
    onMessage: () => undefined,
    onConnect: () => undefined,
    log,
  });
  t.teardown(() => connection.close());
  await until(() => connection.connected);
  const status = {
    gateway: 'box-1',
    epoch: ledger.epoch,
    online: true,
    wallMs: BigInt(Date.now()),
    expiresAfterMs: 1000,
    ledgerSeq: 1n,
    ledgerHead: new Uint8Array(32),
    version: 'test',
  };
  const faults = (): FeedEvent[] => events.filter(({ type }) => type === 'fault');
  const tell = async (version: string, change: object): Promise<void> => {
    await connection.publish(topicOf(address, 'status'), encodeStatus({ ...status, ...change, version }));
    await until(() => events.some((event) => event.type === 'status' && event.status.version === version));
  };
  await tell('forked', {});
  await until(() => faults().length > 0);
  t.match(faults(), [{ fault: 'head-differs', seq: 1n }]);
  await tell('forked again', {});
  await tell('good again', { ledgerHead: ledger.head.hash });
  await until(async () => (await hq.alarms(address)).length === 0);
  t.equal(faults().length, 1, 'told once');
  await connection.publish(
    topicOf(address, 'status'),
    encodeStatus({ ...status, epoch: 0n, wallMs: status.wallMs + 1n }),
  );
  await until(() => faults().length > 1);
  t.match(faults()[1], { fault: 'epoch-goes-back' });
});
