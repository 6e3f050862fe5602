// The tolerant walk over other people's files: what it finds, what it names as wrong, and that it always ends.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import t from 'tap';
import { box, fullBox, u32 } from '../../../protocols/mp4/box.ts';
import { maxAskedBytes, maxWalkedBoxes, walkClip, type ClipBoxes } from '../../../protocols/mp4/walk-clip.ts';

/** 2024-05-06T07:08:09Z in seconds since 1904. */
const made = 1_714_979_289 + 2_082_844_800;
const ftyp = box('ftyp', Buffer.from('isom'), u32(0));
const mvhd = (ticks: number): Buffer => fullBox('mvhd', 0, 0, u32(made, made, 600, ticks), Buffer.alloc(80));
const mvhdLong = fullBox('mvhd', 1, 0, u32(0, made, 0, made, 600, 0, 900), Buffer.alloc(80));
const moov = box('moov', mvhd(900), box('trak', Buffer.alloc(40)));
const mdat = box('mdat', Buffer.alloc(5000, 7));
/** A length in 64 bits. */
const longMdat = Buffer.concat([u32(1), Buffer.from('mdat'), u32(0, 16 + 100), Buffer.alloc(100)]);
const openMdat = Buffer.concat([u32(0), Buffer.from('mdat'), Buffer.alloc(100)]);
const mvex = box('moov', mvhd(0), box('mvex', fullBox('mehd', 0, 0, u32(1200))));

function walk(file: Buffer): ClipBoxes {
  const steps = walkClip(file.length);
  let asked = 0;
  for (let step = steps.next(); ; ) {
    if (step.done) return step.value;
    const { at, length } = step.value;
    asked += 1;
    if (length > maxAskedBytes || at < 0 || at >= file.length || asked > 3 * maxWalkedBoxes)
      throw new Error(`asked for ${length} bytes at ${at} of ${file.length}`);
    step = steps.next(file.subarray(at, at + length));
  }
}

const whole = { fault: null, durationMs: 1500, createdMs: 1_714_979_289_000, fragmented: false };
const files: readonly [name: string, file: Buffer, expected: Partial<ClipBoxes>][] = [
  ['moov first', Buffer.concat([ftyp, moov, mdat]), whole],
  ['moov last', Buffer.concat([ftyp, mdat, moov]), whole],
  ['QuickTime without ftyp', Buffer.concat([box('wide'), mdat, moov]), whole],
  ['64-bit times', Buffer.concat([ftyp, mdat, box('moov', mvhdLong)]), whole],
  ['a 64-bit length', Buffer.concat([ftyp, longMdat, moov]), whole],
  ['a box to the end of the file', Buffer.concat([ftyp, moov, openMdat]), whole],
  [
    'fragments',
    Buffer.concat([ftyp, mvex, box('moof', u32(1)), mdat]),
    { fault: null, durationMs: 2000, fragmented: true },
  ],
  [
    'a length that nobody knows',
    Buffer.concat([ftyp, box('moov', mvhd(0xffffffff)), mdat]),
    { fault: null, durationMs: null },
  ],
  ['nothing', Buffer.alloc(0), { fault: 'not-mp4', durationMs: null, createdMs: null }],
  ['zeros', Buffer.alloc(5000), { fault: 'not-mp4' }],
  ['a JPEG', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), { fault: 'not-mp4' }],
  ['three bytes', Buffer.from('abc'), { fault: 'not-mp4' }],
  ['the battery ran out', Buffer.concat([ftyp, mdat.subarray(0, 900)]), { fault: 'no-moov' }],
  ['no moov at all', Buffer.concat([ftyp, mdat]), { fault: 'no-moov' }],
  ['cut in its media', Buffer.concat([ftyp, moov, mdat.subarray(0, 900)]), { ...whole, fault: 'cut' }],
  ['cut in a head', Buffer.concat([ftyp, moov, mdat, Buffer.from([0, 0])]), { ...whole, fault: 'cut' }],
  ['cut in its moov', Buffer.concat([ftyp, mdat, moov.subarray(0, 60)]), { fault: 'cut' }],
  ['no media', Buffer.concat([ftyp, moov]), { ...whole, fault: 'no-media' }],
  ['an empty media box', Buffer.concat([ftyp, moov, box('mdat')]), { ...whole, fault: 'no-media' }],
  ['zeros behind it', Buffer.concat([ftyp, moov, u32(4, 0, 0, 0)]), { ...whole, fault: 'bad-box' }],
  [
    'a box longer than its moov',
    Buffer.concat([ftyp, box('moov', u32(5000), Buffer.from('mvhd')), mdat]),
    { fault: 'bad-box' },
  ],
  [
    'a head longer than a number',
    Buffer.concat([ftyp, u32(1), Buffer.from('mdat'), u32(0xffffffff, 0)]),
    { fault: 'bad-box' },
  ],
  [
    'a short mvhd',
    Buffer.concat([ftyp, box('moov', box('mvhd', u32(0))), mdat]),
    { fault: null, durationMs: null, createdMs: null },
  ],
  [
    'a clock that was never set',
    Buffer.concat([ftyp, mdat, box('moov', fullBox('mvhd', 0, 0, u32(0, 0, 600, 900)))]),
    { fault: null, durationMs: 1500, createdMs: null },
  ],
  [
    'boxes without end',
    Buffer.concat([ftyp, Buffer.concat(Array.from({ length: maxWalkedBoxes }, () => box('free')))]),
    { fault: 'too-many-boxes' },
  ],
];

t.test('a file of another maker is walked, and what is wrong with it has a name', async (t) => {
  for (const [name, file, expected] of files) t.match(walk(file), expected, name);
});

t.test('whatever bytes come, the walk ends within its limits', async () => {
  const bases = files.map(([, file]) => file.subarray(0, 6000));
  const changed = fc
    .tuple(
      fc.constantFrom(...bases),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 10 }),
      fc.nat(6000),
    )
    .map(([base, changes, cut]) => {
      const bytes = Buffer.from(base.subarray(0, cut % 3 === 0 ? cut : undefined));
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
  const any = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(changed, any), (bytes) => {
      const { durationMs, createdMs } = walk(bytes);
      for (const value of [durationMs, createdMs])
        if (value !== null && !Number.isFinite(value)) throw new Error(`${value} is no time`);
    }),
    { numRuns: 3000 },
  );
});

t.test('who gives no bytes at all is answered too', async (t) => {
  const steps = walkClip(1e6);
  steps.next();
  t.match(steps.next(Buffer.alloc(0)), { done: true, value: { fault: 'not-mp4' } });
});
