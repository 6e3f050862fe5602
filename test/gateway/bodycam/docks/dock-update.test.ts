// An update of a dock over whatever comes in between: lines that end at any byte, boots, a gateway that restarts, and a
// dock that is too old to be opened.
import t from 'tap';
import { dockFault } from '../../../../hw-sim/dock/dock-faults.ts';
import { deskBench } from './desk-bench.ts';

t.test(
  'D6: unplugged at any byte it goes on by itself where it was, and nothing is flashed twice',
  async (t) => {
    for (const [atByte, undone] of [
      [0, true],
      [0, false],
      [2047, true],
      [2048, false],
      [4096, true],
      [4999, true],
      [4999, false],
    ] as const) {
      const bench = await deskBench(t);
      await bench.start();
      bench.custody.sim.use(dockFault('updateInterrupted', { atByte, undone }));
      await bench.ask(await bench.image());
      await bench.custody.until('done', () => bench.update()?.state === 'done');
      const what = `cut ${undone ? 'before' : 'after'} the chunk with byte ${atByte}`;
      t.equal(bench.custody.sim.flashedBytes, 5000, what);
      t.equal(bench.custody.sim.firmware.build, 150);
      await bench.stop();
    }
  },
);

t.test('D6: a restart whose answer is lost is seen in the next session all the same', async (t) => {
  const bench = await deskBench(t);
  await bench.start();
  bench.custody.sim.use(dockFault('reboot', { call: 'firmwareApply' }));
  await bench.ask(await bench.image());
  await bench.custody.until('done', () => bench.update()?.state === 'done');
  t.equal(bench.custody.sim.flashedBytes, 5000);
});

t.test('D6: after a restart of the gateway the same image goes on where the dock is', async (t) => {
  const bench = await deskBench(t);
  const { custody } = bench;
  const image = await bench.image();
  await bench.start();
  const off = custody.sim.use({
    name: 'slow',
    answer: (request, next) =>
      request.case === 'firmwareChunk' && request.value.offsetBytes >= 4000n
        ? { refused: 'busy', retryAfterMs: 20 }
        : next(),
  });
  await bench.ask(image);
  await custody.until('half of it', () => custody.sim.flashedBytes > 4000);
  await bench.stop();
  t.equal(custody.of('deviceMaintained').length, 0, 'nothing has ended');
  off();
  await bench.start();
  t.equal(bench.update(), null);
  await bench.ask(image);
  await custody.until('done', () => bench.update()?.state === 'done');
  t.equal(custody.sim.flashedBytes, 5000, 'nothing was sent twice');
  await custody.until('entered', () => custody.of('deviceMaintained').length === 1);
});

t.test(
  'D6: a dock that does not come back, or comes back with another build, is not called updated',
  async (t) => {
    const bench = await deskBench(t);
    const { custody } = bench;
    await bench.start({ restartMostMs: 200 });
    const off = custody.sim.use({
      name: 'hangs in its boot',
      answer: (request, next) => {
        if (request.case !== 'firmwareApply') return next();
        setImmediate(() => custody.sim.unplug());
        return { case: 'firmwareApply', value: { nextOffsetBytes: 5000n, step: 'restarting' } };
      },
    });
    await bench.ask(await bench.image());
    await custody.until('failed', () => bench.update()?.state === 'failed');
    t.equal(bench.update()?.why, 'not-back');
    await custody.until('entered', () => custody.of('deviceMaintained').length === 1);
    t.match(custody.of('deviceMaintained')[0], {
      what: 'firmware 1.5.0 (150): not-back',
      outcome: 'out-of-use',
    });
    off();
    await bench.stop();
    await custody.sim.plug();
    await bench.start();
    custody.sim.use({
      name: 'falls back',
      answer: (request, next) => {
        if (request.case !== 'firmwareApply') return next();
        setImmediate(() => custody.sim.reboot());
        return { case: 'firmwareApply', value: { nextOffsetBytes: 5000n, step: 'restarting' } };
      },
    });
    await bench.ask(await bench.image());
    await custody.until('failed again', () => bench.update()?.state === 'failed');
    t.equal(bench.update()?.why, 'other-build');
    await custody.until('entered', () => custody.of('deviceMaintained').length === 2);
    t.match(custody.of('deviceMaintained')[1], { outcome: 'in-use' });
  },
);

t.test('D6: a dock that is too old for the site is read by nobody, and gets its update', async (t) => {
  const bench = await deskBench(t);
  const { custody } = bench;
  custody.settings = {
    ...custody.settings,
    docks: custody.settings.docks.map((each) => ({ ...each, minBuild: 150 })),
  };
  custody.sim.insert(0, await custody.cam({}, 50_000));
  await bench.start();
  t.equal(bench.view()?.state, 'wrong-firmware');
  // One that does not help is over, and the dock is as it was.
  await bench.ask(await bench.image({ name: '1.4.3', build: 143 }));
  await custody.until('done', () => bench.update()?.state === 'done');
  await custody.until('given back', () => bench.view()?.state === 'wrong-firmware');
  t.equal(custody.sim.firmware.build, 143);
  t.equal(custody.of('deviceDocked').length, 0, 'nothing was asked of what stands in its slots');
  await bench.ask(await bench.image());
  await custody.until('done', () => bench.update()?.state === 'done');
  await custody.until('read', () => custody.of('clipErased').length === 1);
  t.equal(custody.service?.view()[0]?.state, 'ready');
});

t.test('D6: another dock at the same line in the middle of an update is not updated', async (t) => {
  const bench = await deskBench(t);
  const { custody } = bench;
  await bench.start();
  custody.sim.use({
    name: 'swapped',
    facts: (below) => (custody.sim.flashedBytes > 2000 ? { ...below, serial: 'DK00002' } : below),
  });
  custody.sim.use(dockFault('updateInterrupted', { atByte: 3000 }));
  await bench.ask(await bench.image());
  await custody.until('failed', () => bench.update()?.state === 'failed');
  t.equal(bench.update()?.why, 'other-dock');
  t.equal(custody.sim.firmware.build, 142);
  await custody.until('entered', () => custody.of('deviceMaintained').length === 1);
  t.match(custody.of('deviceMaintained')[0], { serial: 'DK00001', outcome: 'out-of-use' });
});

t.test('D6: a dock whose cable is pulled is waited for, and that is to be seen', async (t) => {
  const bench = await deskBench(t);
  const { custody } = bench;
  await bench.start();
  let pulled = false;
  custody.sim.use({
    name: 'a hand',
    answer: (request, next) => {
      if (request.case !== 'firmwareChunk' || request.value.offsetBytes === 0n || pulled) return next();
      pulled = true;
      setImmediate(() => custody.sim.unplug());
      return next();
    },
  });
  await bench.ask(await bench.image());
  await custody.until('away', () => bench.update()?.state === 'away');
  t.match(bench.update(), { why: /lost|unreachable|opening|rebooted/, bytes: 5000 });
  t.equal(custody.of('deviceMaintained').length, 0);
  await custody.sim.plug();
  await custody.until('done', () => bench.update()?.state === 'done');
  t.equal(custody.sim.flashedBytes, 5000);
});
