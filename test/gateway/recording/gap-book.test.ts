// P4: what the book of gaps writes, as stories of a few calls.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { silentLog } from '../../../config/log.ts';
import { GapBook, lossMergeMs } from '../../../gateway/recording/gap-book.ts';
import { Journal } from '../../../gateway/recording/journal.ts';
import { nodeDisk } from '../../../gateway/recording/recording-disk.ts';
import type { At, JournalRecord } from '../../../gateway/recording/recorder-protocol.ts';

const at = (monoMs: number): At => ({ wallMs: monoMs, monoMs });

async function book() {
  const told: JournalRecord[] = [];
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  const { journal } = await Journal.open(nodeDisk, folder, (record) => told.push(record), silentLog);
  const gaps = new GapBook(journal, 'cam', { next: 1 });
  const closed = async () => {
    await journal.flush();
    return told.flatMap((record) =>
      record.type === 'gap-closed'
        ? [[record.track, record.cause, record.from.monoMs, record.to.monoMs, record.lostPackets ?? 0]]
        : [],
    );
  };
  return { gaps, closed };
}

t.test('losses while the whole camera is away are in its gap', async (t) => {
  const { gaps, closed } = await book();
  gaps.openAll('stalled', at(0), at(0));
  gaps.loss('video', 'lost-packets', 40, at(1000), at(1000));
  gaps.closeAll(at(5000), at(6000));
  gaps.finish(at(9000), at(9000));
  t.same(await closed(), [['all', 'stalled', 0, 5000, 0]]);
});

t.test(
  'a loss behind the first picture of the return is a gap, though the return is not on disk yet',
  async (t) => {
    const { gaps, closed } = await book();
    gaps.openAll('stalled', at(0), at(0));
    gaps.returns();
    gaps.loss('video', 'lost-packets', 40, at(5200), at(5300));
    gaps.closeAll(at(5000), at(6000));
    gaps.frame('video', at(7000));
    gaps.tick(at(5300 + lossMergeMs + 1));
    t.same(await closed(), [
      ['all', 'stalled', 0, 5000, 0],
      ['video', 'lost-packets', 5200, 7000, 40],
    ]);
  },
);

t.test('a return that fails before it is on disk ends nothing', async (t) => {
  const { gaps, closed } = await book();
  gaps.openAll('stalled', at(0), at(0));
  gaps.returns();
  gaps.openAll('disk-full', at(5000), at(5000));
  gaps.loss('video', 'lost-packets', 1, at(5500), at(5500));
  gaps.closeAll(at(8000), at(8000));
  gaps.finish(at(9000), at(9000));
  t.same(await closed(), [['all', 'stalled', 0, 8000, 0]]);
});

t.test(
  'losses of one cause within a second are one gap with their sum, and end with a good frame',
  async (t) => {
    const { gaps, closed } = await book();
    for (const ms of [100, 600, 1100]) {
      gaps.loss('video', 'lost-packets', 2, at(ms - 40), at(ms));
      gaps.frame('video', at(ms + 200));
      gaps.tick(at(ms + 300));
    }
    gaps.tick(at(1100 + lossMergeMs + 1));
    gaps.loss('audio', 'lost-packets', 1, at(5000), at(5000));
    gaps.finish(at(6000), at(6000));
    t.same(await closed(), [
      ['video', 'lost-packets', 60, 1300, 6],
      ['audio', 'lost-packets', 5000, 6000, 1],
    ]);
  },
);
