// Sequence parameter sets of x264 and x265, made by Debian's ffmpeg; sizes and B-frame depths are what ffprobe says
// of the same files (width, height, has_b_frames).
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { parseH264Sps } from '../../../protocols/media/h264-sps.ts';
import { parseH265Sps } from '../../../protocols/media/h265-sps.ts';

// ffmpeg -f lavfi -i testsrc2=s=WxH:r=25 -frames:v 3 -pix_fmt FORMAT -c:v libx264|libx265 OPTIONS x.h264|x.h265
const h264: [string, string, number, number, number][] = [
  ['yuv420p -bf 0', '6764001eacb201405ff2e022000003000200000300641e2c5c90', 640, 360, 0],
  ['yuv420p -bf 2 -profile:v main', '674d4028eca03c0113f2e022000003000200000300641e30632c', 1920, 1080, 2],
  ['yuv420p -profile:v baseline', '6742c00dd90141fb011000000300100000030320f142a480', 320, 240, 0],
  ['yuv444p -bf 3, cropped', '67f4000d919b282a10f1f1f808800000030080000019078a14cb', 322, 242, 2],
  ['yuv420p -flags +ilme+ildct -bf 1', '6764001eace402d0936022000003000200000300643e285224', 720, 576, 1],
  [
    'yuv422p10le -x264-params nal-hrd=vbr:vbv-maxrate=1000:vbv-bufsize=1000',
    '677a001eb6cd940a03db01100000030010000003032604000f424001e84a4c30078b16cb',
    640,
    480,
    2,
  ],
];
for (const [name, hex, width, height, reorderDepth] of h264) {
  t.test(`H.264: ${name}`, async (t) => {
    t.match(parseH264Sps(Buffer.from(hex, 'hex')), { width, height, reorderDepth });
  });
}

const h265: [string, string, number, number, number, number, number][] = [
  [
    'yuv420p -bf 0',
    '42010101600000030090000003000003003fa0050201696592a4932bc05a020000030002000003003210',
    640,
    360,
    0,
    1,
    8,
  ],
  [
    'yuv420p10le bframes=3',
    '420101022000000300900000030000030078a003c08010e4d96565924caf016808000003000800000300c840',
    1920,
    1080,
    2,
    1,
    10,
  ],
  [
    'yuv422p, cropped',
    '4201010408000003009d0800000300003cb00a480f9c93e5959a4932bc05a02000000300200000030321',
    322,
    242,
    2,
    2,
    8,
  ],
];
for (const [name, hex, width, height, reorderDepth, chromaFormat, bitDepthLuma] of h265) {
  t.test(`H.265: ${name}`, async (t) => {
    const info = parseH265Sps(Buffer.from(hex, 'hex'));
    t.match(info, { width, height, reorderDepth, chromaFormat, bitDepthLuma });
    t.equal(info.profileTierLevel.length, 12);
  });
}

t.test('a set that is cut, flipped or random is refused with its code, never crashes', async () => {
  const parse = (bytes: Uint8Array): void => {
    for (const parser of [parseH264Sps, parseH265Sps]) {
      try {
        parser(bytes);
      } catch (error) {
        if (!isLiuhenError(error, 'MEDIA_PARAMETER_SET')) throw error;
      }
    }
  };
  for (const [, hex] of [...h264, ...h265]) {
    const whole = Buffer.from(hex, 'hex');
    for (let length = 0; length < whole.length; length += 1) parse(whole.subarray(0, length));
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      parse(flipped);
    }
  }
  fc.assert(
    fc.property(
      fc.constantFrom(0x67, 0x42),
      fc.uint8Array({ minLength: 20, maxLength: 200 }),
      (first, rest) => parse(Buffer.concat([Buffer.from([first, 1]), rest])),
    ),
    { numRuns: 500 },
  );
});
