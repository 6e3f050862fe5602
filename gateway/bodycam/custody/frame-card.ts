// The clips of a device that cannot become a disk, read through the dock's frames as if they were files of a card: the
// same copying, marks and second look as from a volume, only slower. The copying is clip-copy.ts's.
import type { Buffer } from 'node:buffer';
import { isLiuhenError } from '../../../config/errors.ts';
import type { Dock } from '../../../device-drivers/dock/dock.ts';
import type { Clip, SlotRef } from '../../../protocols/dock/messages.ts';
import type { CardFile } from '../copying/card-file.ts';
import type { CardClip } from './card-listing.ts';
import { nodeClipDisk, type ClipDisk, type ReadFile } from '../copying/clip-disk.ts';

/** Milliseconds for a block: a megabyte takes a minute and a half at 115200 baud. */
export const frameStallMs = 600_000;

type Asks = Pick<Dock, 'ask' | 'chunkBytes'>;

/** The name of such a card in place of a mount point; no path of a file begins so. */
export function frameRoot(dock: string, { slot, insertion }: SlotRef): string {
  return `frames:${dock}/${slot}/${insertion}`;
}

/** Files are found by the paths of `clips`. The store is the ordinary one. */
export function frameDisk(dock: Asks, at: SlotRef, clips: readonly CardClip[]): ClipDisk {
  const byPath = new Map(clips.map(({ path, listed }) => [path.toString(), listed]));
  const open = ({ path }: CardFile): Promise<ReadFile | null> => {
    const clip = byPath.get(path.toString());
    return Promise.resolve(clip ? frameFile(dock, at, clip) : null);
  };
  return {
    ...nodeClipDisk,
    openCard: open,
    openCardAgain: open,
    // The insertion: another device in the slot is another volume.
    volumeDevice: async () => {
      try {
        await dock.ask('battery', { at });
        return at.insertion;
      } catch (error) {
        return isGone(error) ? null : at.insertion;
      }
    },
  };
}

function frameFile(dock: Asks, at: SlotRef, { id, sizeBytes, endWallMs }: Clip): ReadFile {
  return {
    // Each read asks the device again.
    direct: true,
    facts: () => Promise.resolve({ bytes: Number(sizeBytes), modifiedMs: Number(endWallMs) }),
    read: async (into, from) => {
      try {
        return await readBlock(dock, at, id, into, from);
      } catch (error) {
        throw isGone(error) ? Object.assign(new Error('the device is gone'), { code: 'ENODEV' }) : error;
      }
    },
    close: () => Promise.resolve(),
  };
}

async function readBlock(dock: Asks, at: SlotRef, id: string, into: Buffer, from: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const offsetBytes = BigInt(from + filled);
    const maxBytes = Math.min(dock.chunkBytes, into.length - filled);
    const { data, last, offsetBytes: given } = await dock.ask('readClip', { at, id, offsetBytes, maxBytes });
    if (given !== offsetBytes || data.length > maxBytes) throw new Error(`${data.length} bytes at ${given}`);
    into.set(data, filled);
    filled += data.length;
    if (last || data.length === 0) break;
  }
  return filled;
}

/** Nobody answers for the device any more; what has come is safe. */
function isGone(error: unknown): boolean {
  if (isLiuhenError(error, 'DOCK_DOWN')) return true;
  const refusal = isLiuhenError(error, 'DOCK_REFUSED') ? error.details['refusal'] : '';
  return refusal === 'slot-empty' || refusal === 'device-changed';
}
