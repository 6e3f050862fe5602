import t from 'tap';
import { HeldFrame } from '../../../gateway/recording/held-frame.ts';
import { PartAssembler } from '../../../gateway/recording/part-assembler.ts';
import { StreamClock } from '../../../gateway/recording/stream-clock.ts';
import type { Track } from '../../../protocols/media/track.ts';

const track: Track = {
  kind: 'video',
  codec: 'h264',
  clockRate: 90_000,
  width: 640,
  height: 480,
  reorderDepth: 0,
  parameterSets: { vps: [], sps: [], pps: [] },
};

function frame(n: number): HeldFrame {
  return new HeldFrame({
    kind: 'video',
    data: Buffer.from([0, 0, 0, 1, 0x41]),
    rtpTime: n * 3600, // 25 pictures a second
    key: n === 0,
    lostBefore: 0,
    whole: true,
    arrivalMonoMs: n * 40,
    arrivalWallMs: n * 40,
    release: () => undefined,
  });
}

/** Video frames of each part, when each read brings as many frames as `reads` says. */
function partsOf(reads: readonly number[], partMs: number): number[] {
  const first = frame(0);
  const assembler = new PartAssembler([track], first, new StreamClock([track]));
  const parts: number[] = [];
  const take = (): void => {
    parts.push(assembler.take(false)?.frames.video ?? 0);
  };
  let n = 0;
  for (const count of reads) {
    for (let left = count; left > 0; left -= 1) {
      if (assembler.add(n === 0 ? first : frame(n), partMs)) take();
      n += 1;
    }
    if (assembler.endRead(partMs)) take();
  }
  return parts;
}

t.test('what one read brings is one part, save the frame whose duration is not known yet', async (t) => {
  t.same(partsOf([8, 7, 8, 7, 8], 320), [7, 7, 8, 7, 8]);
});

t.test('frames that come one by one still fill a part', async (t) => {
  t.same(partsOf(Array<number>(17).fill(1), 320), [8, 8]);
});
