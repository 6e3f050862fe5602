// Payload layouts of RFC 6184 §5 and RFC 7798 §4.4, written out by hand from the diagrams; and real pictures of
// x264 (hw-sim/media/assets) cut into packets, with losses.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { BlockPool, FrameArena } from '../../../protocols/media/frame-arena.ts';
import type { VideoCodec } from '../../../protocols/media/track.ts';
import { VideoDepacketiser } from '../../../protocols/rtp/video-depacketiser.ts';

interface Unit {
  readonly hex: string;
  readonly stamp: number;
  readonly key: boolean;
  readonly whole: boolean;
}

function receiver(codec: VideoCodec) {
  const units: Unit[] = [];
  const sets: string[] = [];
  const video = new VideoDepacketiser(codec, new FrameArena(new BlockPool()), {
    accessUnit: ({ bytes, stamp, key, whole }) => {
      units.push({ hex: bytes.data.toString('hex'), stamp, key, whole });
      bytes.release();
    },
    parameterSet: (kind, nal) => sets.push(`${kind} ${nal.toString('hex')}`),
    tooLarge: () => sets.push('too large'),
  });
  const push = (hex: string, stamp: number, marker: boolean, lost = false): void => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    video.push(bytes, 0, bytes.length, stamp, marker, lost);
  };
  return { video, units, sets, push };
}

t.test('H.264: a single NAL unit packet is one picture (RFC 6184 §5.6)', async (t) => {
  const { push, units } = receiver('h264');
  push('65 88 01', 100, true);
  t.same(units, [{ hex: '00000003658801', stamp: 100, key: true, whole: true }]);
});

t.test('H.264: STAP-A carries sets, SEI and a picture (RFC 6184 §5.7.1)', async (t) => {
  const { push, units, sets } = receiver('h264');
  push('78 0004 6742c01e 0002 68ce 0003 060180 0003 658801', 100, true);
  t.same(sets, ['sps 6742c01e', 'pps 68ce']);
  t.same(units, [{ hex: '0000000306018000000003658801', stamp: 100, key: true, whole: true }]);
});

t.test(
  'H.264: FU-A fragments become one NAL unit with F and NRI of the indicator (RFC 6184 §5.8)',
  async (t) => {
    const { push, units } = receiver('h264');
    push('7c 85 88aa', 100, false);
    push('7c 05 bbcc', 100, false);
    push('7c 45 dd', 100, true);
    t.same(units, [{ hex: '000000066588aabbccdd', stamp: 100, key: true, whole: true }]);
  },
);

t.test('H.265: an aggregation packet carries sets and a picture (RFC 7798 §4.4.2)', async (t) => {
  const { push, units, sets } = receiver('h265');
  push('6001 0003 4001aa 0003 4201bb 0003 4401cc 0004 2601 80dd', 7, true);
  t.same(sets, ['vps 4001aa', 'sps 4201bb', 'pps 4401cc']);
  t.same(units, [{ hex: '00000004260180dd', stamp: 7, key: true, whole: true }]);
});

t.test('H.265: fragmentation units keep layer and temporal id (RFC 7798 §4.4.3)', async (t) => {
  const { push, units } = receiver('h265');
  push('6201 93 80aa', 7, false);
  push('6201 13 bb', 7, false);
  push('6201 53 cc', 7, true);
  t.same(units, [{ hex: '00000006260180aabbcc', stamp: 7, key: true, whole: true }]);
});

t.test('a unit without a marker ends where the stamp changes', async (t) => {
  const { push, units } = receiver('h264');
  push('65 88', 100, false);
  push('41 9a', 200, false);
  push('41 9b', 300, true);
  t.same(
    units.map((unit) => [unit.stamp, unit.whole]),
    [
      [100, true],
      [200, true],
      [300, true],
    ],
  );
});

t.test('markers on every slice tear one picture at most, and then no more', async (t) => {
  const { push, units } = receiver('h264');
  for (const stamp of [100, 200, 300]) {
    push('41 9a', stamp, true);
    push('41 4b', stamp, true);
  }
  push('41 9a', 400, true);
  t.same(
    units.map((unit) => [unit.stamp, unit.hex, unit.whole]),
    [
      [100, '00000002419a', true],
      [100, '00000002414b', false],
      [200, '00000002419a00000002414b', true],
      [300, '00000002419a00000002414b', true],
    ],
  );
});

t.test('a marker on SEI or parameter sets does not cut them from their picture', async (t) => {
  const { push, units } = receiver('h264');
  push('06 0180', 100, true);
  push('65 88', 100, true);
  t.equal(units[0]?.hex, '00000003060180000000026588');
});

t.test('a picture whose first slice is lost is not whole, nor the one before without its end', async (t) => {
  const { push, units } = receiver('h264');
  push('41 9a', 100, false);
  push('41 4b', 200, true, true);
  push('41 9a', 300, true);
  t.same(
    units.map((unit) => unit.whole),
    [false, false, true],
  );
});

t.test(
  'a fragment without its beginning, a short one and an aggregate cut short are not whole',
  async (t) => {
    for (const hex of ['7c 05 aa', '7c 85', '78 0010 6588', '79 0002 6588']) {
      const { push, units } = receiver('h264');
      push(hex, 100, false);
      push('41 9a', 100, true);
      t.same(
        units.map((unit) => unit.whole),
        [false],
        hex,
      );
    }
  },
);

t.test('random payloads never crash and hold no more than a frame', async () => {
  for (const codec of ['h264', 'h265'] as const) {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.uint8Array({ maxLength: 40 }),
            fc.integer({ min: 0, max: 3 }),
            fc.boolean(),
            fc.boolean(),
          ),
          {
            maxLength: 40,
          },
        ),
        (packets) => {
          const { push, units } = receiver(codec);
          for (const [bytes, stamp, marker, lost] of packets)
            push(Buffer.from(bytes).toString('hex'), stamp, marker, lost);
          // Whatever came, a unit is a row of NAL units behind their lengths.
          return units.every(({ hex }) => {
            const data = Buffer.from(hex, 'hex');
            let at = 0;
            while (at + 4 <= data.length) at += 4 + data.readUInt32BE(at);
            return at === data.length;
          });
        },
      ),
      { numRuns: 300 },
    );
  }
});

/** The pictures of an Annex B stream with one slice each, as NAL units (ITU-T H.264 §B.1). */
function slices(file: string): Buffer[] {
  const bytes = readFileSync(new URL(`../../../hw-sim/media/assets/${file}`, import.meta.url)).subarray(
    0,
    120_000,
  );
  const found: Buffer[] = [];
  let start = -1;
  for (let i = 0; i + 3 <= bytes.length; i += 1) {
    if (bytes[i] !== 0 || bytes[i + 1] !== 0 || bytes[i + 2] !== 1) continue;
    if (start >= 0) found.push(bytes.subarray(start, bytes[i - 1] === 0 ? i - 1 : i));
    start = i + 3;
  }
  return found.filter((nal) => [1, 5].includes((nal[0] ?? 0) & 0x1f)).slice(0, 12);
}

t.test('real pictures come out byte by byte, and none is called whole that lost a packet', async (t) => {
  const pictures = slices('h264-640x360.h264');
  t.ok(pictures.length >= 3, 'there are pictures to send');
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 1400 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
      (mtu, fates) => {
        const { video, units } = receiver('h264');
        let lost = false;
        let sent = 0;
        const torn = new Set<number>();
        for (const [stamp, nal] of pictures.entries()) {
          const first = nal[0] ?? 0;
          const parts: Buffer[] = [];
          if (nal.length <= mtu) parts.push(nal);
          else
            for (let at = 1; at < nal.length; at += mtu) {
              const fu = (at === 1 ? 0x80 : 0) | (at + mtu >= nal.length ? 0x40 : 0) | (first & 0x1f);
              parts.push(Buffer.concat([Buffer.from([(first & 0x60) | 28, fu]), nal.subarray(at, at + mtu)]));
            }
          for (const [i, part] of parts.entries()) {
            const drop = !(fates[sent++ % fates.length] ?? true) && sent % 3 === 0;
            if (drop) torn.add(stamp);
            else video.push(part, 0, part.length, stamp, i === parts.length - 1, lost);
            lost = drop;
          }
        }
        video.push(Buffer.from([0x41, 0x9a]), 0, 2, 999, true, lost);
        const wanted = pictures.map((nal) => {
          const length = Buffer.alloc(4);
          length.writeUInt32BE(nal.length);
          return Buffer.concat([length, nal]).toString('hex');
        });
        return units
          .filter((unit) => unit.whole && unit.stamp !== 999)
          .every((unit) => !torn.has(unit.stamp) && unit.hex === wanted[unit.stamp]);
      },
    ),
    { numRuns: 60 },
  );
});
