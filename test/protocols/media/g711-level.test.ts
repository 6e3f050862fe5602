// Levels by table, against ITU-T G.711's own values and against ffmpeg's decoder where the numbers come from.
import t from 'tap';
import { addG711, levelDb, levelStride, lowestDb } from '../../../protocols/media/g711-level.ts';

function level(byte: number, codec: 'pcma' | 'pcmu'): number | null {
  const sum = { power: 0, samples: 0 };
  addG711(sum, new Uint8Array(160).fill(byte), codec);
  return levelDb(sum);
}

t.test('full scale is 0 dBFS and digital silence is nothing', async (t) => {
  // A-law: 0xaa is +32256 of 32768; µ-law: 0x80 is +32124.
  t.equal(level(0xaa, 'pcma'), 0);
  t.equal(level(0x2a, 'pcma'), 0);
  t.equal(level(0x80, 'pcmu'), 0);
  t.equal(level(0x00, 'pcmu'), 0);
  t.equal(level(0xff, 'pcmu'), lowestDb);
  // A-law has no zero: its smallest step is 8 of 32768.
  t.equal(level(0xd5, 'pcma'), -72);
});

t.test('segments of the table are 6 dB apart', async (t) => {
  // The lowest step of each A-law segment from the second: 264, 528, 1056 … of 32768.
  for (const segment of [1, 2, 3, 4, 5, 6, 7])
    t.equal(
      level((segment << 4) ^ 0xd5, 'pcma'),
      Math.round(20 * Math.log10((264 * 2 ** (segment - 1)) / 32_768)),
    );
});

t.test('a few samples of a frame are enough, and other codecs have none', async (t) => {
  const sum = { power: 0, samples: 0 };
  t.ok(addG711(sum, new Uint8Array(160), 'pcmu'));
  t.equal(sum.samples, 160 / levelStride);
  t.notOk(addG711(sum, new Uint8Array(160), 'aac'));
  t.equal(sum.samples, 160 / levelStride);
  t.equal(levelDb({ power: 0, samples: 0 }), null);
});
