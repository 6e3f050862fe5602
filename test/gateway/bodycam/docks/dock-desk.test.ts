// A technician at a dock of a running gateway: the update over the real driver and the simulated dock, while the custody
// has devices in its slots.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { copyClip } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import { deskBench } from './desk-bench.ts';

t.test(
  'D6: an update ends when the new build was seen to run, and stands in the ledger with who asked',
  async (t) => {
    const bench = await deskBench(t);
    await bench.start();
    const { custody } = bench;
    t.match(bench.view(), {
      dock: 'dock-1',
      identity: { vendor: 'Sim', model: 'DK-4', serial: 'DK00001' },
      firmware: { name: '1.4.2', build: 142 },
      slots: [{ slot: 0, at: 'empty' }, {}, {}, {}],
      wire: { bad: 0 },
      update: null,
    });
    t.match(await bench.ask(await bench.image()), {
      firmware: { name: '1.5.0', build: 150 },
      bytes: 5000,
      by: '王工',
    });
    await custody.until('done', () => bench.update()?.state === 'done');
    t.match(bench.view(), {
      firmware: { name: '1.5.0', build: 150 },
      update: { storedBytes: 5000, why: '' },
    });
    await custody.until('in the ledger', () => custody.of('deviceMaintained').length === 1);
    t.match(custody.of('deviceMaintained'), [
      { device: 'dock-1', serial: 'DK00001', what: 'firmware 1.5.0 (150)', outcome: 'in-use', by: '王工' },
    ]);
    t.equal(custody.sim.flashedBytes, 5000);
    await bench.ask(await bench.image());
    await custody.until('again in the ledger', () => custody.of('deviceMaintained').length === 2);
    t.equal(bench.update()?.state, 'done', 'what runs already is not sent again');
    t.equal(custody.sim.flashedBytes, 5000);
    // The same name and build for another model does not run there.
    await t.rejects(bench.ask(await bench.image({ model: 'DK-9' })), {
      code: 'DOCK_REFUSED',
      details: { refusal: 'image-model' },
    });
  },
);

t.test(
  'D6, A11: devices that stand in the slots come through an update, and what was done is not done again',
  async (t) => {
    const bench = await deskBench(t);
    const { custody } = bench;
    await bench.start();
    const cams = [
      await custody.cam({}, 90_000),
      await custody.cam({ serial: 'BC00002' }, 80_000),
      await custody.cam({ serial: 'ALIEN-9' }, 70_000),
    ];
    for (const [slot, cam] of cams.entries()) custody.sim.insert(slot, cam);
    const at = (slot: number): string => custody.slot(slot)?.at ?? '';
    await custody.until('read', () => at(0) === 'done' && at(1) === 'done' && at(2) === 'refused');
    const before = custody.sim.slots[0]?.insertion;
    await bench.ask(await bench.image());
    await custody.until('done', () => bench.update()?.state === 'done');
    t.not(custody.sim.slots[0]?.insertion, before, 'it has restarted');
    await custody.until('read again', () => at(0) === 'done' && at(1) === 'done' && at(2) === 'refused');
    await custody.until('lamps', () => custody.sim.slots[0]?.lamp === 'on');
    t.equal(custody.of('clipOffloaded').length, 2, 'nothing was entered twice');
    t.equal(custody.of('clipErased').length, 2);
    t.equal(custody.of('deviceUndocked').length, 0, 'nobody took them out');
    t.equal(cams[2]?.clips.length, 1, 'what is not ours is as it was');
    // A clip that comes after it is read as ever.
    const cam = await custody.cam({ serial: 'BC00002' }, 60_000);
    custody.sim.insert(1, cam);
    await custody.until('the next one', () => custody.of('clipErased').length === 3);
  },
);

/** Copying that waits for a hand. */
function gatedCopier() {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const copy: typeof copyClip = async (...args) => {
    await gate;
    return copyClip(...args);
  };
  return { open: () => open(), copier: { copy, close: () => undefined } };
}

t.test('D6: a dock that reads a device is not updated, and says which one', async (t) => {
  const bench = await deskBench(t);
  const { custody } = bench;
  const { open, copier } = gatedCopier();
  await bench.start({}, { copier });
  const image = await bench.image();
  custody.sim.insert(2, await custody.cam({}, 50_000));
  await custody.until('it is read', () => custody.slot(2)?.at === 'offloading');
  await t.rejects(bench.ask(image), { code: 'DOCK_BUSY', details: { dock: 'dock-1', slots: '3 (BC00001)' } });
  t.equal(bench.update(), null);
  open();
  await custody.until('it is done', () => custody.slot(2)?.at === 'done');
  t.equal(custody.sim.flashedBytes, 0);
  await bench.ask(image);
  await custody.until('done', () => bench.update()?.state === 'done');
});

t.test(
  'D6: a device that comes while an update runs is read first, and then the dock restarts',
  async (t) => {
    const bench = await deskBench(t);
    const { custody } = bench;
    const { open, copier } = gatedCopier();
    await bench.start({}, { copier });
    const cam = await custody.cam({}, 50_000);
    const order: string[] = [];
    custody.before = ({ case: name }) => order.push(name);
    let inserted = false;
    custody.sim.use({
      name: 'a hand',
      answer: (request, next) => {
        if (request.case === 'firmwareChunk' && !inserted) {
          inserted = true;
          custody.sim.insert(3, cam);
        }
        return next();
      },
    });
    await bench.ask(await bench.image({}, { bytes: 200_000 }));
    await custody.until('it waits', () => bench.update()?.state === 'waiting');
    t.match(bench.update(), { slots: [3], storedBytes: 200_000 });
    t.equal(custody.sim.firmware.build, 142);
    open();
    await custody.until('done', () => bench.update()?.state === 'done');
    await custody.until('entered', () => order.includes('deviceMaintained'));
    t.ok(order.indexOf('clipErased') < order.indexOf('deviceMaintained'), order.join(' '));
    t.equal(custody.of('clipOffloaded').length, 1);
    t.equal(custody.sim.firmware.build, 150);
  },
);

t.test('D6: never two at once, and a dock that is not open takes none', async (t) => {
  const bench = await deskBench(t);
  const { custody } = bench;
  await bench.start();
  const image = await bench.image();
  const off = custody.sim.use({
    name: 'slow',
    answer: (request, next) =>
      request.case === 'firmwareApply' ? { refused: 'busy', retryAfterMs: 20 } : next(),
  });
  await bench.ask(image);
  await t.rejects(bench.ask(image), { code: 'DOCK_UPDATING', details: { firmware: '1.5.0 (150)' } });
  off();
  await custody.until('done', () => bench.update()?.state === 'done');
  custody.sim.unplug();
  await custody.until('gone', () => bench.view()?.state !== 'ready');
  await t.rejects(bench.ask(image), { code: 'DOCK_DOWN' });
  await t.rejects(bench.desk.firmware({ dock: 'dock-9', image }), {
    code: 'DOCK_UNKNOWN',
    details: { dock: 'dock-9', allowed: 'dock-1' },
  });
  await t.rejects(bench.desk.firmware({ dock: 7 }), { code: 'SESSION_FIELD_INVALID' });
});

t.test("D6: what a dock refuses is told with its own word, and the old firmware's use goes on", async (t) => {
  const bench = await deskBench(t);
  const { custody } = bench;
  await bench.start();
  for (const [image, refusal] of [
    [await bench.image({ build: 141, name: '1.4.1' }), 'image-downgrade'],
    [await bench.image({}, { stranger: true }), 'image-signature'],
    [await bench.image({ model: 'DK-9' }), 'image-model'],
    [await bench.image({ target: 'body-cam' }), 'image-model'],
  ] as const) {
    await t.rejects(bench.ask(image), { code: 'DOCK_REFUSED', details: { refusal } });
    t.match(bench.update(), { state: 'failed', why: refusal });
    await custody.until(
      'entered',
      () => custody.of('deviceMaintained').at(-1)?.what.includes(refusal) === true,
    );
    t.match(custody.of('deviceMaintained').at(-1), { outcome: 'in-use', by: '王工', serial: 'DK00001' });
  }
  t.equal(custody.of('deviceMaintained').length, 4);
  t.equal(custody.sim.firmware.build, 142);
  t.equal(bench.view()?.state, 'ready');
});

t.test('a file that is no image reaches no dock', async (t) => {
  const bench = await deskBench(t);
  await bench.start();
  const empty = path.join(bench.folder, 'empty.lhfw');
  await writeFile(empty, '');
  for (const [image, why] of [
    [empty, /does not begin/],
    [bench.folder, /no ordinary file/],
    ['/dev/zero', /no ordinary file/],
    [path.join(bench.folder, 'none.lhfw'), /no ordinary file/],
    ['image.lhfw', /absolute/],
    ['', /absolute/],
  ] as const)
    await t.rejects(bench.ask(image), { code: 'DOCK_IMAGE', details: { why } }, image);
  t.notOk(bench.custody.sim.received.some(({ case: call }) => call === 'firmwareBegin'));
  t.equal(bench.custody.of('deviceMaintained').length, 0);
});
