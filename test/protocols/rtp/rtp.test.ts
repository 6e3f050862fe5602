// The RTP header, losses counted from sequence numbers, stamps past 2^32, and our receiver report (RFC 3550).
import fc from 'fast-check';
import t from 'tap';
import { encodeReceiverReport } from '../../../protocols/rtp/receiver-report.ts';
import { rtpPayload } from '../../../protocols/rtp/rtp-packet.ts';
import {
  maxDropout,
  SequenceTracker,
  sequenceLate,
  sequenceRestarted,
  StampUnwrapper,
} from '../../../protocols/rtp/sequence-tracker.ts';

const head = '60 1234 00000010 0a0b0c0d';
const packets: [string, string, string | null][] = [
  ['a plain packet', `80 ${head} aabb`, 'aabb'],
  ['two contributing sources (§5.1, CC)', `82 ${head} 11111111 22222222 aabb`, 'aabb'],
  ['padding (§5.1, P)', `a0 ${head} aabb 0002`, 'aabb'],
  ['a header extension (§5.3.1)', `90 ${head} bede 0001 33333333 aabb`, 'aabb'],
  ['an empty payload', `80 ${head}`, ''],
  ['version 1', `40 ${head} aabb`, null],
  ['a header cut short', '80 60 1234', null],
  ['sources that do not fit', `8f ${head} aabb`, null],
  ['an extension that does not fit', `90 ${head} bede 0101 aabb`, null],
  ['padding longer than the packet', `a0 ${head} ff`, null],
  ['padding of no byte', `a0 ${head} aa00`, null],
];
for (const [name, hex, wanted] of packets) {
  t.test(`${name} ${wanted === null ? 'is refused' : 'is read'}`, async (t) => {
    const bytes = Buffer.from(`ffff${hex.replaceAll(' ', '')}`, 'hex'); // it begins anywhere in the read buffer
    const at = rtpPayload(bytes, 2, bytes.length);
    if (wanted === null) t.equal(at, -1);
    else {
      const begin = Math.floor(at / 65_536);
      t.equal(bytes.toString('hex', begin, begin + (at & 0xffff)), wanted);
    }
  });
}

t.test('random packets are refused or lie inside their bytes', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (random) => {
      const bytes = Buffer.from(random);
      const at = rtpPayload(bytes, 0, bytes.length);
      return at === -1 || (at >= 12 * 65_536 && Math.floor(at / 65_536) + (at & 0xffff) <= bytes.length);
    }),
    { numRuns: 1000 },
  );
});

t.test('losses are exact over the wrap, whatever is dropped', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 65_535 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 }),
      (first, gaps) => {
        const tracker = new SequenceTracker();
        tracker.next(first);
        let sequence = first;
        return gaps.every((gap) => {
          sequence = (sequence + gap + 1) & 0xffff;
          return tracker.next(sequence) === gap;
        });
      },
    ),
    { numRuns: 200 },
  );
});

t.test('late and doubled packets are no loss, a leap is a new beginning', async (t) => {
  const tracker = new SequenceTracker();
  const outcomes = [10, 12, 11, 12, 13, 13 + maxDropout + 1, 13 + maxDropout + 2].map((each) =>
    tracker.next(each),
  );
  t.same(outcomes, [0, 1, sequenceLate, sequenceLate, 0, sequenceRestarted, 0]);
});

t.test('stamps go on past 2^32 and may step back', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.array(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }), { maxLength: 100 }),
      (first, steps) => {
        const unwrapper = new StampUnwrapper();
        let true_ = unwrapper.next(first);
        return steps.every((step) => {
          true_ += step;
          const stamp = ((true_ % 2 ** 32) + 2 ** 32) % 2 ** 32;
          return unwrapper.near(stamp) === true_ && unwrapper.next(stamp) === true_;
        });
      },
    ),
    { numRuns: 300 },
  );
});

t.test('a receiver report has the layout of §6.4.2 and a CNAME (§6.5.1)', async (t) => {
  const report = encodeReceiverReport({
    ownSsrc: 0x01020304,
    senderSsrc: 0x0a0b0c0d,
    packetsLost: 2 ** 30,
    highestSequence: 0x11223,
    lastReport: 0xfedcba98,
    sinceLastReport: 65_536,
  });
  t.equal(
    report.toString('hex'),
    [
      '81c90007 01020304 0a0b0c0d 007fffff 00011223 00000000 fedcba98 00010000', // RR, one block
      '81ca0004 01020304 01066c6975 6865 6e 000000 00', // SDES, CNAME "liuhen", end, padding
    ]
      .join('')
      .replaceAll(' ', ''),
  );
});
