// Clips through frames: the whole list, and one clip's bytes from any offset. Slow; docks with disk mode hand footage
// over as a volume. Copying, hashing and erasing in the right order is the gateway's.
import { LiuhenError } from '../../config/errors.ts';
import { maxClips } from '../../protocols/dock/limits.ts';
import type { Clip, SlotRef } from '../../protocols/dock/messages.ts';
import type { Dock } from './dock.ts';

/**
 * The clips of the device, of more than maxClips the first: what is beyond them is not listed, and so never erased.
 * Rejects as Dock.ask, with DOCK_MESSAGE for a list that ends before its total, or as an aborted `signal` does: 10,000
 * clips take minutes on a serial line.
 */
export async function listAllClips(
  dock: Pick<Dock, 'ask'>,
  at: SlotRef,
  signal?: AbortSignal,
): Promise<readonly Clip[]> {
  const clips: Clip[] = [];
  for (;;) {
    signal?.throwIfAborted();
    const reply = await dock.ask('listClips', { at, from: clips.length });
    clips.push(...reply.clips);
    if (clips.length >= Math.min(reply.total, maxClips)) return clips.slice(0, maxClips);
    if (reply.clips.length === 0)
      throw new LiuhenError('DOCK_MESSAGE', { message: 'listClips', why: 'the list ends before its total' });
  }
}

/** The bytes from `offsetBytes` to the end, one chunk a time. Throws as Dock.ask, or DOCK_MESSAGE for a wrong chunk. */
export async function* readClip(
  dock: Dock,
  at: SlotRef,
  id: string,
  offsetBytes = 0n,
): AsyncGenerator<Uint8Array, void> {
  for (let next = offsetBytes; ; ) {
    const reply = await dock.ask('readClip', { at, id, offsetBytes: next, maxBytes: dock.chunkBytes });
    const { length } = reply.data;
    if (reply.offsetBytes !== next || length > dock.chunkBytes || (length === 0 && !reply.last))
      throw new LiuhenError('DOCK_MESSAGE', {
        message: 'readClip',
        why: `${length} bytes at ${reply.offsetBytes} instead of ${next}`,
      });
    if (length > 0) yield reply.data;
    if (reply.last) return;
    next += BigInt(length);
  }
}
