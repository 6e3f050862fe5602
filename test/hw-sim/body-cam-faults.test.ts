// Every fault of a body-cam and its card, seen by the real driver and the gateway's own volume reader and scan.
import t from 'tap';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { monotonicTime, wallTime } from '../../config/clock.ts';
import { listAllClips, readClip } from '../../device-drivers/dock/dock-clips.ts';
import { scanClips } from '../../gateway/bodycam/copying/clip-scan.ts';
import { bodyCamFault, tenYearsMs } from '../../hw-sim/dock/body-cam-faults.ts';
import type { BodyCamFaultName } from '../../hw-sim/dock/body-cam-faults.ts';
import { bodyCamFaultMeanings } from '../../hw-sim/dock/body-cam-faults.ts';
import { dockSite, until, type DockSite } from './dock-site-bench.ts';

const { signal } = new AbortController();
const tried = new Set<BodyCamFaultName>();
function fault(...args: Parameters<typeof bodyCamFault>): ReturnType<typeof bodyCamFault> {
  tried.add(args[0]);
  return bodyCamFault(...args);
}

async function read(site: DockSite, id: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of readClip(site.dock, site.at(0), id)) parts.push(bytes);
  return Buffer.concat(parts);
}

t.test(
  'pulled out at a byte while it is read in frames, and it is whole when it is put in again',
  async (t) => {
    const site = await dockSite(t);
    const device = await site.cam(0, {}, 20_000);
    const removed = new Promise((resolve) => site.dock.events.once('removed', resolve));
    device.use(fault('pulledOut', { atByte: 7000 }));
    let got = 0;
    await t.rejects(
      (async () => {
        for await (const bytes of readClip(site.dock, site.at(0), 'MOV_0001')) got += bytes.length;
      })(),
      { code: 'DOCK_REFUSED', details: { refusal: 'slot-empty' } },
    );
    t.ok(got > 0 && got <= 7000, `${got} bytes came before`);
    await removed;
    site.sim.insert(0, device);
    t.equal((await read(site, 'MOV_0001')).length, 20_000);
  },
);

t.test('pulled out while its disk is up: the disk goes, and an open file ends at the byte', async (t) => {
  const site = await dockSite(t);
  const device = await site.cam(0, { serial: 'BC-A' }, 20_000);
  device.use(fault('pulledOut', { atByte: 7000, afterMs: 200 }));
  const held = await open(path.join(await site.disk(0, 'BC-A'), 'DCIM', 'MOV_0001.MP4'));
  await until(async () => (await site.search('BC-A')).state === 'no-disk');
  t.equal(site.sim.slots[0]?.device, null);
  const { bytesRead } = await held.read(Buffer.alloc(20_000), 0, 20_000, 0);
  t.equal(bytesRead, 7000);
  await held.close();
});

t.test('the device tells another hash than its clip has', async (t) => {
  const site = await dockSite(t);
  const device = await site.cam(0, {}, 5000, 6000);
  device.use(fault('wrongHash', { clip: 'MOV_0001' }));
  const clips = await listAllClips(site.dock, site.at(0));
  const right = await Promise.all(
    clips.map(async ({ id, sha256 }) =>
      createHash('sha256')
        .update(await read(site, id))
        .digest()
        .equals(sha256),
    ),
  );
  t.same(right, [false, true]);
});

t.test('a slow card is read all the same, and its disk comes late', async (t) => {
  const site = await dockSite(t);
  const device = await site.cam(0, { serial: 'BC-A' }, 5000);
  device.use(fault('slowCard', { times: 3, afterMs: 300 }));
  t.equal((await read(site, 'MOV_0001')).length, 5000);
  const asked = site.sim.received.filter(({ case: name }) => name === 'readClip').length;
  t.equal(asked, 4 * Math.ceil(5000 / site.dock.chunkBytes));
  const before = monotonicTime();
  await site.disk(0, 'BC-A');
  t.ok(monotonicTime() - before > 300);
});

t.test(
  'a block that cannot be read is READ_FAILED in frames, and the file on the disk ends there',
  async (t) => {
    const site = await dockSite(t);
    const device = await site.cam(0, { serial: 'BC-A' }, 20_000, 20_000);
    device.use(fault('readError', { clip: 'MOV_0002', atByte: 10_000 }));
    t.equal((await read(site, 'MOV_0001')).length, 20_000);
    await t.rejects(read(site, 'MOV_0002'), { code: 'DOCK_REFUSED', details: { refusal: 'read-failed' } });
    const listed = await listAllClips(site.dock, site.at(0));
    t.same(
      listed.map(({ sizeBytes }) => sizeBytes),
      [20_000n, 20_000n],
      'it lists the whole size',
    );
    const { clips } = await scanClips(await site.disk(0, 'BC-A'), signal);
    t.match(clips, [
      { bytes: 20_000, boxes: { fault: null } },
      { bytes: 10_000, boxes: { fault: 'no-moov' } },
    ]);
  },
);

t.test('a clip that cannot be erased stays listed', async (t) => {
  const site = await dockSite(t);
  const device = await site.cam(0, {}, 5000);
  const off = device.use(fault('eraseFails'));
  const [clip] = await listAllClips(site.dock, site.at(0));
  if (!clip) throw new Error('no clip');
  const { id, sizeBytes, sha256 } = clip;
  const erase = (): Promise<unknown> => site.dock.ask('eraseClip', { at: site.at(0), id, sizeBytes, sha256 });
  await t.rejects(erase(), { code: 'DOCK_REFUSED', details: { refusal: 'erase-failed' } });
  t.equal((await listAllClips(site.dock, site.at(0))).length, 1);
  off();
  await erase();
  t.same(await listAllClips(site.dock, site.at(0)), []);
});

t.test('a device that does not answer its dock leaves the dock itself as it is', async (t) => {
  const site = await dockSite(t);
  const device = await site.cam(0, {}, 5000);
  device.use(fault('silent'));
  await t.rejects(site.dock.ask('deviceInfo', { at: site.at(0) }), {
    code: 'DOCK_REFUSED',
    details: { refusal: 'device-silent' },
  });
  t.match(await site.dock.ask('dockHealth', {}), { faults: 0 });
});

t.test('disk mode is answered, and no disk comes, or nobody mounts it', async (t) => {
  const site = await dockSite(t);
  const none = await site.cam(0, { serial: 'BC-NONE' }, 5000);
  const bare = await site.cam(1, { serial: 'BC-BARE' }, 5000);
  none.use(fault('noDisk'));
  bare.use(fault('notMounted'));
  for (const slot of [0, 1])
    t.match(await site.dock.ask('diskMode', { at: site.at(slot), on: true }), { on: true });
  await until(async () => (await site.search('BC-BARE')).state === 'not-mounted');
  t.same(await site.search('BC-NONE'), { state: 'no-disk' });
});

t.test(
  'low battery, a full card and a serial number that another one has are told as they are',
  async (t) => {
    const site = await dockSite(t);
    const device = await site.cam(0, { batteryPct: 90 }, 5000);
    const offs = [
      device.use(fault('lowBattery')),
      device.use(fault('fullCard')),
      device.use(fault('duplicateSerial')),
    ];
    const at = site.at(0);
    t.match(await site.dock.ask('battery', { at }), { percent: 5 });
    t.match(await site.dock.ask('storage', { at }), { freeBytes: 0n, totalBytes: 5000n });
    t.match(await site.dock.ask('deviceInfo', { at }), { serial: 'BC-TWICE' });
    for (const off of offs) off();
    t.match(await site.dock.ask('battery', { at }), { percent: 90 });
    t.match(await site.dock.ask('deviceInfo', { at }), { serial: 'BC00001' });
  },
);

t.test('a clock that is off by years is told, and right again when it was set', async (t) => {
  const site = await dockSite(t);
  const device = await site.cam(0, {}, 5000);
  device.use(fault('clockOff'));
  const at = site.at(0);
  const away = async (): Promise<number> =>
    Number((await site.dock.ask('clockRead', { at })).wallMs) - wallTime();
  t.ok(Math.abs((await away()) - tenYearsMs) < 60_000);
  await site.dock.ask('clockSet', { at, wallMs: BigInt(wallTime()) });
  t.ok(Math.abs(await away()) < 60_000);
});

t.test('every fault of a body-cam was tried here', async (t) => {
  t.same([...tried].toSorted(), Object.keys(bodyCamFaultMeanings).toSorted());
});
