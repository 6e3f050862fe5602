// Frames of the dock protocol on the wire: CRC and COBS by published vectors, whatever the line does to the bytes.
import fc from 'fast-check';
import t from 'tap';
import { writeCobs } from '../../../protocols/dock/cobs.ts';
import { crc32c } from '../../../protocols/dock/crc32c.ts';
import { FrameReader, slabBytes } from '../../../protocols/dock/frame-reader.ts';
import { encodeFrame, isAfter, nextSequence, type Frame } from '../../../protocols/dock/frame.ts';
import { frameTypes, maxEncodedBytes, maxPayloadBytes } from '../../../protocols/dock/limits.ts';
import { readVectors } from './dock-vectors.ts';

type Runs = readonly (readonly [string, number])[];
interface CobsVector {
  readonly what: string;
  readonly plain?: string;
  readonly coded?: string;
  readonly plainRuns?: Runs;
  readonly codedRuns?: Runs;
}
const bytesOf = (hex = '', runs: Runs = []): Buffer =>
  Buffer.from(hex + runs.map(([byte, count]) => byte.repeat(count)).join(''), 'hex');

function cobs(plain: Uint8Array): Buffer {
  const out = Buffer.alloc(plain.length + Math.ceil(plain.length / 254) + 1);
  return out.subarray(0, writeCobs(plain, out, 0));
}

const frames = fc.record({
  version: fc.constantFrom(1, 2, 255),
  type: fc.constantFrom(...(Object.keys(frameTypes) as (keyof typeof frameTypes)[])),
  sequence: fc.integer({ min: 0, max: 65_535 }),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ minLength: 240, maxLength: 270 }),
    fc.integer({ min: 0, max: 255 }).map((byte) => new Uint8Array(maxPayloadBytes).fill(byte)),
  ),
});
const plain = (frame: Frame): unknown => ({ ...frame, payload: Buffer.from(frame.payload).toString('hex') });

t.test('CRC-32C of RFC 3720 §B.4', async (t) => {
  const { vectors } = readVectors<{ vectors: { what: string; hex: string; crc: string }[] }>('crc32c.json');
  for (const { what, hex, crc } of vectors)
    t.equal(crc32c(Buffer.from(hex, 'hex')).toString(16).padStart(8, '0'), crc, what);
});

t.test('COBS of the paper, and at the edges of a block', async (t) => {
  const { vectors } = readVectors<{ vectors: CobsVector[] }>('cobs.json');
  for (const { what, plain: hex, plainRuns, coded, codedRuns } of vectors)
    t.equal(cobs(bytesOf(hex, plainRuns)).toString('hex'), bytesOf(coded, codedRuns).toString('hex'), what);
});

t.test('what is encoded is read again, however it is split and merged, and no zero is inside', async (t) => {
  fc.assert(
    fc.property(fc.array(frames, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(600)), (list, cuts) => {
      const wire = Buffer.concat(list.map(encodeFrame));
      for (const frame of list) {
        const coded = encodeFrame(frame);
        if (coded.indexOf(0) !== coded.length - 1 || coded.length > maxEncodedBytes + 1) return false;
      }
      const reader = new FrameReader();
      const read: Frame[] = [];
      let at = 0;
      for (const cut of [...cuts, wire.length]) {
        read.push(...reader.push(wire.subarray(at, Math.min(wire.length, at + cut))));
        at = Math.min(wire.length, at + cut);
      }
      t.same(read.map(plain), list.map(plain));
      return reader.counts.frames === list.length;
    }),
    { numRuns: 60 },
  );
});

t.test('after any noise the next frame but one is read, and nothing that was not sent', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6000 }), frames, (noise, frame) => {
      const reader = new FrameReader();
      const bytes = encodeFrame(frame);
      const heard = [...reader.push(noise), ...reader.push(bytes), ...reader.push(bytes)].map(plain);
      const { broken, wrongCheck, tooLong } = reader.counts;
      t.ok(broken + wrongCheck + tooLong <= noise.length / 2 + 2);
      return heard.length >= 1 && heard.every((one) => JSON.stringify(one) === JSON.stringify(plain(frame)));
    }),
    { numRuns: 150 },
  );
});

t.test('one flipped bit anywhere is never a frame with other contents', async (t) => {
  const frame: Frame = { version: 1, type: 'request', sequence: 7, payload: Buffer.from('1200aa00', 'hex') };
  const bytes = encodeFrame(frame);
  const reader = new FrameReader();
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const broken = Buffer.from(bytes);
    broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    t.same(reader.push(Buffer.concat([broken, Buffer.of(0)])), [], `bit ${bit}`);
  }
  t.same(reader.push(bytes).map(plain), [plain(frame)]);
});

t.test('bytes without end cost no memory, and are counted once', async (t) => {
  const reader = new FrameReader();
  const before = process.memoryUsage().arrayBuffers;
  const noise = Buffer.alloc(65_536, 0x41);
  for (let index = 0; index < 100; index += 1) t.same(reader.push(noise), []);
  t.ok(process.memoryUsage().arrayBuffers - before < 10 * slabBytes);
  reader.push(Buffer.of(0));
  t.match(reader.counts, { tooLong: 1, broken: 0, frames: 0 });
});

t.test('payloads stay what they are when more frames come: nobody writes there again', async (t) => {
  const reader = new FrameReader();
  const list = Array.from(
    { length: 40 },
    (_, index): Frame => ({
      version: 1,
      type: 'reply',
      sequence: index,
      payload: Buffer.alloc(1500, index),
    }),
  );
  const read = list.flatMap((frame) => reader.push(encodeFrame(frame)));
  t.same(read.map(plain), list.map(plain));
});

t.test('what does not fit into a frame is refused', async (t) => {
  const base: Frame = { version: 1, type: 'reply', sequence: 1, payload: Buffer.alloc(0) };
  t.throws(() => encodeFrame({ ...base, payload: Buffer.alloc(maxPayloadBytes + 1) }), {
    code: 'DOCK_MESSAGE',
  });
  for (const sequence of [-1, 65_536, 1.5])
    t.throws(() => encodeFrame({ ...base, sequence }), { code: 'DOCK_MESSAGE' });
});

t.test('sequence numbers go round without hello’s, and old ones are told from new ones', async (t) => {
  t.same([0, 1, 65_534, 65_535].map(nextSequence), [1, 2, 65_535, 1]);
  for (const [sequence, last, after] of [
    [1, 0, true],
    [0, 0, false],
    [5, 6, false],
    [1, 65_535, true],
    [65_535, 1, false],
    [32_767, 0, true],
    [32_768, 0, false],
  ] as const)
    t.equal(isAfter(sequence, last), after, `${sequence} after ${last}`);
});
