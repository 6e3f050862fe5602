// A whole simulated site with docks and body-cams, driven from outside over its control port.
import t, { type Test } from 'tap';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { wallTime } from '../../config/clock.ts';
import { listAllClips } from '../../device-drivers/dock/dock-clips.ts';
import { updateFirmware } from '../../device-drivers/dock/dock-firmware.ts';
import { Dock } from '../../device-drivers/dock/dock.ts';
import { scanClips } from '../../gateway/bodycam/copying/clip-scan.ts';
import { readVolumes } from '../../gateway/bodycam/copying/volume-reader.ts';
import { siteControl } from '../../hw-sim/control-client.ts';
import { bodyCamFaultMeanings, type BodyCamFaultName } from '../../hw-sim/dock/body-cam-faults.ts';
import { dockFaultMeanings, type DockFaultName } from '../../hw-sim/dock/dock-faults.ts';
import { readSiteFile } from '../../hw-sim/site-file.ts';
import { startSite } from '../../hw-sim/site.ts';
import { signFirmware } from '../../protocols/dock/firmware-image.ts';
import { testTimes } from '../contract/dock-bench.ts';
import { until } from './dock-site-bench.ts';

const twoCams = `docks:
  - { id: office, slots: 3, serial: DK-77 }
bodyCams:
  - id: cam-a
    serial: BC-A
    officerNumber: A-1001
    officerName: 张三
    unit: 执法一队
    batteryPct: 61
    clips: [{ seconds: 2, minutesAgo: 90 }, { bytes: 100000, minutesAgo: 30, caseMark: DEMO-1 }]
    dock: office
    slot: 1
  - { id: cam-b, serial: BC-B, clockSkewMs: -3600000, clips: [{ seconds: 1, minutesAgo: 10 }] }
`;

async function siteFile(t: Test, text: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'site.yaml');
  await writeFile(file, text);
  return file;
}

async function opened(t: Test, text = twoCams) {
  const site = await startSite(await siteFile(t, text), {});
  const control = siteControl(site.controlPort);
  const [told] = await control.docks();
  const dock = new Dock({ address: told?.address ?? '', times: testTimes });
  t.teardown(async () => {
    dock.close();
    await site.close();
  });
  await dock.open();
  const lists = (await control.kernelLists()) ?? '';
  const search = (serial: string) =>
    readVolumes(serial, { sys: path.join(lists, 'sys'), mountinfo: path.join(lists, 'mountinfo') });
  return { site, control, dock, lists, search };
}

t.test('a site with docks: what the file says is what the real driver hears', async (t) => {
  const { control, dock } = await opened(t);
  t.match(dock.status.identity, { serial: 'DK-77', slots: 3 });
  const at = dock.status.slots[1]?.at ?? { slot: 1, insertion: 0 };
  const { serial, officerNumber, officerName, unit } = await dock.ask('deviceInfo', { at });
  t.same([serial, officerNumber, officerName, unit], ['BC-A', 'A-1001', '张三', '执法一队']);
  t.match(await dock.ask('battery', { at }), { percent: 61 });
  const clips = await listAllClips(dock, at);
  t.same(
    clips.map(({ id, caseMark, sizeBytes }) => [id, caseMark, sizeBytes > 10_000n]),
    [
      ['MOV_0001', '', true],
      ['MOV_0002', 'DEMO-1', true],
    ],
  );
  t.ok(Math.abs(wallTime() - 90 * 60_000 - Number(clips[0]?.beginWallMs)) < 60_000);
  const told = await control.bodyCam('cam-a');
  t.match(told, { serial: 'BC-A', docked: { dock: 'office', slot: 1 }, disk: null, erased: [] });
  t.same(
    told.clips.map(({ sha256 }) => sha256),
    clips.map(({ sha256 }) => Buffer.from(sha256).toString('hex')),
  );
  const [late] = (await control.bodyCam('cam-b')).clips;
  t.ok(Math.abs(wallTime() - 70 * 60_000 - (late?.beginWallMs ?? 0)) < 60_000, 'by its own clock');
});

t.test('another process docks, records and pulls over the control port', async (t) => {
  const { control, dock, search } = await opened(t);
  const heard: string[] = [];
  dock.events.on('inserted', ({ slot }) => heard.push(`in ${slot}`));
  dock.events.on('removed', ({ slot }) => heard.push(`out ${slot}`));
  await control.actBodyCam('cam-b', 'record', { bytes: 50_000, caseMark: 'NEW' });
  t.match(await control.actDock('office', 'dock', { slot: 0, bodyCam: 'cam-b' }), {
    slots: [{ bodyCam: 'cam-b' }, { bodyCam: 'cam-a' }, { bodyCam: null }],
  });
  await until(() => heard.length === 1);
  const at = dock.status.slots[0]?.at ?? { slot: 0, insertion: 0 };
  t.match(await listAllClips(dock, at), [{}, { id: 'MOV_0002', sizeBytes: 50_000n, caseMark: 'NEW' }]);
  await dock.ask('slotLamp', { slot: 0, lamp: 'slow' });
  await dock.ask('slotLock', { slot: 0, locked: true });
  await dock.ask('diskMode', { at, on: true });
  await until(async () => (await search('BC-B')).state === 'found');
  const { slots } = await control.dock('office');
  t.match(slots[0], { lamp: 'slow', locked: true, diskMode: true });
  const { disk } = await control.bodyCam('cam-b');
  t.equal((await scanClips(disk?.point ?? '', new AbortController().signal)).clips.length, 2);
  await control.actDock('office', 'pull', { slot: 0 });
  t.same(await search('BC-B'), { state: 'no-disk' });
  t.match(await control.bodyCam('cam-b'), { docked: null, disk: null });
  await until(() => heard.length === 2);
  // In another slot it is pulled out of the first.
  await control.actDock('office', 'dock', { slot: 2, bodyCam: 'cam-a' });
  await until(() => heard.length === 4);
  t.same(heard, ['in 0', 'out 0', 'out 1', 'in 2']);
});

t.test('every fault of docks and body-cams is laid on and lifted over the control port', async (t) => {
  const { control } = await opened(t);
  for (const name of Object.keys(dockFaultMeanings) as DockFaultName[]) {
    t.match(await control.layDock('office', name), { behaviours: [name] });
    t.match(await control.liftDock('office', name), { behaviours: [] });
  }
  for (const name of Object.keys(bodyCamFaultMeanings) as BodyCamFaultName[]) {
    t.match(await control.layBodyCam('cam-a', name), { behaviours: [name] });
    t.match(await control.liftBodyCam('cam-a', name), { behaviours: [] });
  }
  await control.layDock('office', 'silent', { forMs: 20 });
  await until(async () => (await control.dock('office')).behaviours.length === 0);
});

t.test(
  'a dock that is unplugged, plugged in and rebooted over the control port is seen as that',
  async (t) => {
    const { control, dock } = await opened(t);
    const lost = (): Promise<unknown> => new Promise((resolve) => dock.events.once('lost', resolve));
    let gone = lost();
    await control.actDock('office', 'unplug');
    t.match(await gone, { details: { state: 'lost' } });
    await t.rejects(dock.open(), { code: 'DOCK_DOWN', details: { state: 'unreachable' } });
    t.match(await control.actDock('office', 'plug'), { plugged: true });
    await dock.open();
    gone = lost();
    await control.actDock('office', 'reboot');
    t.match(await gone, { details: { state: 'rebooted' } });
  },
);

t.test('the disks of a dock go with its cable', async (t) => {
  const { control, dock, search } = await opened(t);
  const at = dock.status.slots[1]?.at ?? { slot: 1, insertion: 0 };
  await dock.ask('diskMode', { at, on: true });
  await until(async () => (await search('BC-A')).state === 'found');
  await control.actDock('office', 'unplug');
  t.same(await search('BC-A'), { state: 'no-disk' });
  t.match(await control.bodyCam('cam-a'), { docked: { slot: 1 }, disk: null });
});

t.test('a firmware update is interrupted over the control port, and goes on where it was', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const file = await siteFile(t, 'docks:\n  - { id: office, firmwareKey: maker.pem }\n');
  await writeFile(
    path.join(path.dirname(file), 'maker.pem'),
    publicKey.export({ type: 'spki', format: 'pem' }),
  );
  const site = await startSite(file, {});
  const control = siteControl(site.controlPort);
  const dock = new Dock({ address: (await control.dock('office')).address, times: testTimes });
  t.teardown(async () => {
    dock.close();
    await site.close();
  });
  await dock.open();
  const about = { target: 'dock', model: 'DK-4', name: '1.5.0', build: 150 } as const;
  const image = signFirmware(about, Buffer.alloc(9000, 5), privateKey);
  await control.layDock('office', 'updateInterrupted', { atByte: 5000, undone: true });
  await t.rejects(updateFirmware(dock, image), { code: 'DOCK_DOWN', details: { state: 'rebooted' } });
  t.match(await control.dock('office'), { firmware: { build: 142 } });
  await dock.open();
  await updateFirmware(dock, image);
  await until(async () => (await control.dock('office')).firmware.build === 150);
  t.equal(site.docks.get('office')?.flashedBytes, 9000, 'nothing was flashed twice');
});

t.test('what the simulator refuses about docks is a named error that says why', async (t) => {
  const { control } = await opened(t);
  const refused = async (work: Promise<unknown>, why: RegExp): Promise<void> => {
    await t.rejects(work, { code: 'SIM_CONTROL_FAILED', message: why });
  };
  await refused(control.dock('none'), /no dock none/);
  await refused(control.bodyCam('none'), /no body-cam none/);
  await refused(control.actDock('office', 'kick' as 'pull'), /there are dock, pull/);
  await refused(control.actDock('office', 'pull'), /slot from 0 to 2/);
  await refused(control.actDock('office', 'pull', { slot: 3 }), /slot from 0 to 2/);
  await refused(control.actDock('office', 'dock', { slot: 0, bodyCam: 'none' }), /there are cam-a, cam-b/);
  await refused(control.actBodyCam('cam-a', 'record', { bytes: 3 }), /bytes must be from/);
  await refused(control.actBodyCam('cam-a', 'record', { minutesAgo: -1 }), /minutesAgo/);
  await refused(control.layDock('office', 'none' as 'noise'), /there are noise/);
  await refused(control.layDock('office', 'noise', { forMs: 0 }), /forMs/);
  await refused(
    control.layBodyCam('cam-a', 'silent', { atByte: 'x' as unknown as number }),
    /atByte must be/,
  );
  await control.layBodyCam('cam-a', 'fullCard');
  await refused(control.actBodyCam('cam-a', 'record'), /card is full/);
});

t.test('the volumes of a site lie where its file says, and are gone at the end', async (t) => {
  const file = await siteFile(t, `volumes: cards\n${twoCams}`);
  const folder = path.join(path.dirname(file), 'cards');
  const site = await startSite(file, {});
  t.equal(await siteControl(site.controlPort).kernelLists(), site.volumes?.folder);
  t.ok(existsSync(path.join(folder, 'mountinfo')));
  await site.close();
  t.notOk(existsSync(path.join(folder, 'mountinfo')));
  const { lists, site: temporary } = await opened(t);
  t.ok(existsSync(lists));
  await temporary.close();
  t.notOk(existsSync(lists));
});

t.test('every fault in the docks of a site file is told with its line', (t) => {
  const text = `panels: [{ id: one, port: 18001 }]
docks:
  - { id: one, port: 18001, slots: 2 }
  - { id: two, slots: 40 }
bodyCams:
  - { id: a, serial: S, dock: one, slot: 2 }
  - { id: b, serial: S, dock: none }
  - { id: c, serial: S, dock: one, slot: 1 }
  - { id: d, serial: S, dock: one, slot: 1 }
  - { id: e, batteryPct: 101, slot: 0 }
  - { id: f, serial: S, clips: [{ bytes: 5 }, { seconds: 0 }, { seconds: 1, bytes: 100000 }, { colour: red }] }
`;
  let message = '';
  try {
    readSiteFile(text);
  } catch (error) {
    message = (error as Error).message;
  }
  t.match(message.split('\n').toSorted(), [
    'line 10: a body-cam needs a serial',
    'line 10: batteryPct must be a number from 0 to 100',
    'line 10: slot needs a dock',
    /^line 11: a clip has bytes or seconds/,
    /^line 11: bytes must be a number from \d+ to \d+/,
    /^line 11: colour is unknown/,
    'line 11: seconds must be above 0',
    'line 3: the port 18001 is there twice',
    'line 4: slots must be a number from 1 to 32',
    'line 6: one has slots 0 to 1',
    'line 7: there is no dock none',
    'line 9: slot 1 of one is taken twice',
  ]);
  t.end();
});
