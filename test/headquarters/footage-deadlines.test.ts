// Deadlines of body-cam footage at headquarters: folded from the box's entries, counted down by headquarters' own clock,
// there after its restart and while the box is away.
import path from 'node:path';
import t from 'tap';
import { debtTable } from '../../cli/debt-table.ts';
import { silentLog as log } from '../../config/log.ts';
import { openStore } from '../../config/store.ts';
import { DebtDesk, dueSoonMs } from '../../headquarters/debt-desk.ts';
import { DebtView, maxFootagePerGateway, readDebts } from '../../headquarters/debt-view.ts';
import type { DebtEvent } from '../../headquarters/feed-event.ts';
import { feedLine } from '../../headquarters/feed-lines.ts';
import type { Body } from '../../protocols/hq/messages.ts';

const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };
const hour = 3_600_000;
const dueAt = 1_790_000_000_000;
const officer = { name: '王某', certificate: 'JZ-001' };

const reminded = (to: string, dueWallMs: number, serial = 'S1'): Body => ({
  case: 'offloadReminded',
  value: {
    device: 'BWC-1',
    serial,
    officer,
    to,
    dueWallMs: BigInt(dueWallMs),
    article: dueWallMs === 0 ? '' : 'JZ 13',
    reason: 'not-docked',
  },
});
const missed = (reason: string): Body => ({
  case: 'offloadMissed',
  value: {
    device: 'BWC-1',
    serial: 'S1',
    officer,
    dueWallMs: BigInt(dueAt),
    article: 'JZ 13',
    reason,
    recordedToWallMs: 1n,
    clipCount: 0,
  },
});
const remote = (returnedWallMs: number): Body => ({
  case: 'remoteWorkDeclared',
  value: {
    device: 'BWC-1',
    by: '',
    why: '',
    fromWallMs: 1n,
    returnedWallMs: BigInt(returnedWallMs),
    article: 'JZ 13',
  },
});

/** A desk whose entries are verified already. */
async function open(folder: string) {
  const store = await openStore(path.join(folder, 'hq'));
  // By a key of its own a gateway is found at a start.
  await store.write([{ type: 'put', key: 'g/shanghai/east/box-1/key', value: new Uint8Array(1) }]);
  const told: DebtEvent[] = [];
  const desk = await DebtDesk.open({ store, limit: 10, log, onDebt: (event) => void told.push(event) });
  let seq = (await readDebts(store, address)).seq;
  return {
    desk,
    told,
    store,
    say: (body: Body) => {
      seq += 1n;
      const header = {
        gateway: 'box-1',
        epoch: 1n,
        seq,
        wallMs: 1n,
        monoUs: 1n,
        previous: new Uint8Array(32),
        bodyHash: new Uint8Array(32),
      };
      return desk.take(address, [{ type: 'entry', address, header, body }]);
    },
    close: async () => {
      desk.close();
      await store.close();
    },
  };
}

t.test(
  'E1: headquarters counts down footage by its own clock without the box, until it is in the store',
  async (t) => {
    const { desk, told, say, close } = await open(t.testdir());
    t.teardown(close);
    await say(reminded('', dueAt));
    desk.tick(dueAt - 5 * hour);
    t.same(told, []);
    t.match(desk.debts(dueAt - 5 * hour), [
      {
        debt: 'footage',
        article: 'JZ 13',
        leftMs: 5 * hour,
        state: 'owed',
        online: false,
        footage: { device: 'BWC-1', serial: 'S1', officer: '王某', step: '', away: false },
      },
    ]);
    for (const nowMs of [dueAt - dueSoonMs, dueAt - 1, dueAt, dueAt + hour]) desk.tick(nowMs);
    t.match(told, [{ state: 'due-soon' }, { state: 'overdue', by: 'headquarters' }]);
    t.equal(told.length, 2);
    await say(reminded('headquarters', dueAt));
    await say(missed('not-docked'));
    t.match(desk.debts(dueAt + hour), [
      { state: 'overdue', by: 'gateway', footage: { step: 'headquarters' } },
    ]);
    desk.tick(dueAt + 2 * hour);
    t.equal(told.length, 2, 'once');
    await say(reminded('', dueAt + 24 * hour));
    desk.tick(dueAt + 24 * hour);
    t.match(
      told.slice(2),
      [{ state: 'overdue', dueWallMs: dueAt + 24 * hour }],
      'the next one is told of anew',
    );
    await say(reminded('', 0));
    await say(missed('late'));
    t.same(desk.debts(dueAt), [], 'what came late is in the store');
  },
);

t.test(
  'E1: while remote work is declared no time runs, and it begins when the box has said so',
  async (t) => {
    const folder = t.testdir();
    const first = await open(folder);
    await first.say(reminded('', dueAt));
    await first.say(remote(0));
    await first.close();
    const { desk, told, say, close } = await open(folder);
    t.teardown(close);
    desk.tick(dueAt + hour);
    t.match(
      desk.debts(dueAt + hour),
      [{ state: 'owed', by: null, footage: { away: true } }],
      'after a restart too',
    );
    await say(remote(dueAt + hour));
    desk.tick(dueAt + hour);
    t.same(told, [], 'the box has not said by when');
    await say(reminded('', dueAt + 25 * hour));
    t.match(desk.debts(dueAt + hour), [{ state: 'owed', leftMs: 24 * hour, footage: { away: false } }]);
  },
);

t.test('E1: the table and the feed name device, officer, article and whom the box has told', async (t) => {
  const { desk, told, say, close } = await open(t.testdir());
  t.teardown(close);
  await say(reminded('unit-head', dueAt));
  const nowMs = dueAt - hour / 2;
  desk.tick(nowMs);
  const shown = { rows: desk.debts(nowMs), leftOut: 0, nowMs };
  t.same(debtTable(shown, 'en').slice(3), [
    'shanghai/east/box-1      BWC-1        body-cam footage          2026-09-21 14:13',
    '  due in 30 min  JZ 13  王某  unit head told  the box is OFFLINE: it may have b…',
  ]);
  t.match(
    debtTable(shown, 'zh-CN').at(-1),
    /^ {2}还剩30分钟 {2}JZ 13 {2}王某 {2}已提醒单位负责人 {2}设备离线/,
  );
  t.match(
    told.map((event) => feedLine(event, 'en'))[0],
    /shanghai\/east\/box-1: due in 30 min body-cam footage BWC-1 王某 \(JZ 13\)/,
  );
  await say(remote(0));
  t.match(debtTable({ ...shown, rows: desk.debts(dueAt * 2) }, 'en').at(-1), /^ {2}remote work declared/);
});

t.test('the footage that is kept of one box is bounded, and takes no place of a debt', (t) => {
  const view = new DebtView();
  view.take(1n, {
    case: 'debtIncurred',
    value: { session: 's', debt: 'stage', what: '', article: '', dueWallMs: 1n },
  });
  for (let n = 0; n < maxFootagePerGateway + 3; n += 1)
    view.take(BigInt(n + 2), reminded('', dueAt + n, `S${n}`));
  t.equal(view.owed.length, maxFootagePerGateway + 1);
  t.equal(view.leftOut, 3);
  t.equal(view.owed[0]?.debt, 'stage');
  t.end();
});
