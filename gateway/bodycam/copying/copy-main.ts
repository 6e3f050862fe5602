// A process that copies clips, one after the other, for who started it (copy-process.ts), and ends with it. The copying
// is clip-copy.ts's.
import { BlockPool } from './block-pool.ts';
import { copyClip } from './clip-copy.ts';
import { clipOf, type FromCopier, type ToCopier } from './copy-messages.ts';

const pool = new BlockPool(1);
const asked: (() => void)[] = [];
let stop = new AbortController();

process.on('message', (message: ToCopier) => {
  if (message.do === 'stop') stop.abort();
  if (message.do === 'read') asked.shift()?.();
  if (message.do === 'copy') void copy(message);
});
// Nobody waits for the outcome any more. What is safe has its mark.
process.on('disconnect', () => process.exit(0));
// The signal is for the whole group; who started us stops us in order.
process.on('SIGINT', () => {});

async function copy({
  clip,
  store,
  keepFreeBytes,
  stallMs,
  syncEveryBytes,
}: ToCopier & { do: 'copy' }): Promise<void> {
  stop = new AbortController();
  const outcome = await copyClip(clipOf(clip), {
    store,
    pool,
    keepFreeBytes,
    stallMs,
    syncEveryBytes,
    signal: stop.signal,
    pace: (bytes) =>
      new Promise((resolve) => {
        asked.push(resolve);
        tell({ is: 'asking', bytes });
      }),
    progress: (bytes) => tell({ is: 'progress', bytes }),
    synced: () => tell({ is: 'synced' }),
  });
  // Blocks that a disk still holds do not come back before it answers.
  const blocks = await pool.borrow(1, new AbortController().signal);
  if (blocks) pool.giveBack(blocks);
  tell({ is: 'outcome', outcome, usable: blocks !== null });
}

function tell(message: FromCopier): void {
  process.send?.(message);
}
