// The bounds of what waits in memory (P2), and that what is not used is given back and never written (H2).
import t from 'tap';
import { monoMs } from '../../../config/clock.ts';
import { HeldFrame } from '../../../gateway/recording/held-frame.ts';
import { WarmBuffer, warmGraceMs } from '../../../gateway/recording/warm-buffer.ts';

function camera(warm: WarmBuffer) {
  const out = new Set<number>();
  let n = 0;
  return {
    /** Numbers of frames that were not given back. */
    out,
    /** A picture every 40 ms; `every` pictures make a group. Answers the last number. */
    play: (count: number, every: number, bytes = 10): number => {
      for (let left = count; left > 0; left--) {
        const number = n++;
        out.add(number);
        warm.push(
          new HeldFrame({
            kind: 'video',
            data: new Uint8Array(bytes),
            rtpTime: number * 3600,
            key: number % every === 0,
            lostBefore: 0,
            whole: true,
            arrivalMonoMs: monoMs(number * 40),
            arrivalWallMs: number * 40,
            release: () => {
              if (!out.delete(number)) throw new Error('given back twice');
            },
          }),
        );
      }
      return n - 1;
    },
  };
}

t.test(
  'H2: it holds one group of pictures and the grace before it, however long the camera plays',
  async (t) => {
    const warm = new WarmBuffer();
    const { play, out } = camera(warm);
    let most = 0;
    for (let second = 0; second < 60; second++) {
      play(25, 25);
      most = Math.max(most, warm.length);
    }
    t.ok(most <= 25 + (warmGraceMs / 40 + 25), `${most} pictures at most`);
    t.equal(out.size, warm.length, 'all others were given back');
  },
);

t.test('a group of more bytes than the bound leaves it cold, not large', async (t) => {
  const warm = new WarmBuffer(1000, 1e9);
  const { play, out } = camera(warm);
  let most = 0;
  for (let n = 0; n < 500; n++) {
    play(1, 1e6, 10);
    most = Math.max(most, warm.bytes);
  }
  t.equal(most, 1000);
  t.equal(out.size, warm.length);
});

t.test('a group that lasts longer than the bound leaves it cold', async (t) => {
  const warm = new WarmBuffer(1e9, 2000);
  const { play } = camera(warm);
  play(52, 1e6);
  t.equal(warm.length, 0);
});

t.test(
  'frames are taken from the key frame at or before the moment, and the buffer keeps its own',
  async (t) => {
    const warm = new WarmBuffer();
    const { play, out } = camera(warm);
    const last = play(60, 25);
    const taken = warm.take(monoMs(30 * 40));
    t.equal(taken[0]?.frame.arrivalMonoMs, 25 * 40);
    t.equal(taken.length, last - 25 + 1);
    warm.clear();
    t.equal(out.size, taken.length, 'what is recorded is still held');
    for (const held of taken) held.release();
    t.equal(out.size, 0);
  },
);

t.test('pictures before the first key frame are given back at once', async (t) => {
  const warm = new WarmBuffer();
  let back = 0;
  warm.push(
    new HeldFrame({
      kind: 'video',
      data: new Uint8Array(1),
      rtpTime: 0,
      key: false,
      lostBefore: 0,
      whole: true,
      arrivalMonoMs: monoMs(0),
      arrivalWallMs: 0,
      release: () => {
        back += 1;
      },
    }),
  );
  t.same([warm.length, back], [0, 1]);
});
