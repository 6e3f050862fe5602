// Lists of clips that devices give: bounded, and let go of when their device is gone.
import t from 'tap';
import { LiuhenError } from '../../../config/errors.ts';
import { listAllClips } from '../../../device-drivers/dock/dock-clips.ts';
import type { ClipDisk } from '../../../gateway/bodycam/clip-disk.ts';
import { newDocking, SlotWork, type SlotParts } from '../../../gateway/bodycam/slot-work.ts';
import { maxClips } from '../../../protocols/dock/limits.ts';
import type { Clip } from '../../../protocols/dock/messages.ts';

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
