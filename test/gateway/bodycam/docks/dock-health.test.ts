// What a dock says of its own health, over the real driver: told when it appears and when it goes, once.
import t from 'tap';
import type { RoomContext } from '../../../../gateway/gateway-feature.ts';
import { monoMs, wallMs } from '../../../../config/clock.ts';
import { silentLog } from '../../../../config/log.ts';
import type { Dock } from '../../../../device-drivers/dock/dock.ts';
import { DockHealth, healthEveryMs, healthLeastMs } from '../../../../gateway/bodycam/docks/dock-health.ts';
import type { OwnedDock } from '../../../../gateway/bodycam/docks/dock-update.ts';
import { dockFault } from '../../../../hw-sim/dock/dock-faults.ts';
import { dockFaults } from '../../../../protocols/dock/limits.ts';
import { deskBench } from './desk-bench.ts';

t.test('D6: a fault of a dock is in the ledger once when it appears and once when it goes', async (t) => {
  const bench = await deskBench(t);
  const { custody } = bench;
  const better = custody.sim.use(dockFault('unwell'));
  const states = (): readonly string[] =>
    custody.of('dockChanged').flatMap(({ state }) => (state.startsWith('health-') ? [state] : []));
  await bench.start();
  await custody.until('asked when it opened', () => states().length === 2);
  t.same(states(), ['health-supply', 'health-clock']);
  t.match(
    custody.of('dockChanged').find(({ state }) => state === 'health-supply'),
    { dock: 'dock-1', room: 'talk', detail: '9.8 V, 24 °C' },
  );
  t.match(await bench.desk.health({}), [
    { dock: 'dock-1', why: '', health: { faults: ['supply', 'clock'], framesBad: 0 } },
  ]);
  t.match(bench.view()?.health, { supplyMv: 9_800 });
  await bench.stop();
  await bench.start();
  await custody.until('asked again', () => bench.view()?.health !== null);
  t.equal(states().length, 2, 'another process knows from the ledger what was told');
  better();
  custody.sim.use({
    name: 'newer',
    answer: (_, next) => {
      const below = next();
      if (!below || 'refused' in below || below.case !== 'dockHealth') return below;
      return { case: below.case, value: { ...below.value, faults: dockFaults.clock | 64 } };
    },
  });
  await bench.desk.health({ dock: 'dock-1' });
  await custody.until('told', () => states().length === 4);
  t.same(states().slice(2), ['health-other', 'health-supply-over']);
  await t.rejects(bench.desk.health({ dock: 'dock-2' }), { code: 'DOCK_UNKNOWN' });
  custody.sim.unplug();
  await custody.until('gone', () => bench.view()?.state !== 'ready');
  t.match(await bench.desk.health({}), [{ dock: 'dock-1', health: null, why: /lost|unreachable|closed/ }]);
});

t.test(
  'D6: a dock is asked when it opens and every ten minutes, and one that flaps not more often',
  async (t) => {
    let mono = 1_000;
    let asked = 0;
    const status: { state: string; identity: object } = { state: 'ready', identity: {} };
    const driver = {
      status,
      ask: () => {
        asked += 1;
        return Promise.resolve({ faults: 0, supplyMv: 12_000, temperatureC: 20 });
      },
    } as unknown as Dock;
    const dock = { settings: { id: 'd', room: 'r' }, driver, slots: [] } as unknown as OwnedDock;
    const parts = {
      enter: () => t.fail('nothing has changed'),
      now: (() => ({ wall: wallMs(0), mono: monoMs(mono) })) as RoomContext['now'],
      log: silentLog,
    };
    const health = new DockHealth();
    const after = async (milliseconds: number, session: object): Promise<number> => {
      mono += milliseconds;
      status.identity = session;
      health.tick([dock], parts);
      await health.close();
      return asked;
    };
    const [one, other] = [{}, {}];
    t.equal(await after(0, one), 1);
    t.equal(await after(healthEveryMs - 1, one), 1);
    t.equal(await after(1, one), 2);
    t.equal(await after(1, other), 2);
    t.equal(await after(healthLeastMs - 2, other), 2);
    t.equal(await after(1, other), 3, 'it has opened again');
    status.state = 'lost';
    t.equal(await after(healthEveryMs, other), 3);
  },
);
