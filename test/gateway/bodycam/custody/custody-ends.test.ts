// How custody ends: in its time, with nothing locked and nothing read any more, whether the process ends or only the
// settings change.
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { monotonicTime, sleep, wallMs } from '../../../../config/clock.ts';
import { copyClip } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import type { Clip } from '../../../../protocols/dock/messages.ts';
import { prepareDevice } from '../../../../gateway/bodycam/custody/device-talk.ts';
import { createSimDock } from '../../../../hw-sim/dock/sim-dock.ts';
import { custodyBench } from './custody-bench.ts';

t.test('a device whose long list is being asked for holds up no end of the process', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({}, 100_000);
  let asked = 0;
  let first: Clip | null = null;
  bench.sim.use({
    name: 'endless',
    answer: (request, next) => {
      if (request.case !== 'listClips') return next();
      asked += 1;
      const below = next();
      if (below === null || !('case' in below) || below.case !== 'listClips') return below;
      first ??= below.value.clips[0] ?? null;
      const shown = first;
      if (!shown) return below;
      const clips = Array.from({ length: 8 }, (_, index) => ({
        ...shown,
        id: `MOV_${request.value.from + index}`,
      }));
      return { case: 'listClips', value: { clips, total: 10_000 } };
    },
  });
  await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('asked', () => asked > 3);
  const from = asked;
  await bench.stop();
  t.ok(asked < from + 20, `${asked - from} more pages`);
});

for (const stage of ['copying', 'erasing'] as const)
  t.test(`a process that ends while it is ${stage} leaves no latch shut`, async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 3_000_000, 3_100_000);
    let reached = false;
    bench.before = ({ case: name }) => {
      if (name === (stage === 'copying' ? 'clipOffloaded' : 'clipErased')) reached = true;
    };
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('the stage', () => reached);
    await bench.stop();
    t.equal(bench.sim.slots[0]?.locked, false);
  });

t.test(
  'E4: a dock that is taken out of the settings has nothing of its devices copied any more',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 3_000_000, 3_100_000);
    const seen = { copying: 0, aborted: 0 };
    const service = await bench.start({
      copier: {
        copy: async (clip, ways) => {
          seen.copying += 1;
          await sleep(300, ways.signal);
          if (ways.signal.aborted) seen.aborted += 1;
          return copyClip(clip, ways);
        },
        close: () => undefined,
      },
    });
    bench.sim.insert(0, cam);
    await bench.until('copying', () => seen.copying === 1);
    bench.settings = { ...bench.settings, docks: [] };
    const from = monotonicTime();
    await service.settle();
    t.ok(monotonicTime() - from < 3000);
    await bench.until('aborted', () => seen.aborted === 1);
    await bench.stop();
    t.same(seen, { copying: 1, aborted: 1 });
    t.equal(bench.sim.slots[0]?.locked, false);
    t.equal((await bench.stored()).size, 0);
  },
);

t.test('what is kept free counts from the moment it is set', async (t) => {
  const bench = await custodyBench(t);
  const { settings } = bench;
  bench.settings = { ...settings, offload: { ...settings.offload, keepFreeBytes: 2 ** 50 } };
  const cam = await bench.cam({}, 100_000);
  const service = await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('full', () => bench.slot()?.why === 'disk-full');
  bench.settings = settings;
  await service.settle();
  await bench.until('done', () => bench.slot()?.at === 'done');
  t.equal(cam.clips.length, 0);
});

t.test(
  'E4: devices without a serial number are unknown, and nobody else is taken for their double',
  async (t) => {
    const bench = await custodyBench(t, 4);
    const cams = [await bench.cam({ serial: '' }, 100_000), await bench.cam({ serial: '' }, 110_000)];
    const ours = await bench.cam({}, 120_000);
    bench.sim.insert(0, ours);
    for (const [index, cam] of cams.entries()) bench.sim.insert(index + 1, cam);
    await bench.start();
    await bench.until('ours', () => bench.slot(0)?.at === 'done');
    await bench.until('an end', () => [1, 2].every((slot) => bench.slot(slot)?.at === 'refused'));
    t.same(
      bench.of('custodyTrouble').map(({ what }) => what),
      ['unknown', 'unknown'],
    );
  },
);

t.test('E1: a store that is not there yet is a named state, and is used when it is', async (t) => {
  const bench = await custodyBench(t);
  const blocked = path.join(bench.store, 'mount');
  await writeFile(blocked, 'nothing is mounted here');
  const { settings } = bench;
  bench.settings = {
    ...settings,
    offload: { ...settings.offload, storeFolder: path.join(blocked, 'bodycam') },
  };
  const cam = await bench.cam({}, 100_000);
  await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('named', () => bench.slot()?.at === 'failed');
  t.equal(bench.slot()?.why, 'write-error');
  t.equal(cam.clips.length, 1);
  await rm(blocked);
  // Tried again by itself after failedAgainMs too.
  bench.sim.pull(0);
  bench.sim.insert(0, cam);
  await bench.until('done', () => bench.slot()?.at === 'done');
  t.equal(cam.clips.length, 0);
});

t.test(
  'E4: a device that is moved from a dock that is broken to another one is no double of itself',
  async (t) => {
    const bench = await custodyBench(t);
    const other = await createSimDock({ disks: bench.volumes, slots: 2 });
    t.teardown(() => other.close());
    const [first] = bench.settings.docks;
    if (!first) throw new Error('no dock');
    bench.settings = {
      ...bench.settings,
      docks: [first, { ...first, id: 'dock-2', address: other.address }],
    };
    const cam = await bench.cam({}, 100_000);
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done');
    bench.sim.unplug();
    await bench.until('broken', () => bench.service?.view()[0]?.state !== 'ready');
    bench.sim.pull(0);
    other.insert(1, cam);
    const moved = () => bench.service?.view()[1]?.slots.find((each) => each.slot === 1);
    await bench.until('done there', () => moved()?.at === 'done' || moved()?.why === 'double');
    t.equal(moved()?.at, 'done');
  },
);

t.test('a box that has lost its own time sets no device to it', async (t) => {
  for (const [wall, sets] of [
    [1000, 0],
    [Date.UTC(2026, 1, 1), 1],
  ] as const) {
    const asked: string[] = [];
    const answers: Record<string, object> = {
      clockRead: { wallMs: 5n },
      clockSet: { wallMs: 5n },
      battery: { percent: 5 },
      storage: { totalBytes: 1n, freeBytes: 1n, clips: 0 },
    };
    const ask = (name: string): Promise<object> => {
      asked.push(name);
      return Promise.resolve(answers[name] ?? {});
    };
    const now = () => ({ wall: wallMs(wall), mono: monotonicTime() });
    await prepareDevice({ ask } as never, { slot: 0, insertion: 1 }, now, () => undefined);
    t.equal(asked.filter((name) => name === 'clockSet').length, sets);
  }
});
