// Frames are built behind each other and their memory is used again, never while a frame of it is held.
import fc from 'fast-check';
import t from 'tap';
import {
  arenaBlockBytes,
  BlockPool,
  FrameArena,
  maxFrameBytes,
} from '../../../protocols/media/frame-arena.ts';

t.test('frames keep their bytes until they are released, whatever is built after them', async () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          sizes: fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 8 }),
          abandon: fc.boolean(),
          hold: fc.integer({ min: 0, max: 5 }),
        }),
        { maxLength: 25 },
      ),
      (frames) => {
        const arena = new FrameArena(new BlockPool(4));
        let held: { data: Buffer; size: number; mark: number; left: number; release(): void }[] = [];
        for (const [i, { sizes, abandon, hold }] of frames.entries()) {
          const mark = i + 1;
          for (const size of sizes) if (!arena.append(Buffer.alloc(size, mark))) return false;
          if (abandon) {
            arena.abandon();
            continue;
          }
          const { data, release } = arena.finish();
          held.push({ data, size: sizes.reduce((a, b) => a + b), mark, left: hold, release });
          for (const each of held) {
            if (each.data.length !== each.size || each.data.some((byte) => byte !== each.mark)) return false;
            if (each.left-- <= 0) each.release();
          }
          held = held.filter((each) => each.left >= 0);
        }
        return true;
      },
    ),
    { numRuns: 25 },
  );
});

t.test('a released block is used again, and a frame released twice counts once', async (t) => {
  const pool = new BlockPool(1);
  const arena = new FrameArena(pool);
  arena.append(Buffer.alloc(100_000, 1));
  const first = arena.finish();
  arena.append(Buffer.alloc(100_000, 2));
  const second = arena.finish();
  const block = first.data.buffer;
  arena.append(Buffer.alloc(100_000, 3)); // goes to a new block
  first.release();
  first.release();
  t.equal(second.data[0], 2);
  t.not(pool.take().buffer, block, 'it is still in use');
  second.release();
  t.equal(pool.take().buffer, block);
});

t.test('a pool that narrows lets go of blocks that lie free', async (t) => {
  const pool = new BlockPool(0);
  pool.widen(2);
  const [one, two] = [pool.take(), pool.take()];
  pool.give(one);
  pool.give(two);
  pool.widen(-1);
  t.equal(pool.take(), one, 'as many as may lie free are used again');
  t.not(pool.take(), two, 'the others are left to the collector');
});

t.test('a frame over the limit is refused, and the next one is built', async (t) => {
  const arena = new FrameArena(new BlockPool());
  const piece = Buffer.alloc(arenaBlockBytes);
  let taken = 0;
  while (arena.append(piece)) taken += piece.length;
  t.equal(taken, maxFrameBytes);
  t.equal(arena.length, 0);
  t.ok(arena.append(Buffer.from('next')));
  t.equal(arena.finish().data.toString(), 'next');
});
