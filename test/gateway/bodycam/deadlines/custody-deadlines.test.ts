// Deadlines and custody together: a simulated dock with a real card, pulled out and docked again, and what the deadline of
// its device is then, live and by the ledger alone.
import t from 'tap';
import { monoMs, wallMs } from '../../../../config/clock.ts';
import { silentLog } from '../../../../config/log.ts';
import { custodyDeadlines } from '../../../../gateway/bodycam/deadlines/custody-deadlines.ts';
import {
  deadlineFeature,
  type DeadlineFeature,
} from '../../../../gateway/bodycam/deadlines/deadline-feature.ts';
import type { RoomContext } from '../../../../gateway/gateway-feature.ts';
import { custodyBench, type CustodyBench } from '../custody/custody-bench.ts';
import { days } from './deadline-bench.ts';

/** The deadlines of a box whose ledger is the bench's. */
async function deadlinesOf(bench: CustodyBench): Promise<DeadlineFeature> {
  const feature = deadlineFeature({ readDays: () => Promise.resolve(days) });
  for (const [index, body] of bench.entries.entries())
    feature.entry?.({ seq: index + 1, body, wallMs: Date.now() });
  const push = bench.entries.push.bind(bench.entries);
  bench.entries.push = (...bodies) => {
    const length = push(...bodies);
    for (const body of bodies) feature.entry?.({ seq: length, body, wallMs: Date.now() });
    return length;
  };
  await feature.start({
    settings: () => bench.settings,
    now: () => ({ wall: wallMs(Date.now()), mono: monoMs(performance.now()) }),
    log: silentLog,
  } as unknown as RoomContext);
  return feature;
}

t.test(
  'E1: what a dock lists is due, what it saves is not, and a pulled device keeps its deadline',
  async (t) => {
    const bench = await custodyBench(t);
    bench.settings = { ...bench.settings, policy: { ...bench.settings.policy, pack: 'jiaozuo-emergency' } };
    const device = await bench.cam({ serial: 'BC00001' }, 8192, 9000, 10_000);
    const live = await deadlinesOf(bench);
    const offloads = () => live.bodycams?.().offloads ?? [];
    // The first is in the ledger, the others are not taken.
    let taken = 0;
    bench.before = (body) => {
      if (body.case === 'clipOffloaded' && (taken += 1) > 1) throw new Error('the disk is full');
    };
    await bench.start({ ...custodyDeadlines(live), againMs: 60_000 });
    bench.sim.insert(0, device);
    await bench.until('one is saved', () => bench.of('clipOffloaded').length === 1 && taken > 1);
    const [saved] = bench.of('clipOffloaded');
    t.equal(saved?.dueArticle, 'JZ 13');
    t.equal(saved?.dueWallMs, (saved?.endWallMs ?? 0) + 86_400_000, 'each clip is entered with its deadline');
    t.match(offloads(), [{ device: 'bc-1', where: 'docked', clips: 2, article: 'JZ 13', room: 'talk' }]);
    const due = offloads()[0]?.dueWallMs;
    bench.sim.pull(0);
    await bench.until('it is out', () => bench.of('deviceUndocked').length === 1);
    t.match(offloads(), [{ where: 'out', dueWallMs: due, clips: 2 }]);
    t.equal(bench.of('deviceUndocked')[0]?.oldestWallMs, (due ?? 0) - 86_400_000);

    // By the ledger alone it is the same.
    await bench.stop();
    const again = await deadlinesOf(bench);
    t.match(again.bodycams?.().offloads, [{ where: 'out', dueWallMs: due }]);
    bench.before = () => undefined;
    await bench.start(custodyDeadlines(again));
    bench.sim.insert(0, device);
    await bench.until('all is saved', () => bench.of('clipErased').length === 3);
    t.same(again.bodycams?.().offloads, []);
    bench.sim.pull(0);
    await bench.until('it is out again', () => bench.of('deviceUndocked').length === 2);
    t.equal(bench.of('deviceUndocked')[1]?.oldestWallMs, 0);
    t.same(again.bodycams?.().offloads, []);
  },
);
