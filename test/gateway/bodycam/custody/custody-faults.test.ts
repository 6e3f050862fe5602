// Custody with everything that goes wrong at a dock, on a card and in the store: each is a named state, and of nothing
// that is not whole, proven and entered anything is erased.
import path from 'node:path';
import t from 'tap';
import { copyClip } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import { nodeClipDisk } from '../../../../gateway/bodycam/copying/clip-disk.ts';
import { maxInsertions } from '../../../../gateway/bodycam/custody/custody-dock.ts';
import { isOwnDisk } from '../../../../gateway/bodycam/custody/store-folder.ts';
import { bodyCamFault, tenYearsMs } from '../../../../hw-sim/dock/body-cam-faults.ts';
import { dockFault } from '../../../../hw-sim/dock/dock-faults.ts';
import { clipSha256 } from '../../../../hw-sim/dock/sim-clip.ts';
import { custodyBench } from './custody-bench.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

t.test(
  'P6: a clip whose hash is not that of the device is kept on it, and the others are not held up',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 100_000, 110_000);
    const [bad, good] = cam.clips;
    cam.use(bodyCamFault('wrongHash', { clip: bad?.id ?? '' }));
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done');
    await bench.until('told', () => bench.of('custodyTrouble').length === 1);
    t.match(bench.of('custodyTrouble')[0], { what: 'device-differs', clip: bad?.id });
    t.same(
      cam.clips.map(({ id }) => id),
      [bad?.id],
    );
    t.same(
      bench.of('clipErased').map(({ clip }) => clip),
      [good?.id],
    );
    await bench.until('the lamp', () => bench.sim.slots[0]?.lamp === 'fast');
    t.match(bench.slot(), { clips: { all: 2, erased: 1, kept: 1 } });
  },
);

t.test(
  'P6: a file that is shorter than the device lists it is copied as it is, and not erased',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({ hashes: false }, 100_000);
    cam.use(bodyCamFault('readError', { atByte: 60_000 }));
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done');
    await bench.until('told', () => bench.of('custodyTrouble').length === 1);
    t.match(bench.of('custodyTrouble')[0], { what: 'size-differs' });
    t.match(bench.of('clipOffloaded')[0], { bytes: 60_000, content: 'broken' });
    t.equal(cam.clips.length, 1);
    t.same(bench.of('clipErased'), []);
  },
);

t.test(
  'P6: a device that does not erase keeps its clips, and they are in the store all the same',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 100_000);
    cam.use(bodyCamFault('eraseFails'));
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done');
    await bench.until('told', () => bench.of('custodyTrouble').length === 1);
    t.match(bench.of('custodyTrouble')[0], { what: 'erase-failed' });
    t.same([cam.clips.length, bench.of('clipOffloaded').length, bench.of('clipErased').length], [1, 1, 0]);
    // Docked again, the same clip is not entered again.
    bench.sim.pull(0);
    await bench.until('gone', () => bench.of('deviceUndocked').length === 1);
    bench.sim.insert(0, cam);
    await bench.until(
      'done again',
      () => bench.slot()?.at === 'done' && bench.of('custodyTrouble').length === 2,
    );
    t.same([bench.of('clipOffloaded').length, bench.of('custodyReceipt').length], [1, 1]);
  },
);

for (const [name, what] of [['silent', 'device-silent']] as const)
  t.test(`a device that is ${name} is a named failure, and is tried again`, async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 100_000);
    const off = cam.use(bodyCamFault(name));
    const service = await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('failed', () => bench.slot()?.at === 'failed');
    t.equal(bench.slot()?.why, what);
    off();
    // What failed is tried again when it is put in again, at the latest.
    bench.sim.pull(0);
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done');
    t.equal(cam.clips.length, 0);
    t.ok(service);
  });

t.test('P6: a device that cannot become a disk is copied through frames, with the same proof', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({ diskMode: false }, 100_000, 40_000);
  const before = [...cam.clips];
  await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('done', () => bench.slot()?.at === 'done');
  t.equal(cam.clips.length, 0);
  const stored = await bench.stored();
  for (const clip of before) {
    const entry = bench.of('clipOffloaded').find((each) => each.clip === clip.id);
    t.equal(stored.get(entry?.file ?? ''), hex(clipSha256(clip)));
    t.match(entry, { content: 'whole', path: `DCIM/${clip.id}.MP4` });
  }
});

t.test('P6: such a device that is pulled out in the middle loses nothing and goes on', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({ diskMode: false }, 400_000);
  cam.use(bodyCamFault('pulledOut', { atByte: 200_000 }));
  await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('gone', () => bench.of('deviceUndocked').length === 1);
  t.equal(cam.clips.length, 1);
  bench.sim.insert(1, cam);
  await bench.until('done', () => bench.slot(1)?.at === 'done');
  t.equal(cam.clips.length, 0);
  t.equal(bench.of('clipOffloaded').length, 1);
});

t.test(
  'A11: a clock that is years off is measured, stored, set, and taken off the times of the clips',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({ clockSkewMs: tenYearsMs }, 100_000);
    const [clip] = cam.clips;
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done');
    const [docked] = bench.of('deviceDocked');
    t.ok(Math.abs((docked?.clockOffsetMs ?? 0) - tenYearsMs) < 1_000);
    const [entry] = bench.of('clipOffloaded');
    t.equal(entry?.beginDeviceMs, clip?.beginWallMs, 'what the device said stands there too');
    t.ok(Math.abs((entry?.beginWallMs ?? 0) - ((clip?.beginWallMs ?? 0) - tenYearsMs)) < 1_000);
    t.ok(Math.abs(cam.facts.clockSkewMs) < 1_000);
  },
);

t.test(
  'E1, P6: a full store stops all slots with a name and erases nothing; with room again it ends whole',
  async (t) => {
    const bench = await custodyBench(t);
    let full = true;
    const disk = { ...nodeClipDisk, freeBytes: () => Promise.resolve(full ? 0 : 1e12) };
    bench.settings = { ...bench.settings, offload: { ...bench.settings.offload, keepFreeBytes: 1 } };
    const [one, two] = [
      await bench.cam({}, 100_000, 110_000),
      await bench.cam({ serial: 'BC00002' }, 120_000),
    ];
    const before = [...one.clips, ...two.clips];
    await bench.start({
      copier: { copy: (clip, ways) => copyClip(clip, { ...ways, disk }), close: () => undefined },
    });
    bench.sim.insert(0, one);
    bench.sim.insert(1, two);
    await bench.until('held', () => bench.slot(0)?.why === 'disk-full' || bench.slot(1)?.why === 'disk-full');
    t.same([one.clips.length, two.clips.length], [2, 1]);
    t.same(bench.of('clipErased'), []);
    await bench.until('told', () => bench.of('custodyTrouble').some(({ what }) => what === 'disk-full'));
    full = false;
    await bench.until('done', () => bench.slot(0)?.at === 'done' && bench.slot(1)?.at === 'done');
    t.same([one.clips.length, two.clips.length], [0, 0]);
    const stored = [...(await bench.stored()).values()];
    for (const clip of before) t.ok(stored.includes(hex(clipSha256(clip))));
  },
);

for (const [name, options] of [
  ['lostRequest', { times: 3 }],
  ['lostAck', { times: 1, call: 'eraseClip' }],
  ['duplicateFrames', {}],
  ['splitFrames', {}],
  ['mergedFrames', {}],
  ['busy', { times: 3 }],
  ['reboot', { call: 'eraseClip' }],
] as const)
  t.test(`P6: with ${name} on the line a docking ends as without`, async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 100_000, 110_000);
    const before = [...cam.clips];
    bench.sim.use(dockFault(name, options));
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done', 60_000);
    t.equal(cam.clips.length, 0);
    const stored = [...(await bench.stored()).values()];
    for (const clip of before) t.ok(stored.includes(hex(clipSha256(clip))));
  });

t.test(
  'P6: a dock that reboots while clips are copied begins anew, and each clip is entered once',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 100_000, 2_000_000);
    let rebooted = false;
    bench.before = ({ case: name }) => {
      if (name !== 'clipOffloaded' || rebooted) return;
      rebooted = true;
      bench.sim.reboot();
    };
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done' && bench.of('clipErased').length === 2);
    t.equal(bench.of('clipOffloaded').length, 2);
    t.equal(cam.clips.length, 0);
  },
);

t.test('a dock whose cable is out is told once with its state, and again when it is back', async (t) => {
  const bench = await custodyBench(t);
  await bench.start();
  await bench.until('ready', () => bench.of('dockChanged').length === 1);
  bench.sim.unplug();
  await bench.until('away', () => bench.of('dockChanged').length === 2);
  await bench.sim.plug();
  await bench.until('back', () => bench.of('dockChanged').at(-1)?.state === 'ready');
  t.same(bench.of('dockChanged')[0], { dock: 'dock-1', room: 'talk', state: 'ready', detail: '' });
  t.not(bench.of('dockChanged')[1]?.state, 'ready');
});

t.test('what was taken out while nobody watched is told when the gateway is back', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({}, 100_000);
  await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('done', () => bench.slot()?.at === 'done');
  await bench.stop();
  bench.sim.pull(0);
  await bench.start();
  await bench.until('told', () => bench.of('deviceUndocked').length === 1);
  t.match(bench.of('deviceUndocked')[0], { outcome: 'unwatched', serial: 'BC00001', device: 'bc-1' });
});

t.test('a device whose contact comes and goes is said once, and taken over when it is quiet', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({}, 100_000);
  await bench.start({ settleMs: 1_500 });
  await bench.until('ready', () => bench.of('dockChanged').length === 1);
  for (let time = 0; time < maxInsertions + 4; time += 1) {
    bench.sim.insert(0, cam);
    const insertion = bench.sim.slots[0]?.insertion;
    await bench.until('seen', () => bench.seen(0) === insertion);
    if (time < maxInsertions + 3) bench.sim.pull(0);
  }
  t.match(bench.slot(), { at: 'failed', why: 'loose' });
  t.ok(bench.of('deviceDocked').length <= maxInsertions);
  await bench.until('done', () => bench.slot()?.at === 'done');
  t.equal(cam.clips.length, 0);
  t.equal(bench.of('custodyTrouble').filter(({ what }) => what === 'loose').length, 1);
});

t.test(
  'P6: a store whose disk is not mounted is no store: nothing is copied, and nothing erased',
  async (t) => {
    const bench = await custodyBench(t);
    const offload = { ...bench.settings.offload, ownDisk: true };
    bench.settings = { ...bench.settings, dataFolder: path.dirname(bench.store), offload };
    const cam = await bench.cam({}, 100_000);
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('failed', () => bench.slot()?.at === 'failed');
    t.equal(bench.slot()?.why, 'no-store');
    t.same([cam.clips.length, (await bench.stored()).size], [1, 0]);
    t.equal(await isOwnDisk('/proc', bench.store), true);
    t.equal(await isOwnDisk(path.join(bench.store, 'none'), bench.store), false);
  },
);
