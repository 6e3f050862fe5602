// A consumer that comes late: a snapshot first, then every entry from a number on, once and in order, whether it
// keeps them or only looks on, and without moving what headquarters has.
import path from 'node:path';
import t, { type Test } from 'tap';
import { feedCommand } from '../../cli/commands/feed.ts';
import { silentLog } from '../../config/log.ts';
import { Ledger } from '../../gateway/ledger/ledger.ts';
import { startEmbeddedBroker } from '../../gateway/uplink/embedded-broker.ts';
import { maxUnreceipted } from '../../gateway/uplink/delivery.ts';
import { Uplink } from '../../gateway/uplink/uplink.ts';
import type { FeedEvent } from '../../headquarters/feed-event.ts';
import { watchFeed } from '../../headquarters/feed-watch.ts';
import { Headquarters } from '../../headquarters/headquarters.ts';
import type { Body, RoomState } from '../../protocols/hq/messages.ts';

const log = silentLog;
const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };
const note = (why: string): Body => ({ case: 'boxStopped', value: { why } });
const room: RoomState = {
  gateway: 'box-1',
  epoch: 1n,
  room: 'hearing',
  state: 'recording',
  why: '',
  session: 's-1',
  wallMs: 1n,
  tracks: [],
  expiresAfterMs: 1000,
};

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 15 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const numbers = (events: readonly FeedEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'entry' ? [Number(event.header.seq)] : []));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
/** Whether a room state, which only the snapshot has here, came before any entry. */
const snapshotFirst = (events: readonly FeedEvent[]): boolean => {
  const at = events.findIndex(({ type }) => type === 'room');
  const entry = events.findIndex(({ type }) => type === 'entry');
  return at >= 0 && (entry < 0 || at < entry);
};

/** A box with `entries` entries; no room state is published, so that only a snapshot has one. */
async function box(
  t: Test,
  entries: number,
): Promise<{ folder: string; url: string; ledger: Ledger; uplink: Uplink }> {
  const folder = t.testdir();
  const broker = await startEmbeddedBroker({ port: 0, log });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const ledger = await Ledger.open({
    folder: path.join(folder, 'ledger'),
    gateway: 'box-1',
    reserveBytes: 4096,
  });
  await Promise.all(range(1, entries).map((n) => ledger.append(note(`${n}`))));
  const uplink = await Uplink.open({
    ledger,
    address,
    mqtt: { url, protocolVersion: 4 },
    version: 'test',
    rooms: () => [room],
    log,
    heartbeatMs: 100,
    receiptDeadlineMs: 2000,
  });
  t.teardown(async () => {
    await uplink.close(0);
    await ledger.close();
    await broker.close();
  });
  return { folder, url, ledger, uplink };
}

function watch(t: Test, url: string, from: bigint): FeedEvent[] {
  const events: FeedEvent[] = [];
  const watching = watchFeed({ url, from, onEvent: (event) => events.push(event), log });
  t.teardown(() => watching.close());
  return events;
}

t.test('a watcher gets a snapshot, then everything from its number on, then what comes', async (t) => {
  const { url, ledger, uplink, folder } = await box(t, 700);
  const kept: FeedEvent[] = [];
  const hq = await Headquarters.open({
    url,
    store: path.join(folder, 'hq'),
    onEvent: (event) => kept.push(event),
    log,
  });
  t.teardown(() => hq.close());
  await until(() => uplink.receivedSeq === 700n);
  const events = watch(t, url, 3n);
  await until(() => numbers(events).length >= 698);
  await ledger.append(note('701'));
  await until(() => numbers(events).length >= 699);
  t.same(numbers(events), range(3, 701), 'once each and in order');
  t.ok(snapshotFirst(events));
  t.match(
    events.find(({ type }) => type === 'room'),
    { room: { room: 'hearing', session: 's-1' } },
  );
  await until(() => uplink.receivedSeq === 701n);
  t.same(numbers(kept), range(1, 701), 'headquarters was not told twice');
  t.notOk(kept.some(({ type }) => type === 'fault'));
});

t.test('also when no headquarters is there to send receipts, and beyond the window', async (t) => {
  const many = Number(maxUnreceipted) + 300;
  const { url, uplink, folder, ledger } = await box(t, many);
  const hq = await Headquarters.open({ url, store: path.join(folder, 'hq'), log });
  await until(() => uplink.receivedSeq === BigInt(many));
  await hq.close();
  const events = watch(t, url, 1n);
  await until(() => numbers(events).length >= many);
  t.same(numbers(events), range(1, many));
  t.equal(uplink.receivedSeq, ledger.head.seq, 'what has a receipt keeps it');
});

t.test('two watchers from different numbers do not disturb each other', async (t) => {
  const { url, uplink } = await box(t, 400);
  await until(() => uplink.connected);
  const [first, second] = [watch(t, url, 1n), watch(t, url, 399n)];
  await until(() => numbers(first).length >= 400 && numbers(second).length >= 2);
  t.same(numbers(first), range(1, 400));
  t.same(numbers(second), range(399, 400));
});

t.test('a number that is not there yet is waited for', async (t) => {
  const { url, ledger } = await box(t, 3);
  const events = watch(t, url, 5n);
  await until(() => events.some(({ type }) => type === 'room'));
  for (let n = 4; n <= 6; n += 1) await ledger.append(note(`${n}`));
  await until(() => numbers(events).length >= 2);
  t.same(numbers(events), range(5, 6));
});

t.test('a headquarters with a store tells from its own copy, after the snapshot', async (t) => {
  const { url, ledger, uplink, folder } = await box(t, 20);
  const store = path.join(folder, 'hq');
  const before = await Headquarters.open({ url, store, log });
  await until(() => uplink.receivedSeq === 20n);
  await before.close();
  const events: FeedEvent[] = [];
  const hq = await Headquarters.open({ url, store, from: 11n, onEvent: (event) => events.push(event), log });
  t.teardown(() => hq.close());
  await ledger.append(note('21'));
  await until(() => numbers(events).length >= 11);
  t.same(numbers(events), range(11, 21));
  t.ok(snapshotFirst(events));
});

t.test('a store is told also while the box is away', async (t) => {
  const { url, uplink, folder } = await box(t, 5);
  const store = path.join(folder, 'hq');
  const before = await Headquarters.open({ url, store, log });
  await until(() => uplink.receivedSeq === 5n);
  await before.close();
  await uplink.close(0);
  const events: FeedEvent[] = [];
  const hq = await Headquarters.open({ url, store, from: 2n, onEvent: (event) => events.push(event), log });
  t.teardown(() => hq.close());
  await until(() => numbers(events).length >= 4);
  t.same(numbers(events), range(2, 5));
});

t.test('the command prints from the number that it is given, and refuses what is none', async (t) => {
  const { url } = await box(t, 4);
  const lines: string[] = [];
  const errors: string[] = [];
  const stop = new AbortController();
  const run = (from: string): Promise<number> =>
    feedCommand.run({
      args: [],
      options: { broker: url, from },
      json: true,
      language: 'en',
      out: (line) => lines.push(line),
      err: (line) => errors.push(line),
      signal: stop.signal,
    });
  for (const bad of ['0', '-1', '1.5', 'x', '', '9'.repeat(19)]) t.equal(await run(bad), 2, `--from ${bad}`);
  t.equal(errors.length, 6);
  const running = run('3');
  await until(() => lines.filter((line) => line.includes('"type":"entry"')).length >= 2);
  stop.abort();
  t.equal(await running, 0);
  const told = lines.map((line) => JSON.parse(line) as { type: string; header?: { seq: string } });
  t.same(
    told.flatMap(({ type, header }) => (type === 'entry' ? [header?.seq] : [])),
    ['3', '4'],
  );
});
