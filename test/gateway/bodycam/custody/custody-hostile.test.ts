// What devices and docks may say that no honest one says, and what custody makes of it: it ends in a named state, and
// nothing is read, erased or held up by it that should not be.
import { randomBytes } from 'node:crypto';
import { copyFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { sleep, wallTime } from '../../../../config/clock.ts';
import { nodeClipDisk } from '../../../../gateway/bodycam/copying/clip-disk.ts';
import { copyClip } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import { matchClips, volumeLookMs } from '../../../../gateway/bodycam/custody/card-listing.ts';
import { historyLines } from '../../../../gateway/bodycam/devices/device-table.ts';
import { deviceView } from '../../../../gateway/bodycam/devices/device-view.ts';
import { registerOf } from '../../../../gateway/bodycam/devices/device-register.ts';
import { contractBody } from '../../../../gateway/ledger/plain-body.ts';
import { encodeBody } from '../../../../protocols/hq/codec.ts';
import type { BodyCamBehaviour } from '../../../../hw-sim/dock/body-cam-behaviour.ts';
import { custodyBench, type CustodyBench } from './custody-bench.ts';
import { bookOf, docked, register, serial, trouble } from '../devices/device-bench.ts';

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

t.test(
  'E1: a device that comes while the store is full says so, and goes on although it waits alone',
  async (t) => {
    const bench = await custodyBench(t);
    let full = true;
    const disk = { ...nodeClipDisk, freeBytes: () => Promise.resolve(full ? 0 : 1e12) };
    const { settings } = bench;
    bench.settings = { ...settings, offload: { ...settings.offload, keepFreeBytes: 2 ** 50 } };
    const [one, two] = [await bench.cam({}, 100_000), await bench.cam({ serial: 'BC00002' }, 120_000)];
    await bench.start({
      copier: {
        copy: (clip, ways) => copyClip(clip, { ...ways, keepFreeBytes: 1, disk }),
        close: () => undefined,
      },
    });
    bench.sim.insert(0, one);
    await bench.until('full', () => bench.slot(0)?.why === 'disk-full');
    bench.sim.insert(1, two);
    await bench.until('the second too', () => bench.slot(1)?.why === 'disk-full');
    bench.sim.pull(0);
    await bench.until('out', () => bench.slot(0)?.at === 'empty');
    full = false;
    bench.settings = settings;
    await bench.until('done', () => bench.slot(1)?.at === 'done');
    t.equal(two.clips.length, 0);
  },
);

t.test(
  'a clip that is longer than the room that is left is told once, however often it is tried',
  async (t) => {
    const bench = await custodyBench(t);
    const disk = { ...nodeClipDisk, freeBytes: () => Promise.resolve(0) };
    let tries = 0;
    const cam = await bench.cam({}, 100_000);
    await bench.start({
      copier: {
        copy: (clip, ways) => {
          tries += 1;
          return copyClip(clip, { ...ways, keepFreeBytes: 1, disk });
        },
        close: () => undefined,
      },
    });
    bench.sim.insert(0, cam);
    await bench.until('tried again', () => tries > 6);
    t.equal(bench.of('custodyTrouble').filter(({ what }) => what === 'disk-full').length, 1);
  },
);

t.test('a receipt that the ledger does not take yet is one page and no new one at each try', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({}, 100_000);
  bench.refuse = new Set(['custodyReceipt']);
  let tries = 0;
  bench.before = ({ case: name }) => {
    if (name === 'custodyReceipt') tries += 1;
  };
  await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('tried again', () => tries > 4);
  bench.refuse = new Set();
  await bench.until('done', () => bench.slot()?.at === 'done');
  const pages = (await readdir(path.join(bench.store, 'receipts'), { recursive: true })).filter((name) =>
    name.endsWith('.txt'),
  );
  t.equal(pages.length, 1);
  t.match(pages[0], bench.of('custodyReceipt')[0]?.receipt);
});

t.test(
  'E4: of two with one serial number neither is read, also when the ledger does not take it',
  async (t) => {
    const bench = await custodyBench(t);
    const [one, two] = [await bench.cam({}, 100_000, 3_000_000), await bench.cam({}, 120_000)];
    let inserted = false;
    bench.before = (body) => {
      if (body.case === 'clipOffloaded' && !inserted) {
        inserted = true;
        bench.sim.insert(1, two);
      }
      if (body.case === 'deviceDocked' && body.value.slot === 1) throw new Error('the disk is full');
      if (body.case === 'custodyReceipt' && bench.slot(1)?.serial === '') throw new Error('not yet');
    };
    await bench.start();
    bench.sim.insert(0, one);
    await bench.until('both stand', () => bench.slot(1)?.at === 'failed');
    await bench.until('an end', () => ['failed', 'done'].includes(bench.slot(0)?.at ?? ''));
    t.equal(bench.slot(0)?.why, 'double');
    t.equal(one.clips.length, 2);
  },
);

t.test('two clips of the same content are each entered and erased once, also over a new start', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({}, 100_000);
  const [clip] = cam.clips;
  if (!clip) throw new Error('no clip');
  cam.record({ ...clip, id: 'MOV_TWIN', file: `${'file' in clip ? clip.file : ''}.twin` });
  if ('file' in clip) await copyFile(clip.file, `${clip.file}.twin`);
  bench.before = (body) => {
    if (body.case === 'custodyReceipt') throw new Error('the disk is full');
  };
  await bench.start();
  bench.sim.insert(0, cam);
  await bench.until('both', () => bench.of('clipOffloaded').length === 2);
  await bench.stop();
  bench.before = () => undefined;
  await bench.start();
  await bench.until('done', () => bench.slot()?.at === 'done');
  t.equal(bench.of('clipOffloaded').length, 2);
  t.same(new Set(bench.of('clipErased').map((each) => each.clip)), new Set([clip.id, 'MOV_TWIN']));
});

t.test(
  'D4: a device that was changed for another while its dock was away is undocked in the ledger',
  async (t) => {
    const bench = await custodyBench(t);
    const [one, two] = [await bench.cam({}, 100_000), await bench.cam({ serial: 'BC00002' }, 120_000)];
    await bench.start();
    bench.sim.insert(0, one);
    await bench.until('done', () => bench.slot()?.at === 'done');
    bench.sim.unplug();
    bench.sim.insert(0, two);
    await bench.sim.plug();
    await bench.until('the other', () => bench.slot()?.serial === 'BC00002' && bench.slot()?.at === 'done');
    t.match(bench.of('deviceUndocked'), [{ serial: 'BC00001' }]);
  },
);

t.test(
  'D4: a device that was changed for another while the box was away is undocked in the ledger',
  async (t) => {
    const bench = await custodyBench(t);
    const [one, two] = [await bench.cam({}, 100_000), await bench.cam({ serial: 'BC00002' }, 120_000)];
    await bench.start();
    bench.sim.insert(0, one);
    await bench.until('done', () => bench.slot()?.at === 'done');
    await bench.stop();
    bench.sim.insert(0, two);
    await bench.start();
    await bench.until('the other', () => bench.slot()?.serial === 'BC00002' && bench.slot()?.at === 'done');
    t.match(bench.of('deviceUndocked'), [{ serial: 'BC00001' }]);
  },
);

t.test(
  'E4: a device that is reported stolen while its volume is awaited has not even its names read',
  async (t) => {
    const bench = await custodyBench(t);
    const cam = await bench.cam({}, 100_000);
    cam.use(says({ disk: (below) => ({ ...below, afterMs: 500 }) }));
    let stolen = false;
    let listed = 0;
    const plain = registerOf(() => bench.settings);
    await bench.start({
      lookUp: {
        ...plain,
        find: (serial) => {
          const found = plain.find(serial);
          return stolen ? { ...found, standing: 'stolen' as const } : found;
        },
      },
      listed: () => {
        listed += 1;
      },
    });
    bench.sim.insert(0, cam);
    await bench.until('a disk', () => bench.sim.slots[0]?.diskMode ?? false);
    stolen = true;
    await bench.until('stopped', () => bench.slot()?.why === 'stolen');
    await bench.until('its disk', () => bench.volumes.disks.length === 1);
    // Nothing comes of it: whoever still waited for the disk has looked for it again by then.
    await sleep(2 * volumeLookMs);
    t.equal(listed, 0);
  },
);

t.test('a slot that its dock does not have any more holds no device', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({}, 100_000);
  await bench.start();
  bench.sim.insert(3, cam);
  await bench.until('done', () => bench.slot(3)?.at === 'done');
  bench.sim.unplug();
  bench.sim.pull(3);
  bench.sim.use({
    name: 'fewer',
    answer: (request, next) => {
      const below = next();
      if (request.case !== 'listSlots' || below === null || !('case' in below) || below.case !== 'listSlots')
        return below;
      return { case: 'listSlots', value: { slots: below.value.slots.slice(0, 2) } };
    },
  });
  await bench.sim.plug();
  bench.sim.insert(0, cam);
  await bench.until('done', () => bench.slot(0)?.at === 'done');
  t.equal(bench.slot(3)?.at ?? 'empty', 'empty');
});

t.test('E1: a clip for which the store has no room does not keep the other devices waiting', async (t) => {
  const bench = await custodyBench(t);
  const [one, two] = [
    await bench.cam({}, 300_000),
    await bench.cam({ serial: 'BC00002' }, 100_000, 110_000, 120_000),
  ];
  await bench.start({
    copier: {
      copy: async (clip, ways) => {
        if (clip.device === 'BC00002') {
          // A card takes its time, and what is stopped is not done.
          await sleep(80, ways.signal);
          return copyClip(clip, ways);
        }
        return copyClip(clip, {
          ...ways,
          keepFreeBytes: 1,
          disk: { ...nodeClipDisk, freeBytes: () => Promise.resolve(0) },
        });
      },
      close: () => undefined,
    },
  });
  bench.sim.insert(0, one);
  bench.sim.insert(1, two);
  await bench.until('the other is done', () => bench.slot(1)?.at === 'done', 8000);
  t.equal(two.clips.length, 0);
  t.equal(one.clips.length, 1);
});

t.test('P6: two cards of one device with the same name on both: neither passes for the other', (t) => {
  const clip = {
    id: 'MOV_1',
    sizeBytes: 10n,
    beginWallMs: 0n,
    endWallMs: 0n,
    sha256: new Uint8Array(),
    caseMark: '',
    path: 'DCIM/MOV_1.MP4',
  };
  t.same(matchClips([clip], [Buffer.from('DCIM/MOV_1.MP4'), Buffer.from('DCIM/MOV_1.MP4')]), [null, null]);
  t.end();
});

t.test('a name that a device gives its clip tells the terminal nothing', (t) => {
  const book = bookOf([docked(0), trouble('read-error', { clip: '\u001b[2J\u202eA\nB' })]);
  const { events } = book.record(serial);
  const [camera] = register;
  if (!camera) throw new Error('no register');
  const lines = historyLines({ device: deviceView(book, camera), events, earlier: 0 }, 'en');
  t.match(lines.join(' '), /read/);
  t.notMatch(lines.join(''), /\p{C}/u);
  t.end();
});

for (const diskMode of [true, false])
  t.test(
    `a clip without a byte is stored and erased ${diskMode ? 'from a disk' : 'through frames'}`,
    async (t) => {
      const bench = await custodyBench(t);
      const cam = await bench.cam({ diskMode }, 30_000);
      const wallMs = wallTime() - 60_000;
      cam.record({ id: 'MOV_EMPTY', beginWallMs: wallMs, endWallMs: wallMs, bytes: new Uint8Array(0) });
      await bench.start();
      bench.sim.insert(0, cam);
      await bench.until('done', () => bench.slot()?.at === 'done');
      t.equal(bench.of('clipOffloaded').length, 2);
      t.equal(cam.clips.length, 0);
    },
  );
