// A line on which anything may be lost, doubled or bent, both ways, and power that fails between: what was acknowledged
// is done, nothing is done twice, and a clip that is read is the clip.
import fc from 'fast-check';
import t from 'tap';
import { listAllClips, readClip } from '../../device-drivers/dock/dock-clips.ts';
import { Dock } from '../../device-drivers/dock/dock.ts';
import { isLiuhenError } from '../../config/errors.ts';
import { SimBodyCam } from '../../hw-sim/dock/sim-body-cam.ts';
import { createSimDock } from '../../hw-sim/dock/sim-dock.ts';

const clipIds = ['A', 'B', 'C', 'D', 'E'];
/** Tries of a run before its line counts as one that never works. */
const maxOpens = 60;

type Harm = 'none' | 'lost' | 'twice' | 'late' | 'bent' | 'reboot';
const harms = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Harm>('none') },
    { weight: 4, arbitrary: fc.constantFrom<Harm>('lost', 'twice', 'late', 'bent') },
    { weight: 1, arbitrary: fc.constant<Harm>('reboot') },
  ),
  { minLength: 20, maxLength: 60 },
);

function bent(bytes: Buffer, seed: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = (seed * 7) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (seed & 7));
  return copy;
}

t.test('on any line each clip is read whole and erased exactly once, and only then', async (t) => {
  const sim = await createSimDock();
  t.teardown(() => sim.close());
  await fc.assert(
    fc.asyncProperty(harms, async (list) => {
      const contents = (id: string): Buffer =>
        Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 31 + id.charCodeAt(0)) & 0xff));
      const device = new SimBodyCam(
        {},
        clipIds.map((id) => ({ id, bytes: contents(id), beginWallMs: 0, endWallMs: 1 })),
      );
      sim.reboot();
      sim.insert(0, device);
      let next = 0;
      // Each harm once, then a line that is sound: so that every run ends.
      const harm = (late: Buffer[], bytes: Buffer): Buffer[] => {
        if (bytes.length <= 1) return [bytes];
        const now = list[next] ?? 'none';
        next += 1;
        if (now === 'lost') return [];
        if (now === 'reboot') queueMicrotask(() => sim.reboot());
        const before = late.splice(0);
        // Comes again, with the next frame of its way.
        if (now === 'late') late.push(bytes);
        if (now === 'twice') return [...before, bytes, bytes];
        return [...before, now === 'bent' ? bent(bytes, next) : bytes];
      };
      const [lateOut, lateHeard]: [Buffer[], Buffer[]] = [[], []];
      const off = sim.use({
        name: 'harm',
        out: (bytes) => harm(lateOut, bytes),
        heard: (bytes) => Buffer.concat(harm(lateHeard, bytes)),
      });
      const times = { firstReplyWaitMs: 3, longestReplyWaitMs: 6, sends: 4 };
      const dock = new Dock({ address: 'bad', connect: async () => sim.connect(), times });
      const acknowledged: string[] = [];
      for (let opens = 0; device.clips.length > 0; opens += 1) {
        if (opens > maxOpens) throw new Error('it never came through');
        try {
          await dock.open();
          const at = dock.status.slots[0]?.at ?? { slot: 0, insertion: 0 };
          for (const clip of await listAllClips(dock, at)) {
            const read: Uint8Array[] = [];
            for await (const bytes of readClip(dock, at, clip.id)) read.push(bytes);
            if (!Buffer.concat(read).equals(contents(clip.id))) throw new Error(`${clip.id} was read wrong`);
            await dock.ask('eraseClip', { at, ...clip });
            acknowledged.push(clip.id);
          }
        } catch (error) {
          if (!isLiuhenError(error, 'DOCK_DOWN', 'DOCK_REFUSED')) throw error;
        }
      }
      dock.close();
      off();
      const erased = new Set(device.erased);
      return (
        device.erased.length === clipIds.length &&
        erased.size === clipIds.length &&
        acknowledged.every((id) => erased.has(id)) &&
        new Set(acknowledged).size === acknowledged.length
      );
    }),
    { numRuns: 30 },
  );
});
