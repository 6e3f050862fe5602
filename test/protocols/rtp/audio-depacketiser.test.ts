// AAC payloads as RFC 3640 §3.2.1 and §3.3.6 lay them out, and G.711, which is its own frame (RFC 3551 §4.5.14).
import fc from 'fast-check';
import t from 'tap';
import { BlockPool, FrameArena } from '../../../protocols/media/frame-arena.ts';
import { AudioDepacketiser, type AacLayout } from '../../../protocols/rtp/audio-depacketiser.ts';

/** AAC-hbr: sizeLength=13; indexLength=3; indexDeltaLength=3 (RFC 3640 §3.3.6). */
const hbr: AacLayout = { sizeLength: 13, indexLength: 3, indexDeltaLength: 3, samplesPerFrame: 1024 };
/** AAC-lbr: sizeLength=6; indexLength=2; indexDeltaLength=2 (RFC 3640 §3.3.5). */
const lbr: AacLayout = { sizeLength: 6, indexLength: 2, indexDeltaLength: 2, samplesPerFrame: 1024 };

/** What came; '' where it was told that sound cannot be read. */
function receiver(layout: AacLayout | null) {
  const frames: [string, number][] = [];
  const audio = new AudioDepacketiser(layout, new FrameArena(new BlockPool()), {
    audioFrame: (bytes, stamp, whole) => {
      frames.push([whole ? bytes.data.toString('hex') : '', stamp]);
      bytes.release();
    },
    tooLarge: () => frames.push(['too large', 0]),
  });
  const push = (hex: string, stamp: number, lost = false): void => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    audio.push(bytes, 0, bytes.length, stamp, lost);
  };
  return { frames, push };
}

t.test('AAC-hbr: one access unit', async (t) => {
  const { frames, push } = receiver(hbr);
  push('0010 0018 aabbcc', 5000); // 16 bits of headers; size 3 << 3
  t.same(frames, [['aabbcc', 5000]]);
});

t.test('AAC-hbr: two access units are 1024 samples apart', async (t) => {
  const { frames, push } = receiver(hbr);
  push('0020 0010 0018 aabb ccddee', 5000);
  t.same(frames, [
    ['aabb', 5000],
    ['ccddee', 6024],
  ]);
});

t.test('AAC-lbr: headers of one byte', async (t) => {
  const { frames, push } = receiver(lbr);
  push('0010 0804 aabb cc', 0);
  t.same(frames, [
    ['aabb', 0],
    ['cc', 1024],
  ]);
});

t.test('AAC-hbr: a unit over three packets, each with the whole size', async (t) => {
  const { frames, push } = receiver(hbr);
  for (const part of ['aabb', 'ccdd', 'ee']) push(`0010 0028 ${part}`, 5000);
  push('0010 0008 ff', 6024);
  t.same(frames, [
    ['aabbccddee', 5000],
    ['ff', 6024],
  ]);
});

t.test('AAC-hbr: a unit that lost a piece is dropped, and the next one is whole', async (t) => {
  const { frames, push } = receiver(hbr);
  push('0010 0028 aabb', 5000);
  push('0010 0028 ee', 5000, true);
  push('0010 0010 1122', 6024);
  t.same(frames, [
    ['', 5000],
    ['1122', 6024],
  ]);
});

t.test('AAC-hbr: what cannot be read is told, once for each packet', async (t) => {
  const { frames, push } = receiver(hbr);
  push('00', 1024); // no room for the length of the headers
  push('0040 0018 aa', 2048); // headers longer than the packet
  push('0020 0008 0018 aabb', 3072); // the second unit is longer than what is left
  push('0010 0028 aabb', 4096); // a piece whose rest never comes
  push('0010 0010 1122', 5120);
  push('', 6144); // padding alone
  t.same(frames, [
    ['', 1024],
    ['', 2048],
    ['aa', 3072],
    ['', 3072],
    ['', 4096],
    ['1122', 5120],
  ]);
});

t.test('G.711 comes out as it came in', async (t) => {
  const { frames, push } = receiver(null);
  push('d5d5d5', 160);
  push('', 163);
  t.same(frames, [['d5d5d5', 160]]);
});

t.test('random payloads never crash, and no frame is longer than what came', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 2 }), fc.boolean()), {
        maxLength: 30,
      }),
      fc.constantFrom(hbr, lbr, null),
      (packets, layout) => {
        const { frames, push } = receiver(layout);
        let came = 0;
        for (const [bytes, stamp, lost] of packets) {
          came += bytes.length;
          push(Buffer.from(bytes).toString('hex'), stamp, lost);
        }
        return frames.reduce((sum, [hex]) => sum + hex.length / 2, 0) <= came;
      },
    ),
    { numRuns: 500 },
  );
});
