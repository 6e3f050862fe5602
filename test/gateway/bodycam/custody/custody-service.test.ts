// Custody from slot to store over the real driver, real volumes and a real copier: what is in the ledger, in the store
// and on the device afterwards, and in which order it came about.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { copyClip, type ClipToCopy, type CopyWays } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import { clipSha256 } from '../../../../hw-sim/dock/sim-clip.ts';
import { custodyBench } from './custody-bench.ts';
import { faultDisk } from '../copying/fault-disk.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

t.test(
  'A11, E1, P6: a body-cam that is docked is copied, entered, receipted and only then erased',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({ clockSkewMs: 7_000 }, 300_000, 120_000);
    const clips = [...cam.clips];
    const onDevice = new Map<string, number>();
    bench.before = ({ case: name }) => onDevice.set(name, cam.clips.length);
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done');
    await bench.until('two erased', () => bench.of('clipErased').length === 2);
    t.same(
      bench.entries.map((each) => each.case).filter((name) => name !== 'dockChanged'),
      ['deviceDocked', 'clipOffloaded', 'clipOffloaded', 'custodyReceipt', 'clipErased', 'clipErased'],
    );
    t.equal(onDevice.get('custodyReceipt'), 2, 'nothing was erased before the receipt');
    t.equal(cam.clips.length, 0);
    const [docked] = bench.of('deviceDocked');
    t.match(docked, { device: 'bc-1', serial: 'BC00001', standing: 'ours', clockSet: true, clipCount: 2 });
    t.ok(Math.abs((docked?.clockOffsetMs ?? 0) - 7_000) < 1_000, 'the offset is that of before it was set');
    t.ok(Math.abs(cam.facts.clockSkewMs) < 1_000, 'and then it was set');
    const stored = await bench.stored();
    for (const clip of clips) {
      const entry = bench.of('clipOffloaded').find((each) => each.clip === clip.id);
      t.equal(entry && hex(entry.sha256), hex(clipSha256(clip)));
      t.equal(stored.get(entry?.file ?? ''), hex(clipSha256(clip)), 'the store has the very bytes');
      t.equal(entry?.content, 'whole');
      t.ok(
        Math.abs((entry?.beginWallMs ?? 0) - (clip.beginWallMs - 7_000)) < 1_000,
        'its time is the true one',
      );
      t.equal(entry?.timeCertain, true);
      t.match(entry, { officer: { name: '张三' }, unit: '鼓楼中队', dock: 'dock-1', room: 'talk', slot: 0 });
    }
    const [receipt] = bench.of('custodyReceipt');
    t.match(receipt, {
      clipCount: 2,
      bytes: clips.reduce((sum, each) => sum + ('bytes' in each ? each.bytes.length : each.sizeBytes), 0),
    });
    const [page] = (await readdir(path.join(bench.store, 'receipts'), { recursive: true })).filter((name) =>
      name.endsWith('.txt'),
    );
    t.match(await readFile(path.join(bench.store, 'receipts', page ?? ''), 'utf8'), /bc-1[\s\S]*张三/);
    await bench.until('the lamp', () => bench.sim.slots[0]?.lamp === 'on');
    t.equal(bench.sim.slots[0]?.locked, false);
    bench.sim.pull(0);
    await bench.until('undocked', () => bench.of('deviceUndocked').length === 1);
    t.match(bench.of('deviceUndocked')[0], { outcome: 'done', clipsLeft: 0 });
  },
);

for (const [standing, change] of [
  ['unknown', { serial: 'ALIEN-9' }],
  ['elsewhere', { serial: 'BC00009' }],
] as const)
  t.test(
    `E4: of a device that is ${standing} nothing is asked beyond its name, and it is told`,
    async (t) => {
      const bench = await custodyBench(t);
      bench.settings = {
        ...bench.settings,
        bodyCams: [...bench.settings.bodyCams, bench.registered('bc-9', 'BC00009', 'gw-far')],
      };
      const cam = await bench.cam(change, 100_000);
      await bench.start();
      bench.sim.insert(1, cam);
      await bench.until('told', () => bench.of('custodyTrouble').length === 1);
      t.match(bench.of('deviceDocked')[0], { standing, serial: change.serial, clipCount: 0, totalBytes: 0 });
      t.match(bench.of('custodyTrouble')[0], { what: standing });
      const asked = new Set(bench.sim.received.map((each) => each.case));
      for (const call of [
        'clockRead',
        'clockSet',
        'storage',
        'listClips',
        'diskMode',
        'readClip',
        'eraseClip',
      ])
        t.notOk(asked.has(call as never), `${call} was not asked`);
      t.equal(cam.clips.length, 1);
      t.equal((await bench.stored()).size, 0);
      t.equal(bench.slot(1)?.at, 'refused');
    },
  );

t.test('a device that comes into the register while it stands there is taken over', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({ serial: 'NEW-1' }, 100_000);
  const service = await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('refused', () => bench.slot()?.at === 'refused');
  bench.settings = { ...bench.settings, bodyCams: [bench.registered('bc-3', 'NEW-1')] };
  await service.settle();
  await bench.until('done', () => bench.slot()?.at === 'done');
  t.equal(cam.clips.length, 0);
});

t.test('two devices with one serial number: neither is read, and both keep what they have', async (t) => {
  const bench = await custodyBench(t);
  const [one, two] = [await bench.cam({}, 100_000), await bench.cam({}, 120_000)];
  bench.sim.insert(0, one);
  bench.sim.insert(1, two);
  await bench.start();
  await bench.until('both', () => bench.slot(0)?.why === 'double' && bench.slot(1)?.why === 'double');
  t.same([one.clips.length, two.clips.length], [1, 1]);
  t.same(bench.of('clipErased'), []);
  await bench.until('told', () => bench.of('custodyTrouble').some(({ what }) => what === 'double'));
});

t.test(
  'P6: pulled out in the middle, nothing is erased; put in again, it goes on and ends whole',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 200_000, 3_000_000);
    const clips = [...cam.clips];
    await bench.start();
    let pulled = false;
    bench.before = ({ case: name }) => {
      if (name !== 'clipOffloaded' || pulled) return;
      pulled = true;
      bench.sim.pull(0);
    };
    bench.sim.insert(0, cam);
    await bench.until('undocked', () => bench.of('deviceUndocked').length === 1);
    t.equal(cam.clips.length, 2);
    t.match(bench.of('deviceUndocked')[0], { outcome: 'pulled-out', clipsLeft: 2 });
    bench.sim.insert(2, cam);
    await bench.until('done', () => bench.slot(2)?.at === 'done');
    await bench.until('erased', () => bench.of('clipErased').length === 2);
    t.equal(cam.clips.length, 0);
    const stored = [...(await bench.stored()).values()];
    for (const clip of clips) t.ok(stored.includes(hex(clipSha256(clip))));
    t.equal(stored.length, 2, 'each once');
  },
);

t.test(
  'P5, P6: a ledger that takes no entry erases nothing, and when it does again all is as it should be',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 100_000, 110_000);
    bench.refuse = new Set(['clipOffloaded']);
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('held', () => bench.slot()?.why === 'ledger');
    t.equal(cam.clips.length, 2);
    await bench.until('the lamp', () => bench.sim.slots[0]?.lamp === 'fast');
    bench.refuse = new Set(['custodyReceipt']);
    await bench.until('both entered', () => bench.of('clipOffloaded').length === 2);
    await bench.until('held again', () => bench.slot()?.why === 'ledger');
    t.equal(cam.clips.length, 2, 'without a receipt nothing is erased');
    bench.refuse = new Set(['clipErased']);
    await bench.until('erased', () => cam.clips.length === 0);
    bench.refuse = new Set();
    await bench.until('entered', () => bench.of('clipErased').length === 2);
    t.equal(bench.of('clipOffloaded').length, 2);
  },
);

t.test(
  'P6: copied and not erased when the gateway ends: twice, never zero times, and entered once',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 100_000, 110_000);
    await bench.start();
    bench.refuse = new Set(['custodyReceipt']);
    bench.sim.insert(0, cam);
    await bench.until('held', () => bench.slot()?.why === 'ledger');
    await bench.stop();
    t.equal(cam.clips.length, 2);
    bench.refuse = new Set();
    await bench.start();
    await bench.until('erased', () => bench.of('clipErased').length === 2);
    t.equal(bench.of('clipOffloaded').length, 2, 'no clip is entered twice');
    t.equal(bench.of('custodyReceipt').length, 1);
    t.equal((await bench.stored()).size, 2);
  },
);

t.test('an erasure whose answer was lost is entered when the device lists the clip no more', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({}, 100_000);
  const [clip] = cam.clips;
  bench.refuse = new Set(['clipErased']);
  await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('erased', () => cam.clips.length === 0);
  await bench.stop();
  bench.refuse = new Set();
  await bench.start();
  await bench.until('entered', () => bench.of('clipErased').length === 1);
  t.match(bench.of('clipErased')[0], { clip: clip?.id, receipt: bench.of('custodyReceipt')[0]?.receipt });
});

t.test(
  'while a room records, copying is held to its share, and goes on at full speed when it does not',
  async (t) => {
    const bench = await custodyBench(t);
    bench.settings = { ...bench.settings, offload: { ...bench.settings.offload, capBytesPerSecond: 1 } };
    bench.open.set('20261121T084704-talk-1f13', {});
    const cam = await bench.cam({}, 100_000);
    let asked = 0;
    let given = 0;
    await bench.start({
      copier: {
        copy: (clip, ways) =>
          copyClip(clip, {
            ...ways,
            pace: async (bytes) => {
              asked += 1;
              await ways.pace?.(bytes);
              given += 1;
            },
          }),
        close: () => undefined,
      },
    });
    bench.sim.insert(0, cam);
    await bench.until('held back', () => asked > given && given > 0);
    t.equal(bench.slot()?.at, 'offloading');
    t.same(bench.of('clipOffloaded'), []);
    bench.open.clear();
    await bench.until('done', () => bench.slot()?.at === 'done');
    t.equal(cam.clips.length, 0);
  },
);

t.test(
  'several cards are copied at once, and the one that is done first goes first where there are too few slots',
  async (t) => {
    const bench = await custodyBench(t);
    bench.settings = { ...bench.settings, offload: { ...bench.settings.offload, slots: 1 } };
    const long = await bench.cam({}, 400_000, 400_000, 400_000);
    const short = await bench.cam({ serial: 'BC00002' }, 100_000);
    // Nothing begins before both are listed.
    bench.open.set('a', {});
    bench.settings = { ...bench.settings, offload: { ...bench.settings.offload, capBytesPerSecond: 1 } };
    await bench.start();
    bench.sim.insert(0, long);
    bench.sim.insert(1, short);
    await bench.until('both', () => bench.slot(0)?.at === 'offloading' && bench.slot(1)?.at === 'offloading');
    bench.open.clear();
    await bench.until('done', () => bench.slot(0)?.at === 'done' && bench.slot(1)?.at === 'done');
    const order = bench.of('clipOffloaded').map(({ device }) => device);
    t.equal(
      order.indexOf('bc-2') < 2,
      true,
      `after one clip at most that had begun before: ${order.join(' ')}`,
    );
  },
);

t.test('P6: two clips with the same bytes are two clips, also for a gateway that began anew', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({});
  // What a power cut leaves on a card.
  for (const id of ['MOV_A', 'MOV_B'])
    cam.record({ id, beginWallMs: 1_790_000_000_000, endWallMs: 1_790_000_001_000, bytes: Buffer.alloc(0) });
  await bench.start();
  bench.refuse = new Set(['custodyReceipt']);
  bench.sim.insert(0, cam);
  await bench.until('held', () => bench.slot()?.why === 'ledger');
  await bench.stop();
  bench.refuse = new Set(['clipErased']);
  await bench.start();
  await bench.until('erased', () => cam.clips.length === 0);
  await bench.stop();
  bench.refuse = new Set();
  await bench.start();
  await bench.until('told', () => bench.of('clipErased').length === 2);
  t.same(
    bench
      .of('clipOffloaded')
      .map(({ clip }) => clip)
      .toSorted(),
    ['MOV_A', 'MOV_B'],
    'each is entered once',
  );
  t.same(
    bench
      .of('clipErased')
      .map(({ clip }) => clip)
      .toSorted(),
    ['MOV_A', 'MOV_B'],
  );
});

t.test('P6: a receipt names every clip that is erased on its word', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({}, 100_000, 110_000, 120_000);
  const clips = [...cam.clips];
  await bench.start();
  bench.refuse = new Set(['custodyReceipt']);
  bench.sim.insert(0, cam);
  await bench.until('held', () => bench.slot()?.why === 'ledger');
  bench.sim.pull(0);
  await bench.until('undocked', () => bench.of('deviceUndocked').length === 1);
  bench.refuse = new Set();
  // The second of three cannot be read this time: its entry lies between those of the others.
  const off = cam.use({
    name: 'short',
    fileBytes: (id, below) => (id === clips[1]?.id ? below - 1 : below),
  });
  bench.sim.insert(0, cam);
  await bench.until('done', () => bench.slot()?.at === 'done');
  bench.sim.pull(0);
  await bench.until('undocked again', () => bench.of('deviceUndocked').length === 2);
  off();
  bench.sim.insert(0, cam);
  await bench.until('all erased', () => bench.of('clipErased').length >= 3);
  const pages = await readdir(path.join(bench.store, 'receipts'), { recursive: true });
  for (const { clip, receipt, sha256 } of bench.of('clipErased')) {
    const page = pages.find((name) => name.endsWith(`-${receipt}.txt`)) ?? '';
    t.match(await readFile(path.join(bench.store, 'receipts', page), 'utf8'), hex(sha256), clip);
  }
  t.equal(cam.clips.length, 0);
});

t.test(
  'P6: a clip that lies in two files, for the store once gave other bytes, is known in both',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 100_000);
    bench.refuse = new Set(['custodyReceipt']);
    let flips = 0;
    const disk = faultDisk({ stored: () => (flips-- > 0 ? 'flip' : null) });
    const copier = {
      copy: (clip: ClipToCopy, ways: CopyWays) => copyClip(clip, { ...ways, disk }),
      close: () => undefined,
    };
    for (const files of [1, 2]) {
      flips = files - 1;
      await bench.start({ copier });
      bench.sim.insert(0, cam);
      await bench.until('held', () => bench.slot()?.why === 'ledger');
      await bench.stop();
      t.equal(bench.of('clipOffloaded').length, files);
    }
    bench.refuse = new Set(['clipErased']);
    await bench.start({ copier });
    await bench.until('erased', () => cam.clips.length === 0);
    await bench.stop();
    bench.refuse = new Set();
    await bench.start({ copier });
    await bench.until('told', () => bench.of('clipErased').length > 0);
    await bench.until('done', () => bench.slot()?.at === 'done');
    t.equal(bench.of('clipOffloaded').length, 2, 'entered once for each file');
    t.equal(bench.of('clipErased').length, 1);
    t.match(bench.of('custodyReceipt'), [{ clipCount: 2 }]);
  },
);

t.test('P6: a full disk that another device met is over for all when there is room again', async (t) => {
  const bench = await custodyBench(t);
  const [one, two] = [await bench.cam({}, 100_000), await bench.cam({ serial: 'BC00002' }, 100_000)];
  let free = 0;
  const disk = faultDisk({ freeBytes: () => free });
  const { settings } = bench;
  // What the service itself asks the disk is as full.
  const full = { ...settings, offload: { ...settings.offload, keepFreeBytes: 2 ** 60 } };
  bench.settings = full;
  const copy = (clip: ClipToCopy, ways: CopyWays) => copyClip(clip, { ...ways, disk, keepFreeBytes: 1 });
  await bench.start({ copier: { copy, close: () => undefined } });
  bench.sim.insert(0, one);
  await bench.until('full', () => bench.slot(0)?.why === 'disk-full');
  bench.sim.pull(0);
  await bench.until('undocked', () => bench.of('deviceUndocked').length === 1);
  bench.sim.insert(1, two);
  await bench.until('full for the other too', () => bench.slot(1)?.why === 'disk-full');
  free = 2 ** 40;
  bench.settings = settings;
  await bench.until('done', () => bench.slot(1)?.at === 'done');
  t.equal(two.clips.length, 0);
  t.equal(one.clips.length, 1);
});
