// The reader that recovery and verification stand on: what we write is read back, anything else is a named fault.
import fc from 'fast-check';
import t from 'tap';
import type { Track } from '../../../protocols/media/track.ts';
import { encodeInit } from '../../../protocols/mp4/init-segment.ts';
import { encodePartHeader } from '../../../protocols/mp4/part-header.ts';
import { isBoxFault, readBoxHead, readInit, readMoof } from '../../../protocols/mp4/read-boxes.ts';

const tracks: readonly Track[] = [
  {
    kind: 'audio',
    codec: 'pcma',
    clockRate: 8000,
    sampleRate: 8000,
    channels: 1,
    config: new Uint8Array(),
  },
];
const init = encodeInit(tracks);
const header = encodePartHeader(7, [
  {
    id: 1,
    baseTime: 5_000_000_000,
    samples: [
      { size: 100, duration: 160, offset: 0, key: true },
      { size: 50, duration: 160, offset: -3, key: false },
    ],
  },
]);
const moof = header.subarray(0, header.length - 8);

t.test('what is written is read back', async (t) => {
  t.same(readInit(init), [{ id: 1, kind: 'audio', clockRate: 8000 }]);
  t.same(readMoof(moof), {
    sequence: 7,
    payloadBytes: 150,
    tracks: [{ id: 1, baseTime: 5_000_000_000, samples: 2, keys: 1, ticks: 320, bytes: 150 }],
  });
  t.same(readBoxHead(header, moof.length), { type: 'mdat', length: 158 });
});

const faults: [name: string, change: (bytes: Buffer) => Buffer, fault: string][] = [
  ['a moof that is cut', (bytes) => bytes.subarray(0, -1), 'no moof'],
  ['another box', (bytes) => patched(bytes, 4, 'free'), 'no moof'],
  ['no mfhd', (bytes) => patched(bytes, 12, 'free'), 'no mfhd'],
  ['no traf', (bytes) => patched(bytes, 28, 'free'), 'no traf'],
  ['no tfdt', (bytes) => patched(bytes, 52, 'free'), 'a traf of another shape'],
  ['more samples than there are', (bytes) => numbered(bytes, 80, 3), 'a trun of another length'],
  ['data elsewhere', (bytes) => numbered(bytes, 84, 8), 'a wrong data offset'],
  ['samples of gigabytes', (bytes) => numbered(bytes, 92, 0xffffffff), 'mdat too long'],
];
t.test('a moof that we would not have written has a named fault', async (t) => {
  for (const [name, change, fault] of faults) t.same(readMoof(change(Buffer.from(moof))), { fault }, name);
});

t.test('whatever bytes come, the readers answer and never throw', async () => {
  const changed = fc
    .tuple(fc.constantFrom(init, moof), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }), fc.nat())
    .map(([base, changes, cut]) => {
      const bytes = Buffer.from(base);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
    });
  const any = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(changed, any), (bytes) => {
      for (const read of [readInit, readMoof]) {
        const answer = read(bytes);
        if (isBoxFault(answer) && answer.fault === '') throw new Error('a fault without a name');
      }
    }),
    { numRuns: 2000 },
  );
});

function patched(bytes: Buffer, at: number, type: string): Buffer {
  bytes.write(type, at, 'latin1');
  return bytes;
}

function numbered(bytes: Buffer, at: number, value: number): Buffer {
  bytes.writeUInt32BE(value, at);
  return bytes;
}
