// The memory that frames of all streams of the process are built in. How a frame is built is FrameArena's.
import { BlockPool } from '../../protocols/media/frame-arena.ts';

/**
 * Free blocks kept for each stream that plays: 2 MiB, what a group of pictures takes at 4 to 8 Mbit/s and gives
 * back at once. With fewer each group is allocated anew, and the collector runs for it.
 */
export const freeBlocksPerStream = 8;

export const framePool = new BlockPool(0);

/** A stream plays: its share of free blocks is kept until the answer is called. */
export function keepFrameMemory(): () => void {
  framePool.widen(freeBlocksPerStream);
  let kept = true;
  return () => {
    if (kept) framePool.widen(-freeBlocksPerStream);
    kept = false;
  };
}
