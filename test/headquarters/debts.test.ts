// Debts at headquarters: folded from verified entries, counted down by its own clock, there after its own restart and
// while the box is away.
import path from 'node:path';
import t, { type Test } from 'tap';
import { feedCommand } from '../../cli/commands/feed.ts';
import { silentLog as log } from '../../config/log.ts';
import { openStore, type Store } from '../../config/store.ts';
import { Ledger } from '../../gateway/ledger/ledger.ts';
import { startEmbeddedBroker } from '../../gateway/uplink/embedded-broker.ts';
import { Uplink } from '../../gateway/uplink/uplink.ts';
import { DebtDesk, dueSoonMs, keepEvery } from '../../headquarters/debt-desk.ts';
import { DebtView, maxDebtsPerGateway, readDebts, readGateways } from '../../headquarters/debt-view.ts';
import type { DebtEvent, FeedEvent } from '../../headquarters/feed-event.ts';
import { feedLine } from '../../headquarters/feed-lines.ts';
import { GatewayCopy } from '../../headquarters/gateway-copy.ts';
import { Headquarters } from '../../headquarters/headquarters.ts';
import type { Body } from '../../protocols/hq/messages.ts';

const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };
const hour = 3_600_000;
const dueAt = 1_790_000_000_000;

const opened = (session: string, room: string): Body => ({
  case: 'sessionOpened',
  value: {
    session,
    room,
    kind: 'inquiry',
    officers: [],
    caseNumber: '',
    caseName: '',
    parties: [],
    openedBy: '',
    urgent: true,
    opened: { wallMs: 1n, monoUs: 1n },
    folder: '',
    cameras: [],
    article: '',
    stage: '',
  },
});
const incurred = (session: string, debt: string, dueWallMs = dueAt): Body => ({
  case: 'debtIncurred',
  value: { session, debt, what: debt, article: 'CT 14', dueWallMs: BigInt(dueWallMs) },
});
const missed = (session: string, debt: string): Body => ({
  case: 'debtMissed',
  value: { session, debt, article: 'CT 14' },
});
const settled = (session: string, debt: string): Body => ({
  case: 'debtSettled',
  value: { session, debt, with: 'x', by: 'y' },
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 15 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A store at headquarters with a box whose entries go straight into it, as verified ones. */
async function bench(t: Test): Promise<{
  store: Store;
  say: (...bodies: readonly Body[]) => Promise<FeedEvent[]>;
  openDesk: () => Promise<{ desk: DebtDesk; told: DebtEvent[] }>;
}> {
  const folder = t.testdir();
  const store = await openStore(path.join(folder, 'hq'));
  const ledger = await Ledger.open({
    folder: path.join(folder, 'ledger'),
    gateway: 'box-1',
    reserveBytes: 4096,
  });
  const copy = await GatewayCopy.open(store, address);
  const desks: DebtDesk[] = [];
  t.teardown(async () => {
    for (const desk of desks) desk.close();
    await ledger.close();
    await store.close();
  });
  return {
    store,
    say: async (...bodies) => {
      const events: FeedEvent[] = [];
      for (const body of bodies) {
        const { raw } = await ledger.append(body);
        events.push(...(await copy.take([raw])).events);
      }
      return events;
    },
    openDesk: async () => {
      const told: DebtEvent[] = [];
      const desk = await DebtDesk.open({ store, limit: 10, log, onDebt: (event) => void told.push(event) });
      desks.push(desk);
      return { desk, told };
    },
  };
}

const status = (ledgerSeq: bigint, wallMs = Date.now(), online = true) => ({
  gateway: 'box-1',
  epoch: 1n,
  online,
  wallMs: BigInt(wallMs),
  expiresAfterMs: 60_000,
  ledgerSeq,
  ledgerHead: new Uint8Array(32),
  version: 'test',
});

t.test(
  'E7: headquarters counts down to a deadline by its own clock, and says once that it is near and that it is over',
  async (t) => {
    const { say, openDesk } = await bench(t);
    const { desk, told } = await openDesk();
    await desk.take(address, await say(opened('s1', 'talk'), incurred('s1', 'case-number')));
    desk.tick(dueAt - dueSoonMs - 1);
    t.same(told, []);
    t.match(desk.debts(dueAt - 2 * hour), [
      { room: 'talk', debt: 'case-number', state: 'owed', leftMs: 2 * hour, by: null },
    ]);
    for (const nowMs of [dueAt - dueSoonMs, dueAt - 5, dueAt, dueAt + hour]) desk.tick(nowMs);
    t.match(told, [
      { state: 'due-soon', leftMs: dueSoonMs, session: 's1', article: 'CT 14', address },
      { state: 'overdue', leftMs: 0, by: 'headquarters', online: false },
    ]);
    t.equal(told.length, 2);
    await desk.take(address, await say(missed('s1', 'case-number')));
    t.match(
      desk.debts(dueAt + hour),
      [{ state: 'overdue', by: 'gateway' }],
      'then it is the word of the box',
    );
    await desk.take(address, await say(settled('s1', 'case-number')));
    t.same(desk.debts(dueAt + hour), []);
  },
);

t.test(
  'C4: what is owed is there after a restart of headquarters, from its store and without the box',
  async (t) => {
    const { say, openDesk, store } = await bench(t);
    const first = await openDesk();
    await first.desk.take(
      address,
      await say(opened('s1', 'talk'), incurred('s1', 'report-to-head'), incurred('s1', 'key-steps')),
    );
    first.desk.close();
    // Stored, but headquarters ended before it was folded.
    await say(settled('s1', 'key-steps'), incurred('s1', 'written-explanation', dueAt + hour));
    const { desk, told } = await openDesk();
    t.match(desk.debts(dueAt), [
      { room: 'talk', debt: 'report-to-head', leftMs: 0 },
      { room: 'talk', debt: 'written-explanation', leftMs: hour, online: false },
    ]);
    desk.tick(dueAt);
    t.match(told, [{ state: 'overdue', by: 'headquarters' }, { state: 'due-soon' }]);
    await store.write([{ type: 'put', key: 'd/shanghai/east/box-1', value: Buffer.from('{"seq":') }]);
    t.equal((await openDesk()).desk.debts(dueAt).length, 2, 'and when what was kept cannot be read');
  },
);

t.test('a start does not read the whole chain again, however long nothing was owed', async (t) => {
  const { say, openDesk, store } = await bench(t);
  const { desk } = await openDesk();
  const events = await say({ case: 'boxStopped', value: { why: 'x' } });
  const [event] = events;
  if (event?.type !== 'entry') return t.fail('no entry');
  await desk.take(address, [{ ...event, header: { ...event.header, seq: keepEvery } }]);
  t.equal((await readDebts(store, address)).seq, keepEvery);
});

t.test('a box that is still sending is let finish before its old debts are judged', async (t) => {
  const { say, openDesk } = await bench(t);
  const { desk, told } = await openDesk();
  await desk.take(address, await say(incurred('s1', 'case-number')));
  await desk.heard(address, status(2n));
  desk.tick(dueAt + 1);
  t.same(told, [], 'its next entry may settle it');
  await desk.heard(address, status(2n, Date.now(), false));
  desk.tick(dueAt + 1);
  t.match(told, [{ state: 'overdue', online: false }], 'when it is gone nothing is waited for');
  const later = await openDesk();
  await later.desk.heard(address, status(1n));
  later.desk.tick(dueAt + 1);
  t.match(later.told, [{ state: 'overdue', by: 'headquarters', online: true }]);
});

t.test('what is kept of one box is bounded, and what is left out is counted', async (t) => {
  const view = new DebtView();
  view.take(1n, opened('s', 'talk'));
  for (let n = 0; n < maxDebtsPerGateway + 3; n += 1) {
    view.take(BigInt(n + 2), incurred('s', `d${n}`, dueAt + n));
  }
  t.equal(view.owed.length, maxDebtsPerGateway);
  t.equal(view.owed[0]?.debt, 'd3', 'the ones that were due first are left out');
  t.equal(view.leftOut, 3);
  view.take(2n, settled('s', 'd4'));
  t.equal(view.owed.length, maxDebtsPerGateway, 'an entry that was folded is not folded again');
});

t.test('every gateway of a store is found, whatever its neighbours are called', async (t) => {
  const store = await openStore(path.join(t.testdir(), 'hq'));
  t.teardown(() => store.close());
  const names = ['box', 'box-1', 'box0', 'box1'];
  for (const name of names) {
    for (const end of ['e/0000000000000001', 'e/0000000000000002', 'key']) {
      await store.write([{ type: 'put', key: `g/a/s/${name}/${end}`, value: new Uint8Array(1) }]);
    }
  }
  const found: string[] = [];
  for await (const { gateway } of readGateways(store, 10)) found.push(gateway);
  t.same(found.toSorted(), names);
});

t.test('E7: the feed tells a debt in the words of both languages, and whose word it is', (t) => {
  const event: DebtEvent = {
    type: 'debt',
    address,
    session: 's1',
    room: 'talk',
    debt: 'case-number',
    article: 'CT 14',
    dueWallMs: 0,
    missed: false,
    leftMs: -90 * 60_000,
    state: 'overdue',
    by: 'headquarters',
    online: false,
  };
  t.equal(
    feedLine(event, 'en'),
    "1970-01-01T00:00:00.000Z shanghai/east/box-1 talk: OVERDUE for 1 h 30 min case number s1 (CT 14) [by headquarters' clock; the box is OFFLINE: it may have been settled there]",
  );
  t.match(
    feedLine({ ...event, by: 'gateway', online: true }, 'zh-CN'),
    'talk: 已逾期1小时30分钟 案号 s1 (CT 14) [设备已上报]',
  );
  const near: DebtEvent = { ...event, leftMs: 50 * 60_000, state: 'due-soon', by: null, online: true };
  t.match(feedLine(near, 'en'), /talk: due in 50 min case number s1 \(CT 14\)$/);
  t.end();
});

t.test(
  'E7: liuhen feed --debts shows what is owed with the time left, and goes on without the box',
  async (t) => {
    const folder = t.testdir();
    const broker = await startEmbeddedBroker({ port: 0, log });
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const ledger = await Ledger.open({
      folder: path.join(folder, 'ledger'),
      gateway: 'box-1',
      reserveBytes: 4096,
    });
    const uplink = await Uplink.open({
      ledger,
      address,
      version: 'test',
      rooms: () => [],
      log,
      heartbeatMs: 100,
      receiptDeadlineMs: 2000,
      mqtt: { url, protocolVersion: 4 },
    });
    t.teardown(async () => {
      await uplink.close(0);
      await ledger.close();
      await broker.close();
    });
    const feed = (options: Record<string, string | true>, json: boolean) => {
      const lines: string[] = [];
      const errors: string[] = [];
      const stop = new AbortController();
      const ended = feedCommand.run({
        args: [],
        options: { broker: url, debts: true, ...options },
        json,
        language: 'en',
        signal: stop.signal,
        out: (line) => lines.push(line),
        err: (line) => errors.push(line),
      });
      const end = async (): Promise<number> => {
        stop.abort();
        return ended;
      };
      return { lines, errors, ended, end };
    };
    const refused = feed({}, false);
    t.equal(await refused.ended, 2);
    t.match(refused.errors, [/--debts needs --store/]);

    const store = path.join(folder, 'hq');
    const live = feed({ store }, false);
    t.teardown(live.end);
    await until(() => live.lines.some((line) => line.includes('nothing is owed')));
    await ledger.append(opened('s1', 'talk'));
    await ledger.append(incurred('s1', 'case-number', Date.now() + 24 * hour));
    await ledger.append(incurred('s1', 'stage', Date.now() - hour));
    await until(() => live.lines.some((line) => line.includes('due in 23 h 59 min')));
    await until(() => live.lines.some((line) => /OVERDUE for 1 h\b.*by headquarters' clock/.test(line)));
    t.ok(live.lines.some((line) => /^shanghai\/east\/box-1 +talk +stage of the procedure +20/.test(line)));
    await until(() => uplink.receivedSeq === 3n);
    t.equal(await live.end(), 0);
    await uplink.close(0);

    const again = feed({ store }, true);
    t.teardown(again.end);
    await until(() => again.lines.length > 0);
    t.match(JSON.parse(again.lines[0] ?? ''), {
      type: 'debts',
      leftOut: 0,
      rows: [
        { debt: 'stage', state: 'overdue', by: 'headquarters', online: false, room: 'talk' },
        { debt: 'case-number', state: 'owed', online: false },
      ],
    });
    await again.end();

    // The plain feed says it in a line of its own, though nothing is heard of the box any more.
    const told: FeedEvent[] = [];
    const hq = await Headquarters.open({ url, store, log, onEvent: (event) => void told.push(event) });
    t.teardown(() => hq.close());
    await until(() => told.some(({ type }) => type === 'debt'));
    t.match(
      told.filter(({ type }) => type === 'debt'),
      [{ debt: 'stage', state: 'overdue', online: false }],
    );
  },
);
