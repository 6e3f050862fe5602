// Packets that overtake each other are put in order; what is really missing is not waited for without end.
import fc from 'fast-check';
import t from 'tap';
import { ReorderWindow, reorderWaitMs, reorderWindowPackets } from '../../../protocols/rtp/reorder-window.ts';
import { SequenceTracker } from '../../../protocols/rtp/sequence-tracker.ts';

function packet(sequence: number, ssrc = 1): Buffer {
  const bytes = Buffer.alloc(12);
  bytes[0] = 0x80;
  bytes.writeUInt16BE(sequence & 0xffff, 2);
  bytes.writeUInt32BE(ssrc, 8);
  return bytes;
}

t.test('two that changed places come in order', async (t) => {
  const seen: number[] = [];
  const window = new ReorderWindow((each) => seen.push(each.readUInt16BE(2)));
  for (const sequence of [65534, 0, 65535, 1, 1]) window.push(packet(sequence), 0);
  t.same(seen, [65534, 65535, 0, 1, 1]);
});

t.test('a missing one is given up after its time, and late ones are handed on', async (t) => {
  const seen: number[] = [];
  const window = new ReorderWindow((each) => seen.push(each.readUInt16BE(2)));
  for (const sequence of [1, 3, 4]) window.push(packet(sequence), 0);
  t.same(seen, [1]);
  window.flushOlder(reorderWaitMs - 1);
  t.same(seen, [1]);
  window.flushOlder(reorderWaitMs);
  t.same(seen, [1, 3, 4]);
  window.push(packet(2), reorderWaitMs);
  t.same(seen, [1, 3, 4, 2]);
});

t.test('another source, or a leap, first empties the window', async (t) => {
  const seen: number[] = [];
  const window = new ReorderWindow((each) => seen.push(each.readUInt16BE(2)));
  for (const each of [packet(1), packet(3), packet(9, 2), packet(11, 2), packet(1000, 2)])
    window.push(each, 0);
  t.same(seen, [1, 3, 9, 11, 1000]);
});

t.test('behind a sender that began anew further back packets are put in order as before', async (t) => {
  const seen: number[] = [];
  const window = new ReorderWindow((each) => seen.push(each.readUInt16BE(2)));
  for (const sequence of [30_000, 30_001, 100, 102, 101, 103]) window.push(packet(sequence), 0);
  t.same(seen, [30_000, 30_001, 100, 101, 102, 103]);
});

t.test('losses are counted exactly over the wrap, however packets overtake each other', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 65_535 }),
      fc.array(
        fc.record({ lost: fc.boolean(), delay: fc.integer({ min: 0, max: reorderWindowPackets - 2 }) }),
        {
          minLength: 40,
          maxLength: 200,
        },
      ),
      (first, fates) => {
        let counted = 0;
        let late = 0;
        const tracker = new SequenceTracker();
        const window = new ReorderWindow((each) => {
          const lost = tracker.next(each.readUInt16BE(2));
          if (lost < 0) late += 1;
          else counted += lost;
        });
        // The first and the last arrive, so that every loss lies between two that are seen.
        const sent = fates.map((fate, i) => ({
          ...fate,
          i,
          keep: !fate.lost || i === 0 || i === fates.length - 1,
        }));
        const arriving = sent
          .filter((each) => each.keep)
          .map((each) => ({
            i: each.i,
            at: each.i + (each.i === 0 ? 0 : each.i === fates.length - 1 ? 99 : each.delay),
          }))
          .sort((a, b) => a.at - b.at || a.i - b.i);
        for (const each of arriving) window.push(packet(first + each.i), 0);
        window.flush();
        return late === 0 && counted === sent.filter((each) => !each.keep).length;
      },
    ),
    { numRuns: 200 },
  );
});
