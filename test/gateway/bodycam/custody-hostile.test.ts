// What devices and docks may say that no honest one says, and what custody makes of it: it ends in a named state, and
// nothing is read, erased or held up by it that should not be.
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { contractBody } from '../../../gateway/ledger/plain-body.ts';
import { encodeBody } from '../../../protocols/hq/codec.ts';
import type { BodyCamBehaviour } from '../../../hw-sim/dock/body-cam-behaviour.ts';
import { custodyBench, type CustodyBench } from './custody-bench.ts';

/** The ledger takes only what its contract has room for, as the real one. */
function strict(bench: CustodyBench): void {
  bench.before = (body) => void encodeBody(contractBody(body), randomBytes(16));
}

const says = (hooks: Omit<BodyCamBehaviour, 'name'>): BodyCamBehaviour => ({ name: 'says', ...hooks });

for (const [what, endWallMs] of [
  ['beyond every calendar', 2n ** 62n],
  ['long before there were clocks', -(2n ** 62n)],
] as const)
  t.test(`P6: a clip whose times are ${what} comes into the store as the others do`, async (t) => {
    const bench = await custodyBench(t);
    strict(bench);
    const cam = await bench.cam({}, 100_000, 120_000);
    const [odd] = cam.clips;
    cam.use(
      says({
        clip: (below) => (below.id === odd?.id ? { ...below, beginWallMs: endWallMs, endWallMs } : below),
      }),
    );
    await bench.start();
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done');
    t.equal(bench.of('clipOffloaded').length, 2);
    t.equal(bench.of('clipOffloaded').find(({ clip }) => clip === odd?.id)?.timeCertain, false);
    t.equal(cam.clips.length, 0);
  });

t.test('a device whose storage and clock are out of all numbers is read all the same', async (t) => {
  const bench = await custodyBench(t);
  strict(bench);
  const cam = await bench.cam({}, 100_000);
  cam.use(
    says({
      answer: (call, next) => {
        if (call.case === 'storage')
          return { case: 'storage', value: { totalBytes: 2n ** 64n - 1n, freeBytes: 2n ** 63n, clips: 1 } };
        if (call.case === 'clockRead') return { case: 'clockRead', value: { wallMs: -(2n ** 62n) } };
        return next();
      },
    }),
  );
  await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('done', () => bench.slot()?.at === 'done');
  t.equal(cam.clips.length, 0);
});

t.test('P6: a device that names the volume of another as its own has neither read nor erased', async (t) => {
  const bench = await custodyBench(t);
  // The same name and size, and no hash that would tell: only the volume says whose it is.
  const [one, two] = [
    await bench.cam({ hashes: false }),
    await bench.cam({ serial: 'BC00002', hashes: false }),
  ];
  const made = await bench.cam({}, 100_000, 100_000);
  const [a, b] = made.clips;
  if (!a || !b) throw new Error('no clips');
  one.record({ ...a, id: 'MOV_1' });
  two.record({ ...b, id: 'MOV_1' });
  one.use(
    says({
      answer: (call, next) =>
        call.case === 'diskMode' && call.value.on
          ? (next(), { case: 'diskMode', value: { on: true, volumeSerial: 'BC00002' } })
          : next(),
    }),
  );
  await bench.start();
  bench.volumes.show(two, two.facts);
  bench.sim.insert(0, one);
  await bench.until('an end', () => ['failed', 'done'].includes(bench.slot()?.at ?? ''));
  t.equal(bench.slot()?.at, 'failed');
  t.equal(bench.slot()?.why, 'other-volume');
  t.equal(one.clips.length, 1);
  t.equal((await bench.stored()).size, 0);
});
