// `liuhen dock …` against a whole gateway with the real driver on a simulated dock: what a technician reads, in both
// languages and within 80 columns, and the exit codes.
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { exitCodes } from '../../../cli/command.ts';
import { sleep } from '../../../config/clock.ts';
import { Dock } from '../../../device-drivers/dock/dock.ts';
import { unclassed } from '../../../gateway/bodycam/custody/clip-entry.ts';
import { custodyFeature } from '../../../gateway/bodycam/custody/custody-feature.ts';
import { registerOf } from '../../../gateway/bodycam/devices/device-register.ts';
import type { DockDeskView } from '../../../gateway/bodycam/docks/dock-requests.ts';
import { displayWidth } from '../../../gateway/health/display-width.ts';
import { SimBodyCam } from '../../../hw-sim/dock/sim-body-cam.ts';
import { createSimDock } from '../../../hw-sim/dock/sim-dock.ts';
import { encodeFirmwareFile } from '../../../protocols/dock/firmware-file.ts';
import { signFirmware } from '../../../protocols/dock/firmware-image.ts';
import { testTimes } from '../../contract/dock-bench.ts';
import { World } from '../../gateway/gateway-bench.ts';
import { liuhen } from '../run-program.ts';

type Run = (...argv: string[]) => Promise<{ code: number; out: string; err: string }>;

async function rig(t: Test) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const sim = await createSimDock({ firmwareKey: publicKey });
  sim.insert(1, new SimBodyCam({ serial: 'ALIEN-9' }));
  const world = new World();
  const dock = { room: 'talk', baudRate: 115_200, minBuild: 0 };
  world.settings = {
    ...world.settings,
    docks: [
      { ...dock, id: 'dock-1', address: sim.address },
      { ...dock, id: 'dock-2', address: 'tcp://127.0.0.1:1', minBuild: 150 },
    ],
    offload: { ...world.settings.offload, storeFolder: path.join(world.folder, 'store') },
  };
  const custody = custodyFeature(({ settings }) => ({
    makeDock: ({ address }) => new Dock({ address, times: testTimes, pollMs: 50 }),
    lookUp: registerOf(settings),
    classify: () => unclassed,
    due: () => ({ dueWallMs: 0, article: '' }),
    listed: () => undefined,
  }));
  const gateway = await world.startGateway({ features: () => [custody] });
  t.teardown(async () => {
    await gateway.stop('asked');
    await sim.close();
    await world.end();
  });
  const image = async (build: number): Promise<string> => {
    const file = path.join(world.folder, `${build}.lhfw`);
    const about = { target: 'dock', model: 'DK-4', name: `${build / 100}`, build } as const;
    await writeFile(file, encodeFirmwareFile(signFirmware(about, Buffer.alloc(5000, build), privateKey)));
    return file;
  };
  const run: Run = async (...argv) => {
    const ran = await liuhen('dock', ...argv, '--socket', world.socket);
    for (const line of ran.out.split('\n')) {
      const json = /^[[{]/.test(line);
      if (!json && displayWidth(line) > 80) t.fail(`wider than 80 columns: ${line}`);
    }
    return ran;
  };
  const until = async (what: string, is: (docks: readonly DockDeskView[]) => boolean): Promise<void> => {
    for (let tries = 0; tries < 500; tries += 1) {
      if (is(JSON.parse((await run('list', '--json')).out) as readonly DockDeskView[])) return;
      await sleep(20);
    }
    t.fail(`never came: ${what}`);
  };
  await until(
    'ready',
    ([one, other]) => one?.state === 'ready' && one.health !== null && other?.state === 'unreachable',
  );
  return { sim, world, run, image, until };
}

t.test('D6: a technician looks at the docks and updates one, in English', async (t) => {
  const { run, image, until, world } = await rig(t);
  const list = await run('list', '--lang', 'en');
  t.equal(list.code, exitCodes.wrong, 'one of them is away');
  t.match(list.out, /^dock dock-1 \(talk\) {2}ready {2}tcp:/m);
  t.match(list.out, /^ {2}Sim DK-4 DK00001 {2}firmware 1\.4\.2 \(142\)$/m);
  t.match(list.out, /^ {2}line: \d+ frames, 0 bad, 0 sent again$/m);
  t.match(list.out, /^ {2}12\.0 V {2}24 °C {2}up 0 h 0 min {2}in order$/m);
  t.match(list.out, /^ {2}slot 2 {2}ALIEN-9 {2}REFUSED$/m);
  t.match(list.out, /^dock dock-2 \(talk\) {2}! cannot be reached.*\n {2}at least build 150 is demanded$/m);

  const health = await run('health', '--lang', 'en');
  t.equal(health.code, exitCodes.incomplete);
  t.match(health.out, /^dock dock-1 {2}12\.0 V.*in order\n {2}\d+ frames heard, 0 bad\n/);
  t.match(health.out, /^dock dock-2 {2}! cannot be reached$/m);
  t.equal((await run('health', 'dock-1')).code, exitCodes.ok);

  const update = await run('firmware', 'dock-1', '--image', await image(150), '--by', '王工', '--lang', 'en');
  t.equal(update.code, exitCodes.incomplete);
  t.match(update.out, /^update to 1\.5 \(150\) {2}.* {2}by 王工/);
  await until('done', ([one]) => one?.update?.state === 'done');
  t.match(
    (await run('list', '--lang', 'en')).out,
    /^ {2}update to 1\.5 \(150\) {2}done: it runs {2}by 王工$/m,
  );
  t.match(
    world.entries.find((body) => body.case === 'deviceMaintained'),
    { value: { device: 'dock-1', what: 'firmware 1.5 (150)', outcome: 'in-use', by: '王工' } },
  );
  t.equal(
    (await run('firmware', 'dock-1', '--image', await image(150))).code,
    exitCodes.ok,
    'it runs already',
  );
});

t.test("D6: a technician reads a dock's refusal, in Chinese", async (t) => {
  const { run, image, world } = await rig(t);
  const list = await run('list', '--lang', 'zh-CN');
  t.match(list.out, /^采集站 dock-1 \(talk\) {2}就绪/m);
  t.match(list.out, /^ {2}插槽 2 {2}ALIEN-9 {2}已拒绝$/m);
  const older = await run('firmware', 'dock-1', '--image', await image(141), '--lang', 'zh-CN');
  t.equal(older.code, exitCodes.wrong);
  t.match(older.err, /^DOCK_REFUSED: 采集站拒绝 firmwareBegin：image-downgrade/);
  t.match((await run('list', '--lang', 'zh-CN')).out, /更新到 1\.41 \(141\) {2}失败.*\n {4}! 低于当前版本$/m);
  const none = await run(
    'firmware',
    'dock-1',
    '--image',
    path.join(world.folder, 'no.lhfw'),
    '--lang',
    'zh-CN',
  );
  t.match(none, { code: exitCodes.wrong, err: /^DOCK_IMAGE: 固件映像不可用：没有该名称的普通文件。/ });
  t.match(await run('health', 'dock-3', '--json'), { code: exitCodes.wrong, out: /"DOCK_UNKNOWN"/ });
  t.match(await run('firmware', 'dock-2', '--image', await image(150)), {
    code: exitCodes.wrong,
    err: /DOCK_DOWN/,
  });
});
