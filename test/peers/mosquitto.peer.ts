// The ledger's way to headquarters over a broker that is not ours, with TLS, certificates and an access list,
// and through its sudden deaths.
import path from 'node:path';
import t, { type Test } from 'tap';
import { monotonicTime, sleep } from '../../config/clock.ts';
import { silentLog } from '../../config/log.ts';
import { MqttConnection } from '../../config/mqtt-connection.ts';
import { Ledger } from '../../gateway/ledger/ledger.ts';
import { Uplink } from '../../gateway/uplink/uplink.ts';
import type { FeedEvent } from '../../headquarters/feed-event.ts';
import { Headquarters } from '../../headquarters/headquarters.ts';
import { encodeBatch } from '../../protocols/hq/codec.ts';
import type { Body } from '../../protocols/hq/messages.ts';
import { topicOf } from '../../protocols/hq/topics.ts';
import { startMosquitto, type Mosquitto } from './mosquitto.ts';

t.setTimeout(240_000);

const log = silentLog;
const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };
const note = (why: string): Body => ({ case: 'boxStopped', value: { why } });

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = monotonicTime() + 60_000;
  while (!(await holds())) {
    if (monotonicTime() > deadline) throw new Error(`not within a minute: ${what}`);
    await sleep(20);
  }
}

interface Site {
  readonly folder: string;
  readonly broker: Mosquitto;
  readonly ledger: Ledger;
  readonly hq: Headquarters;
  readonly events: readonly FeedEvent[];
}

async function site(t: Test): Promise<Site> {
  const folder = t.testdir();
  const broker = await startMosquitto(folder);
  t.teardown(() => broker.kill());
  const { url } = broker;
  const mqtt = { url, protocolVersion: 4 as const, tls: await broker.client('box-1') };
  const ledger = await Ledger.open({
    folder: path.join(folder, 'ledger'),
    gateway: 'box-1',
    reserveBytes: 4096,
  });
  const uplink = await Uplink.open({
    ledger,
    address,
    mqtt,
    version: 'test',
    rooms: () => [],
    log,
    heartbeatMs: 200,
    receiptDeadlineMs: 1000,
  });
  const events: FeedEvent[] = [];
  const hq = await Headquarters.open({
    url,
    tls: await broker.client('headquarters'),
    protocolVersion: 5,
    store: path.join(folder, 'hq'),
    onEvent: (event) => events.push(event),
    log,
  });
  t.teardown(async () => {
    await uplink.close(0);
    await hq.close();
    await ledger.close();
  });
  return { folder, broker, ledger, hq, events };
}

const numbers = (events: readonly FeedEvent[]): bigint[] =>
  events.flatMap((event) => (event.type === 'entry' ? [event.header.seq] : []));

t.test(
  'a mosquitto killed with -9 in mid traffic costs headquarters no entry, order or double',
  async (t) => {
    const { broker, ledger, hq, events } = await site(t);
    const enough = new AbortController();
    const writer = (async () => {
      for (let n = 1; !enough.signal.aborted; n += 1) {
        await Promise.all([ledger.append(note(`entry ${n} a`)), ledger.append(note(`entry ${n} b`))]);
        await sleep(5);
      }
    })();
    for (let death = 1; death <= 3; death += 1) {
      const reached = (await hq.head(address)).seq + 40n;
      await until(async () => (await hq.head(address)).seq >= reached, `entry ${reached} at headquarters`);
      await broker.kill();
      const behind = ledger.head.seq + 20n;
      await until(() => ledger.head.seq >= behind, 'the ledger goes on without a broker');
      await broker.start();
    }
    enough.abort();
    await writer;
    await until(async () => (await hq.head(address)).seq >= ledger.head.seq, 'headquarters has everything');

    t.same((await hq.head(address)).hash, ledger.head.hash, 'the chains are equal');
    const total = Number(ledger.head.seq);
    t.ok(total > 180, `${total} entries`);
    t.same(
      numbers(events),
      Array.from({ length: total }, (_, index) => BigInt(index + 1)),
      'each entry told once and in order',
    );
    t.same(
      events.filter(({ type }) => type === 'fault'),
      [],
      'nothing looked wrong',
    );
  },
);

t.test('the access list keeps one gateway from speaking for another', async (t) => {
  const { folder, broker, ledger, hq, events } = await site(t);
  await ledger.append(note('genuine'));
  await until(async () => (await hq.head(address)).seq >= 1n, 'the genuine entry');
  const forged = await Ledger.open({
    folder: path.join(folder, 'forged'),
    gateway: 'box-1',
    reserveBytes: 4096,
  });
  t.teardown(() => forged.close());
  const { raw } = await forged.append(note('forged'));
  const intruder = new MqttConnection({
    url: broker.url,
    tls: await broker.client('box-2'),
    clientId: 'intruder',
    subscriptions: [],
    onMessage: () => undefined,
    onConnect: () => undefined,
    log,
  });
  t.teardown(() => intruder.close());
  await until(() => intruder.connected, 'the other gateway is let in');
  // Mosquitto acknowledges what it refuses (MQTT 3.1.1 §3.3.5), so what matters is what arrives.
  await intruder.publish(topicOf(address, 'ledger'), encodeBatch([raw]));
  await ledger.append(note('genuine too'));
  await until(async () => (await hq.head(address)).seq >= 2n, 'the next genuine entry');
  t.same(
    events.filter(({ type }) => type === 'fault'),
    [],
    'the forged entry did not arrive',
  );
  t.same((await hq.head(address)).hash, ledger.head.hash);
});

t.test('a command: headquarters alone writes it, and only its own box reads it', async (t) => {
  const broker = await startMosquitto(t.testdir());
  t.teardown(() => broker.kill());
  const heard: string[] = [];
  const client = async (name: string): Promise<MqttConnection> => {
    const connection = new MqttConnection({
      url: broker.url,
      tls: await broker.client(name),
      clientId: name,
      // Asking for more than is allowed is granted, and then nothing of it comes (mosquitto.conf(5), acl_file).
      subscriptions: ['liuhen/v1/#'],
      onMessage: (topic, payload) => heard.push(`${name} ${topic} ${Buffer.from(payload).toString()}`),
      onConnect: () => undefined,
      log,
    });
    t.teardown(() => connection.close());
    await until(() => connection.connected, `${name} is let in`);
    return connection;
  };
  const [own, other, hq] = [await client('box-1'), await client('box-2'), await client('headquarters')];
  const command = topicOf(address, 'command');
  const reply = topicOf(address, 'reply');
  const said = (text: string): Buffer => Buffer.from(text);
  await own.publish(command, said('by the box itself'));
  await other.publish(command, said('by another box'));
  await other.publish(reply, said('by another box'));
  await hq.publish(reply, said('by headquarters'));
  await hq.publish(command, said('genuine'));
  await own.publish(reply, said('genuine'));
  const last = topicOf({ ...address, gateway: 'box-2' }, 'command');
  await hq.publish(last, said('last'));
  const ends = [`box-2 ${last} last`, `headquarters ${last} last`];
  const genuine = [`box-1 ${command} genuine`, `headquarters ${command} genuine`];
  await until(() => ends.every((line) => heard.includes(line)), 'what was sent last');
  t.same(heard.toSorted(), [...ends, ...genuine, `headquarters ${reply} genuine`].toSorted());
});

t.test('without a certificate, or with one of another authority, nobody is let in', async (t) => {
  const broker = await startMosquitto(t.testdir({ other: {} }));
  t.teardown(() => broker.kill());
  const elsewhere = await startMosquitto(path.join(t.testdirName, 'other'));
  t.teardown(() => elsewhere.kill());
  const { certFile, keyFile } = await elsewhere.client('box-1');
  const { caFile, url } = broker;
  for (const tls of [{ caFile }, { caFile, certFile, keyFile }]) {
    let connected = false;
    let refused = 0;
    const connection = new MqttConnection({
      url,
      tls,
      clientId: 'stranger',
      subscriptions: [],
      onMessage: () => undefined,
      onConnect: () => {
        connected = true;
      },
      log: {
        ...log,
        debug: () => {
          refused += 1;
        },
      },
    });
    await until(() => refused >= 2 || connected, 'two attempts were refused');
    await connection.close();
    t.equal(connected, false);
  }
});
