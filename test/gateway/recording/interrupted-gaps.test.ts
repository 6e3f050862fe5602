import t from 'tap';
import { interruptedGaps } from '../../../gateway/recording/interrupted-gaps.ts';
import type { At, JournalFact, JournalRecord } from '../../../gateway/recording/recorder-protocol.ts';

const at = (ms: number): At => ({ wallMs: 1_000_000 + ms, monoMs: ms });
const sealed = (camera: string, lastMs: number): JournalFact => ({
  type: 'segment-sealed',
  camera,
  file: `${camera}-0001.mp4`,
  bytes: 1,
  parts: 1,
  frames: { video: 1, audio: 0 },
  first: at(0),
  last: at(lastMs),
  merkleRoot: '',
  chainHead: '',
});
const opened = (gap: number, camera: string, track: 'all' | 'video', fromMs: number): JournalFact => ({
  type: 'gap-opened',
  gap,
  camera,
  track,
  cause: 'closed',
  from: at(fromMs),
});
const past = (...facts: [JournalFact, number][]): JournalRecord[] =>
  facts.map(([fact, ms], index) => ({ ...fact, n: index + 1, at: at(ms) }));

t.test(
  "P3: a camera that was away at the crash: its gap and the crash's adjoin where life was last seen",
  (t) => {
    const journal = past([sealed('a', 1000), 1100], [opened(1, 'a', 'all', 1000), 1200]);
    const { closed, from } = interruptedGaps(journal, [sealed('b', 9000)]);
    t.match(closed, [{ type: 'gap-closed', gap: 1, camera: 'a', from: at(1000), to: at(9000) }]);
    t.same(
      [...from],
      [
        ['a', at(9000)],
        ['b', at(9000)],
      ],
    );
    t.match(
      interruptedGaps(journal, []),
      { closed: [{ to: at(1200) }] },
      'alone: the last record of the journal',
    );
    t.end();
  },
);

t.test(
  'P3: a loss that was open at the crash ends with the last frame on disk, never before it began',
  (t) => {
    const journal = past([opened(1, 'a', 'video', 500), 600], [opened(2, 'b', 'video', 8000), 8000]);
    const { closed, from } = interruptedGaps(journal, [sealed('a', 9000), sealed('b', 7000)]);
    t.match(closed, [
      { gap: 1, to: at(9000) },
      { gap: 2, from: at(8000), to: at(8000) },
    ]);
    t.same(from.get('b'), at(7000), 'the gap of the crash holds it');
    t.end();
  },
);

t.test('gaps that ended and cameras without one are left as they are', (t) => {
  const gone: JournalFact = { ...opened(1, 'a', 'all', 1), type: 'gap-closed', to: at(2) } as JournalFact;
  const journal = past([opened(1, 'a', 'all', 1), 1], [gone, 3], [sealed('a', 2000), 2100]);
  const { closed, from } = interruptedGaps(journal, []);
  t.same(closed, []);
  t.same(from.get('a'), at(2000));
  t.same(interruptedGaps([], []), { closed: [], from: new Map() });
  t.end();
});
