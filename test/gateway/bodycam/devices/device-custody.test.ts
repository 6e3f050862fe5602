// Issue and return beside the custody of footage, in a whole gateway with a simulated dock: whose a clip is, what is
// asked of a device while it lies there, and what a room's check tells of it.
import t, { type Test } from 'tap';
import { beforeUseFeature } from '../../../../gateway/before-use/before-use-feature.ts';
import { copyClip } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import { unclassed } from '../../../../gateway/bodycam/custody/clip-entry.ts';
import { custodyFeature } from '../../../../gateway/bodycam/custody/custody-feature.ts';
import { DeviceBook } from '../../../../gateway/bodycam/devices/device-book.ts';
import { deviceFeature } from '../../../../gateway/bodycam/devices/device-feature.ts';
import { Dock } from '../../../../device-drivers/dock/dock.ts';
import { askControl } from '../../../../gateway/sessions/control-api.ts';
import type { ControlRequests } from '../../../../gateway/sessions/control-protocol.ts';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import { wallTime } from '../../../../config/clock.ts';
import { writeClip } from '../../../../hw-sim/dock/sim-clip.ts';
import { mp4Clip } from '../../../../hw-sim/media/mp4-clip.ts';
import { testTimes } from '../../../contract/dock-bench.ts';
import { World } from '../../gateway-bench.ts';
import { settings, until } from '../../sessions/fakes.ts';
import { custodyBench } from '../custody/custody-bench.ts';
import { wang } from './device-bench.ts';

const readClock = () => Promise.resolve('synchronised' as const);

async function rig(t: Test) {
  // Its simulated dock and volumes; the custody is the gateway's own here.
  const bench = await custodyBench(t);
  const world = new World();
  const { docks, bodyCams, offload } = bench.settings;
  world.settings = { ...world.settings, docks, bodyCams, offload };
  const start = () => {
    const devices = new DeviceBook();
    const custody = custodyFeature(() => ({
      makeDock: ({ address }) => new Dock({ address, times: testTimes, pollMs: 50 }),
      lookUp: devices,
      classify: () => unclassed,
      due: () => ({ dueWallMs: 0, article: '' }),
      listed: () => undefined,
      copier: { copy: copyClip, close: () => undefined },
      measureEveryMs: 50,
    }));
    return world.startGateway({
      features: () => [beforeUseFeature({ readClock }), deviceFeature(devices, custody), custody],
    });
  };
  let gateway = await start();
  t.teardown(async () => {
    await gateway.stop('asked');
    await world.end();
  });
  const ask = <Name extends keyof ControlRequests>(
    name: Name,
    body: ControlRequests[Name]['body'],
  ): Promise<ControlRequests[Name]['answer']> => askControl(world.socket, name, body);
  const of = <Case extends LedgerBody['case']>(name: Case) =>
    world.entries.flatMap((body) =>
      body.case === name ? [body.value as Extract<LedgerBody, { case: Case }>['value']] : [],
    );
  const slot = (at: number) => gateway.view().bodycams?.docks[0]?.slots.find((each) => each.slot === at);
  const restart = async (meanwhile: () => void) => {
    await gateway.stop('asked');
    meanwhile();
    gateway = await start();
  };
  return { bench, world, ask, of, slot, restart };
}

t.test(
  'D1, E4: a clip is the officer’s to whom the device was issued, and its docking is the return',
  async (t) => {
    const { bench, ask, of, slot } = await rig(t);
    const cam = await bench.cam({ batteryPct: 88 });
    bench.sim.insert(0, cam);
    await until('it is done', () => slot(0)?.at === 'done');
    const answer = await ask('issue', { device: 'bc-1', officer: wang, by: 'clerk' });
    t.match(
      answer.items.find(({ item }) => item === 'battery'),
      { result: 'ok', detail: '88 %' },
    );
    t.match(of('deviceIssued')[0], { dock: 'dock-1', slot: 0, batteryPercent: 88 });
    bench.sim.pull(0);
    await until('it is out', () => of('deviceUndocked').length === 1);
    t.match(await ask('devices', {}), { devices: [{ device: 'bc-1', at: 'issued' }, {}] });
    const folder = bench.volumes.cardFolder('field');
    const issuedMs = of('deviceIssued')[0]?.at.wallMs ?? 0;
    const clip = { id: 'FIELD', bytes: 20_000 };
    const { durationMs } = mp4Clip({ ...clip, beginWallMs: issuedMs });
    await until('it has been out for as long as the clip', () => wallTime() > issuedMs + durationMs);
    cam.record(await writeClip(folder, { ...clip, beginWallMs: wallTime() - durationMs }));
    bench.sim.insert(2, cam);
    await until('it is stored', () => of('clipErased').length === 1);
    t.match(of('clipOffloaded')[0], { device: 'bc-1', officer: wang });
    await until('its return', () => of('deviceReturned').length === 1);
    t.match(of('deviceReturned')[0], {
      officer: wang,
      how: 'docked',
      dock: 'dock-1',
      slot: 2,
      at: of('deviceDocked')[1]?.at,
    });
    t.match(await ask('devices', {}), { devices: [{ device: 'bc-1', at: 'docked', issued: null }, {}] });
  },
);

t.test('E4: a box that starts anew takes no device for returned that nobody has taken out', async (t) => {
  const { bench, ask, of, slot, restart } = await rig(t);
  const cam = await bench.cam({});
  bench.sim.insert(0, cam);
  await until('it is done', () => slot(0)?.at === 'done');
  await ask('issue', { device: 'bc-1', officer: wang, by: 'clerk' });
  await restart(() => undefined);
  await until('it is seen again', () => of('deviceDocked').length === 2 && slot(0)?.at === 'done');
  t.match(await ask('devices', {}), { devices: [{ device: 'bc-1', issued: { officer: wang.name } }, {}] });
  t.same(of('deviceReturned'), []);
  await restart(() => bench.sim.pull(0));
  await until('the slot is empty', () => of('deviceUndocked').length === 1);
  bench.sim.insert(0, cam);
  await until('its return', () => of('deviceReturned').length === 1);
});

t.test(
  'E4: a device that is reported stolen while it lies in the dock is refused, and read again when found',
  async (t) => {
    const { bench, ask, of, slot } = await rig(t);
    const cam = await bench.cam({}, 50_000);
    await ask('report', { device: 'bc-1', what: 'stolen', by: 'clerk' });
    bench.sim.insert(1, cam);
    await until('it is refused', () => slot(1)?.at === 'refused');
    t.match(of('deviceDocked')[0], { standing: 'stolen', totalBytes: 0 });
    t.equal(cam.clips.length, 1);
    await ask('report', { device: 'bc-1', what: 'found', by: 'clerk' });
    await until('it is stored', () => of('clipErased').length === 1);
  },
);

t.test('D1, D2: the check of a room tells the battery of a docked device as it is now', async (t) => {
  const { bench, ask, slot } = await rig(t);
  const cam = await bench.cam({ batteryPct: 9 });
  bench.sim.insert(0, cam);
  const battery = async () => {
    const { items } = await ask('check', { room: 'talk', by: 'clerk' });
    return items.find(({ item }) => item === 'battery');
  };
  await until('it is done', () => slot(0)?.at === 'done');
  t.match(await battery(), { result: 'fault', finding: 'battery-low', device: 'bc-1', detail: '9 %' });
  cam.use({ name: 'charged', facts: (below) => ({ ...below, batteryPct: 90 }) });
  await until('it is charged', () => slot(0)?.batteryPct === 90);
  t.match(await battery(), { result: 'ok' });
  t.equal(settings.docks.length, 0);
  const { items } = await ask('check', { room: 'court', by: 'clerk' });
  t.match(
    items.find(({ item }) => item === 'dock'),
    { result: 'none', finding: 'no-dock' },
  );
});
