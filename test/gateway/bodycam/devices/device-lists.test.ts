// Lists of clips that devices give: bounded, and let go of when their device is gone.
import t from 'tap';
import { LiuhenError } from '../../../../config/errors.ts';
import { listAllClips } from '../../../../device-drivers/dock/dock-clips.ts';
import type { ClipDisk } from '../../../../gateway/bodycam/copying/clip-disk.ts';
import { SlotWork } from '../../../../gateway/bodycam/custody/slot-work.ts';
import { newDocking, type SlotParts } from '../../../../gateway/bodycam/custody/slot-parts.ts';
import { maxClips } from '../../../../protocols/dock/limits.ts';
import type { Clip } from '../../../../protocols/dock/messages.ts';
import { custodyBench } from '../custody/custody-bench.ts';

t.test('a device that is docked again and again through frames leaves nothing behind', async (t) => {
  const frames = new Map<string, ClipDisk>();
  const answers = {
    listClips: { clips: [], total: 0 },
    diskMode: new LiuhenError('DOCK_REFUSED', { call: 'diskMode', refusal: 'not-supported' }),
  };
  const ask = (name: keyof typeof answers): Promise<unknown> => {
    const answer = answers[name];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const parts = {
    dockId: 'dock-1',
    dock: { ask },
    frames,
    book: { measures: () => [], unerased: () => [] },
    listed: () => undefined,
  } as unknown as SlotParts;
  for (let insertion = 1; insertion <= 5; insertion += 1) {
    const docking = newDocking({ slot: 2, insertion }, []);
    await new SlotWork(parts, docking, { docked: '', serial: '' }, () => undefined).list();
  }
  t.same([...frames.keys()], ['frames:dock-1/2/5']);
});

t.test('E1: a device with more clips than one list may have is read all the same', async (t) => {
  const page = (from: number): Clip[] =>
    Array.from({ length: 8 }, (_, index) => ({
      id: `MOV_${from + index}`,
      sizeBytes: 1n,
      beginWallMs: 0n,
      endWallMs: 0n,
      sha256: new Uint8Array(),
      caseMark: '',
      path: '',
    }));
  const ask = (_: string, { from }: { from: number }) =>
    Promise.resolve({ clips: page(from), total: maxClips + 1000 });
  const listed = await listAllClips({ ask } as never, { slot: 0, insertion: 1 });
  t.equal(listed.length, maxClips);
});

t.test('E1: footage that a device lists and its card does not show stays due', async (t) => {
  const bench = await custodyBench(t);
  const cam = await bench.cam({}, 100_000);
  const [clip] = cam.clips;
  cam.use({
    name: 'elsewhere',
    answer: (_, next) => {
      const below = next();
      if (!('case' in below) || below.case !== 'listClips') return below;
      const clips = below.value.clips.map((each) => ({ ...each, path: 'FLASH/1.MP4' }));
      return { ...below, value: { ...below.value, clips } };
    },
  });
  const due: string[] = [];
  await bench.start({
    listed: (_, clips) => {
      due.push(...clips.map((each) => each.clip.id));
    },
  });
  bench.sim.insert(0, cam);
  await bench.until('done', () => bench.slot()?.at === 'done');
  t.equal(due.length, 2, 'the file, and what is listed');
  t.ok(due.includes(clip?.id ?? '-'));
  t.equal(cam.clips.length, 1);
});
