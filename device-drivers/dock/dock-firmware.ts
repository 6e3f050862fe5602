// Sends a signed image to a dock, from wherever it stands, up to the moment it restarts. The dock checks everything
// itself; whether the new build runs is seen in the next session's identity.
import { isLiuhenError, LiuhenError } from '../../config/errors.ts';
import type { FirmwareImage } from '../../protocols/dock/firmware-image.ts';
import type { FirmwareProgress, SlotRef } from '../../protocols/dock/messages.ts';
import type { Dock } from './dock.ts';

/** How often a dock may say that it stands elsewhere before that is taken for a fault. */
export const maxOffsetCorrections = 3;

export interface UpdateWays {
  readonly at?: SlotRef;
  readonly told?: (storedBytes: number) => void;
  readonly mayRestart?: () => Promise<void>;
}

/**
 * `at` for a body-cam's image. Rejects as Dock.ask; after a line that has ended, open the dock again and call this
 * again: what was stored is not sent twice. `told` gets bytes stored; `mayRestart` is awaited when all of it is stored,
 * because the dock restarts next.
 */
export async function updateFirmware(
  dock: Dock,
  { manifest, signature, image }: FirmwareImage,
  { at, told, mayRestart }: UpdateWays = {},
): Promise<void> {
  let progress = await dock.ask('firmwareBegin', { manifest, signature, at });
  told?.(Number(progress.nextOffsetBytes));
  let corrections = 0;
  while (progress.step === 'receiving') {
    const offset = Number(progress.nextOffsetBytes);
    if (offset >= image.length) throw wrong(`it wants byte ${offset} of ${image.length}`);
    const data = image.subarray(offset, offset + dock.chunkBytes);
    try {
      const next: FirmwareProgress = await dock.ask('firmwareChunk', {
        offsetBytes: progress.nextOffsetBytes,
        data,
      });
      if (next.nextOffsetBytes <= progress.nextOffsetBytes) throw wrong(`it stays at byte ${offset}`);
      progress = next;
    } catch (error) {
      const expected = isLiuhenError(error, 'DOCK_REFUSED') ? error.details['expected'] : null;
      if (
        !isLiuhenError(error) ||
        error.details['refusal'] !== 'image-offset' ||
        typeof expected !== 'number'
      )
        throw error;
      corrections += 1;
      if (corrections > maxOffsetCorrections) throw error;
      progress = { nextOffsetBytes: BigInt(expected), step: 'receiving' };
    }
    told?.(Number(progress.nextOffsetBytes));
  }
  await mayRestart?.();
  await dock.ask('firmwareApply', {});
}

function wrong(why: string): LiuhenError {
  return new LiuhenError('DOCK_MESSAGE', { message: 'firmwareChunk', why });
}
