// The uplink against headquarters that hold something else: every case has its name in the state and one alarm in
// the log, and nothing is sent round and round.
import path from 'node:path';
import t, { type Test } from 'tap';
import { silentLog, type Log } from '../../../config/log.ts';
import { MqttConnection } from '../../../config/mqtt-connection.ts';
import { limitChanges } from '../../../gateway/cameras/change-limiter.ts';
import { Ledger } from '../../../gateway/ledger/ledger.ts';
import { startEmbeddedBroker } from '../../../gateway/uplink/embedded-broker.ts';
import { Uplink } from '../../../gateway/uplink/uplink.ts';
import { noPrevious } from '../../../protocols/hq/chain.ts';
import { decodeBatch, decodeReply, encodeCommand, encodeReceipt } from '../../../protocols/hq/codec.ts';
import type { CommandWork, Reply } from '../../../protocols/hq/command-messages.ts';
import type { Body, Receipt, RoomState } from '../../../protocols/hq/messages.ts';
import { topicOf } from '../../../protocols/hq/topics.ts';

const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };
const note = (why: string): Body => ({ case: 'boxStopped', value: { why } });

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Bench {
  readonly url: string;
  readonly ledger: Ledger;
  /** How many entries each batch had that came. */
  readonly batches: number[];
  readonly replies: Reply[];
  readonly errors: Record<string, unknown>[];
  /** What came on `…/json/…`. */
  readonly mirrored: (readonly [topic: string, text: string])[];
  readonly openUplink: (json?: boolean) => Promise<Uplink>;
  readonly receipt: (change: Partial<Receipt>) => Promise<void>;
  readonly command: (command: CommandWork) => Promise<void>;
}

/** A ledger of three entries, a broker, and a headquarters that does as the test says. */
async function bench(t: Test): Promise<Bench> {
  const broker = await startEmbeddedBroker({ port: 0, log: silentLog });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const ledger = await Ledger.open({
    folder: path.join(t.testdir(), 'ledger'),
    gateway: 'box-1',
    reserveBytes: 4096,
  });
  for (const why of ['1', '2', '3']) await ledger.append(note(why));
  const batches: number[] = [];
  const mirrored: (readonly [string, string])[] = [];
  const replies: Reply[] = [];
  const errors: Record<string, unknown>[] = [];
  const log = {
    ...silentLog,
    error: (_text: string, more?: Record<string, unknown>) => void errors.push(more ?? {}),
  } as Log;
  const hq = new MqttConnection({
    url,
    clientId: 'hq',
    subscriptions: [topicOf(address, 'ledger'), topicOf(address, 'reply'), 'liuhen/v1/+/+/+/json/#'],
    onConnect: () => undefined,
    onMessage: (topic, payload) => {
      if (topic.includes('/json/')) mirrored.push([topic, Buffer.from(payload).toString('utf8')]);
      else if (topic.endsWith('/reply')) replies.push(decodeReply(payload));
      else batches.push(decodeBatch(payload).length);
    },
    log: silentLog,
  });
  await until(() => hq.connected);
  let uplink: Uplink | null = null;
  t.teardown(async () => {
    await uplink?.close(0);
    await hq.close();
    await ledger.close();
    await broker.close();
  });
  return {
    url,
    ledger,
    batches,
    replies,
    mirrored,
    errors,
    openUplink: async (json) => {
      uplink = await Uplink.open({
        ledger,
        address,
        mqtt: { url, protocolVersion: 4, ...(json === undefined ? {} : { json }) },
        version: 'test',
        rooms: () => [],
        log,
        heartbeatMs: 20,
        receiptDeadlineMs: 50,
      });
      return uplink;
    },
    receipt: (change) => {
      const { seq, hash: head, epoch } = ledger.head;
      return hq.publish(
        topicOf(address, 'receipt'),
        encodeReceipt({ gateway: 'box-1', epoch, seq, head, ...change }),
      );
    },
    command: (command) => hq.publish(topicOf(address, 'command'), encodeCommand({ id: 'c', command })),
  };
}

/** What the ledger says of the feed itself. */
async function changes(ledger: Ledger): Promise<readonly { state: string; seq: bigint }[]> {
  const entries = await ledger.read(1n);
  return entries.flatMap(({ body }) => (body?.case === 'uplinkChanged' ? [body.value] : []));
}

t.test('a cursor beyond the ledger is named, and everything is sent again', async (t) => {
  const { ledger, batches, errors, openUplink, receipt } = await bench(t);
  const cursor = Buffer.alloc(8);
  cursor.writeBigUInt64BE(99n);
  await ledger.setNote('uplink', cursor);
  const uplink = await openUplink();
  t.equal(uplink.receivedSeq, 0n);
  t.equal(uplink.state, 'cursor-lost');
  t.match(errors, [{ error: { code: 'UPLINK_CURSOR', details: { cursor: '99', head: '3' } } }]);
  // The three, and the entry that says so.
  await until(() => batches.some((count) => count >= 3) && ledger.head.seq === 4n);
  t.match(await changes(ledger), [{ state: 'cursor-lost', seq: 0n }]);
  await receipt({});
  await until(() => uplink.state === 'delivering' && uplink.receivedSeq === 4n);
  await until(() => ledger.head.seq === 5n);
  t.match(await changes(ledger), [{ state: 'cursor-lost' }, { state: 'delivering', seq: 4n }]);
});

t.test('a cursor that is no number is named as well', async (t) => {
  const { ledger, errors, openUplink } = await bench(t);
  await ledger.setNote('uplink', Buffer.from('junk'));
  const uplink = await openUplink();
  t.equal(uplink.state, 'cursor-lost');
  t.match(errors, [{ error: { code: 'UPLINK_CURSOR' } }]);
});

t.test(
  'a receipt beyond the ledger does not move the cursor: headquarters holds more than the box',
  async (t) => {
    const { errors, openUplink, receipt, batches } = await bench(t);
    const uplink = await openUplink();
    await until(() => batches.length > 0);
    await receipt({ seq: 50n });
    await until(() => uplink.state === 'ahead');
    await receipt({ seq: 51n });
    await receipt({ seq: 52n });
    const sent = batches.length;
    await until(() => batches.length > sent);
    t.equal(uplink.receivedSeq, 0n);
    t.equal(errors.length, 1, 'told once');
    t.match(errors, [{ error: { code: 'UPLINK_AHEAD', details: { seq: '50', head: '3' } } }]);
  },
);

t.test('a receipt for another entry is a fork: named once, then sent ever less often', async (t) => {
  const { errors, openUplink, receipt, batches } = await bench(t);
  const uplink = await openUplink();
  await until(() => batches.length > 0);
  await receipt({ head: new Uint8Array(32).fill(7) });
  await until(() => uplink.state === 'forked');
  t.match(errors, [{ error: { code: 'UPLINK_FORKED', details: { seq: '3' } } }]);
  // Every batch is answered with the same fork, as headquarters does.
  const atMs: number[] = [];
  while (atMs.length < 4) {
    const seen = batches.length;
    await until(() => batches.length > seen);
    atMs.push(Date.now());
    await receipt({ head: new Uint8Array(32).fill(7) });
  }
  const [first = 0, , , fourth = 0] = atMs;
  // 100, 200 and 400 ms, where three waits of the same length would be 210.
  t.ok(fourth - first >= 500, `${fourth - first} ms`);
  t.equal(errors.length, 1);
  t.equal(uplink.receivedSeq, 0n);
  await receipt({});
  await until(() => uplink.state === 'delivering');
});

t.test('a fork is in the ledger once, also over a restart, and that it is over once', async (t) => {
  const { ledger, openUplink, receipt } = await bench(t);
  const first = await openUplink();
  await until(() => first.connected);
  const forked = { seq: 3n, head: new Uint8Array(32).fill(7) };
  for (let n = 0; n < 3; n += 1) await receipt(forked);
  await until(() => first.state === 'forked');
  await until(() => ledger.head.seq === 4n);
  await first.close(0);
  const second = await openUplink();
  await until(() => second.connected);
  await receipt(forked);
  await until(() => second.state === 'forked');
  const { seq, hash: head } = ledger.head;
  await receipt({ seq, head });
  await until(() => ledger.head.seq === 5n);
  await receipt({});
  await until(() => second.receivedSeq === 5n);
  await second.close(0);
  t.same(await changes(ledger), [
    { state: 'forked', seq: 3n },
    { state: 'delivering', seq: 4n },
  ]);
});

t.test('a feed that is forked and taken in turn does not fill the ledger', async (t) => {
  const { ledger, openUplink, receipt } = await bench(t);
  const uplink = await openUplink();
  await until(() => uplink.connected);
  for (let n = 0; n < 20; n += 1) {
    await receipt({ head: new Uint8Array(32).fill(7) });
    await until(() => uplink.state === 'forked');
    const { seq } = await ledger.append(note('work')).then(({ header }) => header);
    await receipt({});
    await until(() => uplink.state === 'delivering' && uplink.receivedSeq >= seq);
  }
  await uplink.close(0);
  t.equal((await changes(ledger)).length, limitChanges);
});

t.test(
  'a headquarters that answers and takes nothing refuses, also when it has nothing at all',
  async (t) => {
    const { errors, openUplink, receipt, batches } = await bench(t);
    const uplink = await openUplink();
    await until(async () => {
      if (batches.length > 0) await receipt({ seq: 0n, head: noPrevious });
      return uplink.state === 'refused';
    });
    t.match(errors, [{ error: { code: 'UPLINK_REFUSED', details: { seq: '1' } } }]);
  },
);

t.test('without any answer the feed waits, and that is no alarm', async (t) => {
  const { errors, openUplink } = await bench(t);
  const uplink = await openUplink();
  await until(() => uplink.state === 'waiting');
  t.same(errors, []);
});

t.test('a replay from beyond the ledger is answered with what is wrong', async (t) => {
  const { openUplink, command, replies, batches } = await bench(t);
  await openUplink();
  await until(() => batches.length > 0);
  await command({ case: 'replay', value: { fromSeq: 5n } });
  await until(() => replies.length > 0);
  t.match(replies, [{ id: 'c', ok: false, code: 'UPLINK_AHEAD' }]);
  await command({ case: 'replay', value: { fromSeq: 4n } });
  await until(() => replies.length > 1);
  t.match(replies[1], { ok: true }, 'from the next entry on there is nothing yet');
});

const room: RoomState = {
  gateway: 'box-1',
  epoch: 1n,
  room: 'hearing',
  state: 'degraded',
  why: 'rtsp://admin:secret@10.0.0.9/1 gives no sound',
  session: '',
  wallMs: 5n,
  tracks: [],
  expiresAfterMs: 1000,
};

t.test('with `json` everything also goes out as JSON, and no login is in it', async (t) => {
  const { ledger, mirrored, openUplink } = await bench(t);
  const uplink = await openUplink(true);
  await until(() => uplink.connected);
  uplink.publishRoom(room);
  const at = 'liuhen/v1/shanghai/east/box-1/json';
  const on = (topic: string): string | undefined => mirrored.find(([name]) => name === `${at}/${topic}`)?.[1];
  await until(() => ['status', 'ledger', 'room/hearing/state'].every((topic) => on(topic) !== undefined));
  t.match(JSON.parse(on('status') ?? ''), {
    gateway: 'box-1',
    online: true,
    ledgerSeq: '3',
    ledgerHead: Buffer.from(ledger.head.hash).toString('hex'),
  });
  t.match(JSON.parse(on('ledger') ?? ''), {
    entries: [
      { header: { seq: '1' }, body: { case: 'boxStopped', value: { why: '1' } } },
      { header: { seq: '2' } },
      { header: { seq: '3' }, hash: Buffer.from(ledger.head.hash).toString('hex') },
    ],
  });
  t.match(JSON.parse(on('room/hearing/state') ?? ''), { room: 'hearing', why: /^rtsp:\/\/\*\*\*@10/ });
  t.notMatch(mirrored.map(([, text]) => text).join(), /secret/);
});

t.test('without `json` nothing goes out as JSON', async (t) => {
  const { mirrored, batches, openUplink, command, replies } = await bench(t);
  const uplink = await openUplink();
  await until(() => uplink.connected && batches.length > 0);
  uplink.publishRoom(room);
  // The broker keeps the order: with the answer everything before it has come.
  await command({ case: 'snapshot', value: {} });
  await until(() => replies.length > 0);
  t.same(mirrored, []);
});

t.test('a mirrored status is there for who comes later, as the original is', async (t) => {
  const { url, openUplink, mirrored } = await bench(t);
  const uplink = await openUplink(true);
  await until(() => mirrored.length > 0);
  await uplink.close(0);
  const late: string[] = [];
  const watcher = new MqttConnection({
    url,
    clientId: 'late',
    subscriptions: ['liuhen/v1/+/+/+/json/#'],
    onConnect: () => undefined,
    onMessage: (topic, payload) => late.push(`${topic} ${Buffer.from(payload).toString('utf8')}`),
    log: silentLog,
  });
  t.teardown(() => watcher.close());
  await until(() => late.length > 0);
  t.match(late, [/json\/status \{.*"online":false/]);
});
