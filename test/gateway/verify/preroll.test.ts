// H2: what waited in memory before the opening is in the files for a bounded time alone, and that can be checked.
import t from 'tap';
import { maxPrerollMs, preroll } from '../../../gateway/verify/preroll.ts';

const at = (wallMs: number, monoMs: number) => ({ wallMs: BigInt(wallMs), monoUs: BigInt(monoMs * 1000) });
const opened = at(1_790_000_000_000, 500_000);
const from = (wallMs: number, monoMs: number) => at(1_790_000_000_000 + wallMs, 500_000 + monoMs);

// [what, first frames of the files, ms before the opening]
const table = [
  ['a file that begins with the opening', [from(0, 0)], 0],
  ['files that begin behind it', [from(400, 400), from(600_000, 600_000)], 0],
  ['the key frame that waited in memory', [from(-480, -480), from(-900, -900)], 900],
  ['a wall clock that was set forward in between', [from(-3_600_500, -500)], 500],
  ['a file of the next boot, whose monotonic clock began anew', [from(30_000, -400_000)], 0],
  ['a file that began long before anybody was told', [from(-60_000, -60_000)], 60_000],
] as const;

for (const [what, firsts, ms] of table) {
  t.test(`H2: ${what} begins ${ms} ms before the opening`, (t) => {
    const seals = firsts.map((first, index) => ({ file: `a-${index}.mp4`, first }));
    const found = preroll({ opened }, seals);
    t.equal(found.ms, ms);
    t.equal(found.file !== '', ms > 0);
    t.end();
  });
}

t.test('H2: what is allowed is what memory can hold, and seconds', (t) => {
  t.ok(maxPrerollMs <= 15_000);
  t.ok(maxPrerollMs < 60_000);
  t.end();
});
