// The AsyncAPI page against what it describes: topics.ts, liuhen.proto, the access list, and what really goes over
// a broker.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { silentLog } from '../../../config/log.ts';
import { MqttConnection } from '../../../config/mqtt-connection.ts';
import { parseYaml } from '../../../config/yaml.ts';
import { Ledger } from '../../../gateway/ledger/ledger.ts';
import { startEmbeddedBroker } from '../../../gateway/uplink/embedded-broker.ts';
import { Uplink } from '../../../gateway/uplink/uplink.ts';
import { asyncApiText, channels } from '../../../protocols/hq/asyncapi.ts';
import { brokerAcl } from '../../../protocols/hq/broker-acl.ts';
import { liuhen } from '../../../protocols/hq/generated/liuhen.js';
import { feedFilters, parseTopic, topicOf, type FeedTopic } from '../../../protocols/hq/topics.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../../protocols/hq/${name}`, import.meta.url), 'utf8');
const page = read('asyncapi.yaml');

/** MQTT 3.1.1 §4.7.1. */
function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const parts = filter.split('/');
  for (const [at, part] of parts.entries()) {
    if (part === '#') return true;
    if (part !== '+' && part !== levels[at]) return false;
  }
  return parts.length === levels.length;
}

t.test('the page is what the code and the contract say: `npm run docs` writes it', async (t) => {
  t.equal(page, asyncApiText(read('liuhen.proto')));
});

t.test('it is YAML whose references lead somewhere', async (t) => {
  const { value, faults } = parseYaml(page);
  t.same(faults, []);
  const at = (reference: string): unknown =>
    reference
      .slice(2)
      .split('/')
      .reduce((place: unknown, step) => (place as Record<string, unknown> | undefined)?.[step], value);
  const references = [...page.matchAll(/\$ref: "?([^"\s]+)/g)].map(([, reference]) => reference ?? '');
  t.ok(references.length > 20);
  t.same(
    references.filter((reference) => at(reference) === undefined),
    [],
  );
});

t.test('every topic of the code has its channel, and every channel its topic', async (t) => {
  const all: Record<FeedTopic['topic'], true> = {
    status: true,
    ledger: true,
    receipt: true,
    command: true,
    reply: true,
    room: true,
  };
  const originals = channels.filter(({ json }) => !json);
  t.same(new Set(originals.map(({ topic }) => parseTopic(topic)?.topic)), new Set(Object.keys(all)));
  t.equal(originals.length, Object.keys(all).length);
  for (const { topic, name, json } of channels) {
    t.ok(page.includes(`address: ${topic.replace(/x-(\w+)/g, '{$1}')}\n`), name);
    if (json) t.equal(parseTopic(topic), null, 'a mirror is nothing that headquarters takes');
  }
});

t.test('headquarters subscribes to what gateways send, and to nothing else', async (t) => {
  const filters = feedFilters({});
  for (const { name, topic, by, json } of channels) {
    const heard = filters.some((filter) => matches(filter, topic));
    t.equal(heard, by === 'gateway' && !json, name);
  }
});

t.test('the access list lets each side write its own channels and no other', async (t) => {
  const rules = brokerAcl()
    .split('\n')
    .filter((line) => line.includes(' write '))
    .map((line) => line.split(' '));
  for (const { name, topic, by } of channels) {
    const gateway = topic.split('/')[4] ?? '';
    const writes = (kind: string): boolean =>
      rules.some(([first, , filter = '']) => first === kind && matches(filter.replace('%u', gateway), topic));
    t.equal(writes('pattern'), by === 'gateway', `${name}: the gateway`);
    t.equal(writes('topic'), by === 'headquarters', `${name}: headquarters`);
  }
  t.ok(page.includes('pattern write liuhen/v1/+/+/%u/ledger'));
});

t.test('every message of a channel is one of the contract', async (t) => {
  const classes = liuhen.v1 as Record<string, unknown>;
  for (const { message } of channels) t.type(classes[message], 'function', message);
});

t.test('what the broker keeps of a gateway is what the page calls retained, at QoS 1', async (t) => {
  const broker = await startEmbeddedBroker({ port: 0, log: silentLog });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const address = { agency: 'x-agency', site: 'x-site', gateway: 'x-gateway' };
  const folder = path.join(t.testdir(), 'ledger');
  const ledger = await Ledger.open({ folder, gateway: 'x-gateway', reserveBytes: 4096 });
  await ledger.append({ case: 'boxStopped', value: { why: '' } });
  const listen = (clientId: string): { topics: Set<string>; connection: MqttConnection } => {
    const topics = new Set<string>();
    const connection = new MqttConnection({
      url,
      clientId,
      subscriptions: ['liuhen/v1/#'],
      onConnect: () => undefined,
      onMessage: (topic) => topics.add(topic),
      log: silentLog,
    });
    return { topics, connection };
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = Date.now() + 10_000; !holds(); ) {
      if (Date.now() > end) throw new Error(`not within 10 s: ${holds.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const early = listen('early');
  await until(() => early.connection.connected);
  const uplink = await Uplink.open({
    ledger,
    address,
    mqtt: { url, protocolVersion: 4, json: true },
    version: 'test',
    rooms: () => [],
    log: silentLog,
  });
  await until(() => uplink.connected);
  uplink.publishRoom({
    gateway: 'x-gateway',
    epoch: 1n,
    room: 'x-room',
    state: 'idle',
    why: '',
    session: '',
    wallMs: 1n,
    tracks: [],
    expiresAfterMs: 1000,
  });
  const sent = channels.filter(({ by, name }) => by === 'gateway' && name !== 'reply');
  await until(() => sent.every(({ topic }) => early.topics.has(topic)));
  const late = listen('late');
  const retained = sent.filter(({ retain }) => retain).map(({ topic }) => topic);
  await until(() => retained.every((topic) => late.topics.has(topic)));
  // The broker keeps the order: with this, everything that was retained has come.
  await late.connection.publish(topicOf(address, 'receipt'), new Uint8Array());
  await until(() => late.topics.has(topicOf(address, 'receipt')));
  late.topics.delete(topicOf(address, 'receipt'));
  t.same([...late.topics].toSorted(), retained.toSorted());
  t.notOk(page.includes('qos: 0') || page.includes('qos: 2'), 'MqttConnection publishes at QoS 1 only');
  await late.connection.close();
  await early.connection.close();
  await uplink.close(0);
  await ledger.close();
  await broker.close();
});
