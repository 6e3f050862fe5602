// Heard or not: only where the numbers carry it.
import t from 'tap';
import { audibility } from '../../../gateway/notice/audibility.ts';

// [before, during, answer]
const rows = [
  [[-60, -62], [-30, -28], 'yes'],
  [[-60], [-59], 'no'],
  [[-96], [-70], 'no'], // louder, and still too quiet for anybody
  [[-20], [-21], 'unknown'], // people spoke before it
  [[-50], [-46], 'unknown'],
  [[], [-20], 'unknown'],
  [[-60], [], 'unknown'],
] as const;

for (const [before, during, audible] of rows) {
  t.test(
    `B1: ${during.join(', ') || 'nothing'} dBFS after ${before.join(', ') || 'nothing'} is "${audible}"`,
    async (t) => {
      t.equal(audibility(before, during).audible, audible);
    },
  );
}

t.test('B1: the levels are those of the mean power, and 0 where there are none', async (t) => {
  t.strictSame(audibility([-60, -60], [-20, -90]), { audible: 'yes', quietDb: -60, heardDb: -23 });
  t.strictSame(audibility([], []), { audible: 'unknown', quietDb: 0, heardDb: 0 });
});
