// The disks of simulated body-cams, with the real driver and the gateway's own volume reader, scan and copy.
import t from 'tap';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listAllClips } from '../../device-drivers/dock/dock-clips.ts';
import { BlockPool } from '../../gateway/bodycam/copying/block-pool.ts';
import { copyClip } from '../../gateway/bodycam/copying/clip-copy.ts';
import { scanClips } from '../../gateway/bodycam/copying/clip-scan.ts';
import { openSimVolumes } from '../../hw-sim/dock/sim-volumes.ts';
import { mp4Clip, minMp4Bytes } from '../../hw-sim/media/mp4-clip.ts';
import { dockSite, until } from './dock-site-bench.ts';

const { signal } = new AbortController();

t.test(
  'a body-cam in disk mode is a volume that the gateway finds, with the clips that the dock lists',
  async (t) => {
    const site = await dockSite(t);
    await site.cam(1, { serial: 'BC-A' }, 100_000, 700_001);
    const listed = await listAllClips(site.dock, site.at(1));
    t.same(await site.search('BC-A'), { state: 'no-disk' }, 'there is no disk before disk mode');
    const point = await site.disk(1, 'BC-A');
    const found = await site.search('BC-A');
    t.match(found, { volumes: [{ point, type: 'exfat', writableBy: 'nobody' }] });
    const scan = await scanClips(point, signal);
    t.same(scan.faults, []);
    t.same(
      scan.clips.map(({ path: name, bytes, modifiedMs }) => [
        name.toString(),
        BigInt(bytes),
        BigInt(modifiedMs),
      ]),
      listed.map(({ path: name, sizeBytes, endWallMs }) => [name, sizeBytes, endWallMs]),
    );
    for (const { boxes } of scan.clips)
      t.match(boxes, { fault: null, fragmented: false, durationMs: Number });
    t.equal(scan.clips[0]?.boxes?.createdMs, Date.UTC(2026, 4, 4, 8), 'when it began stands in the file');
    for (const { path: name, sha256 } of listed) {
      const hash = createHash('sha256').update(await readFile(path.join(point, name)));
      t.same(hash.digest(), Buffer.from(sha256));
    }
    await t.rejects(listAllClips(site.dock, site.at(1)), {
      code: 'DOCK_REFUSED',
      details: { refusal: 'disk-mode-on' },
    });
  },
);

t.test('the disk goes with disk mode, with a boot and with the hand that pulls the device', async (t) => {
  const site = await dockSite(t);
  const device = await site.cam(0, { serial: 'BC-A' }, 50_000);
  const ways: readonly (() => unknown)[] = [
    () => site.dock.ask('diskMode', { at: site.at(0), on: false }),
    () => site.sim.pull(0),
    () => site.sim.reboot(),
  ];
  for (const leave of ways) {
    if (site.sim.slots[0]?.device === null) site.sim.insert(0, device);
    const point = await site.disk(0, 'BC-A');
    const held = await open(path.join(point, 'DCIM', 'MOV_0001.MP4'));
    await leave();
    t.same(await site.search('BC-A'), { state: 'no-disk' });
    t.notOk(existsSync(point));
    t.equal(
      (await held.read(Buffer.alloc(10), 0, 10, 0)).bytesRead,
      0,
      'who has a file open gets nothing more',
    );
    await held.close();
  }
  await site.dock.open();
  t.same(
    (await listAllClips(site.dock, site.at(0))).map(({ id }) => id),
    ['MOV_0001'],
    'the card is whole',
  );
});

t.test(
  'pulled out at any byte of a clip that is copied, the copy says pulled-out and goes on the next time',
  async (t) => {
    const site = await dockSite(t);
    const device = await site.cam(0, { serial: 'BC-A' }, 400_000);
    const [listed] = await listAllClips(site.dock, site.at(0));
    const store = await mkdtemp(path.join(tmpdir(), 'lh-store-'));
    t.teardown(() => rm(store, { recursive: true, force: true }));
    const pool = new BlockPool(2, 16_384);
    for (const pullAt of [0, 100_000, 399_999, null]) {
      if (site.sim.slots[0]?.device === null) site.sim.insert(0, device);
      const root = await site.disk(0, 'BC-A');
      const [clip] = (await scanClips(root, signal)).clips;
      if (!clip || !listed) throw new Error('no clip');
      let asked = 0;
      const outcome = await copyClip(
        {
          device: 'BC-A',
          root,
          path: clip.path,
          bytes: clip.bytes,
          modifiedMs: clip.modifiedMs,
          deviceSha256: Buffer.from(listed.sha256).toString('hex'),
        },
        {
          store,
          pool,
          signal,
          keepFreeBytes: 0,
          syncEveryBytes: 65_536,
          pace: async (bytes) => {
            asked += bytes;
            if (pullAt !== null && asked > pullAt) site.sim.pull(0);
          },
        },
      );
      t.match(outcome, { state: pullAt === null ? 'verified' : 'pulled-out' }, `at ${pullAt}`);
      if (pullAt === null && outcome.file !== null)
        t.same(
          createHash('sha256')
            .update(await readFile(outcome.file))
            .digest(),
          Buffer.from(listed.sha256),
        );
    }
  },
);

t.test('two body-cams with one serial number are two disks, and neither is read', async (t) => {
  const site = await dockSite(t);
  await site.cam(0, { serial: 'BC-SAME' }, 5000);
  await site.cam(1, { serial: 'BC-SAME' }, 5000);
  await site.disk(0, 'BC-SAME');
  await site.dock.ask('diskMode', { at: site.at(1), on: true });
  await until(async () => (await site.search('BC-SAME')).state === 'several-disks');
  t.same(await site.search('BC-SAME'), { state: 'several-disks', disks: ['sdb', 'sdc'] });
  site.sim.pull(0);
  t.match(await site.search('BC-SAME'), { state: 'found' });
});

t.test('an erased clip is gone from the card and from its next disk', async (t) => {
  const site = await dockSite(t);
  await site.cam(0, { serial: 'BC-A' }, 5000, 6000);
  const [first] = await listAllClips(site.dock, site.at(0));
  if (!first) throw new Error('no clip');
  const { id, sizeBytes, sha256 } = first;
  const file = path.join(site.volumes.cardFolder('cam-0'), `${id}.MP4`);
  t.ok(existsSync(file));
  await site.dock.ask('eraseClip', { at: site.at(0), id, sizeBytes, sha256 });
  t.notOk(existsSync(file));
  const scan = await scanClips(await site.disk(0, 'BC-A'), signal);
  t.same(
    scan.clips.map((clip) => clip.path.toString()),
    ['DCIM/MOV_0002.MP4'],
  );
});

t.test(
  'a folder of volumes is cleaned of an earlier run, and one that holds something else is not touched',
  async (t) => {
    const above = await mkdtemp(path.join(tmpdir(), 'lh-'));
    t.teardown(() => rm(above, { recursive: true, force: true }));
    const folder = path.join(above, 'with a blank');
    const left = await openSimVolumes(folder);
    await writeFile(path.join(left.folder, 'sys', 'block', 'left'), '');
    const volumes = await openSimVolumes(folder);
    t.notOk(existsSync(path.join(folder, 'sys', 'block', 'left')));
    volumes.close();
    t.same(existsSync(path.join(folder, 'mountinfo')), false);
    await mkdir(path.join(folder, 'sys'));
    await writeFile(path.join(folder, 'sys', 'of somebody else'), '');
    await t.rejects(openSimVolumes(folder), /holds something else/);
    t.ok(existsSync(path.join(folder, 'sys', 'of somebody else')));
  },
);

t.test('a clip has exactly the bytes that are asked for, or the seconds', async (t) => {
  for (const bytes of [minMp4Bytes(), 100_000, 345_678, 5_000_000]) {
    const clip = mp4Clip({ bytes, beginWallMs: 0 });
    let made = 0;
    for (const chunk of clip.chunks()) made += chunk.length;
    t.equal(made, bytes);
    t.equal(clip.sizeBytes, bytes);
  }
  t.equal(mp4Clip({ seconds: 20, beginWallMs: 0 }).durationMs, 20_000);
  t.throws(() => mp4Clip({ bytes: 3, beginWallMs: 0 }), /bytes must be from/);
  t.throws(() => mp4Clip({ seconds: 0, beginWallMs: 0 }), /seconds must be above 0/);
});
