// The simulator's packets, byte for byte against the figures of the RFCs, worked out by hand.
import t from 'tap';
import fc from 'fast-check';
import { aacPayload, senderReport, videoPayloads, writePacket } from '../../hw-sim/camera/rtp-packets.ts';

const hex = (payloads: readonly Buffer[]): string[] => payloads.map((payload) => payload.toString('hex'));
const nal = (head: string, length: number): Buffer => {
  const start = Buffer.from(head, 'hex');
  return Buffer.concat([start, Buffer.alloc(length - start.length, 0xaa)]);
};

t.test('a small unit goes alone, as it is (RFC 6184 §5.6)', async (t) => {
  t.strictSame(hex(videoPayloads('h264', [Buffer.from('6588840a', 'hex')])), ['6588840a']);
});

t.test(
  'small units share a STAP-A with the highest NRI, each behind its size (RFC 6184 §5.7.1)',
  async (t) => {
    const units = ['67640028', '68ee', '0605'].map((text) => Buffer.from(text, 'hex'));
    // F 0, NRI 3, type 24 = 0x78; then size and unit, three times.
    t.strictSame(hex(videoPayloads('h264', units)), ['78' + '000467640028' + '000268ee' + '00020605']);
  },
);

t.test('a large unit is cut into FU-A: indicator, then S, E, R and type (RFC 6184 §5.8)', async (t) => {
  const [first, second, third, ...rest] = videoPayloads('h264', [nal('6588', 3000)]);
  // F and NRI of 0x65 with type 28 = 0x7c; type 5 with S = 0x85, with neither = 0x05, with E = 0x45.
  t.equal(first!.toString('hex', 0, 3), '7c8588');
  t.equal(second!.toString('hex', 0, 3), '7c05aa');
  t.equal(third!.toString('hex', 0, 3), '7c45aa');
  t.equal(rest.length, 0);
});

t.test('H.265 units share an AP of type 48 (RFC 7798 §4.4.2)', async (t) => {
  const units = ['40010c01', '42010101', '4401c0'].map((text) => Buffer.from(text, 'hex'));
  // F 0, type 48, layer 0, TID 1 = 0x6001.
  t.strictSame(hex(videoPayloads('h265', units)), ['6001' + '000440010c01' + '000442010101' + '00034401c0']);
});

t.test('a large H.265 unit is cut into FUs of type 49 (RFC 7798 §4.4.3)', async (t) => {
  const [first, second, ...rest] = videoPayloads('h265', [nal('2601af', 2000)]);
  // Type 19 (IDR_W_RADL) from 0x26: payload header type 49 = 0x6201, FU header S and 19 = 0x93, E and 19 = 0x53.
  t.equal(first!.toString('hex', 0, 4), '620193af');
  t.equal(second!.toString('hex', 0, 4), '620153aa');
  t.equal(rest.length, 0);
});

t.test('no packet is too long, none is first and last fragment at once, and nothing is lost', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.constantFrom('h264' as const, 'h265' as const),
        fc.array(fc.oneof(fc.integer({ min: 3, max: 60 }), fc.integer({ min: 1380, max: 1420 })), {
          minLength: 1,
          maxLength: 8,
        }),
        (codec, lengths) => {
          const head = codec === 'h264' ? 1 : 2;
          const units = lengths.map((length) => nal(codec === 'h264' ? '65' : '2601', length));
          let bytes = 0;
          for (const payload of videoPayloads(codec, units)) {
            const type = codec === 'h264' ? payload[0]! & 0x1f : payload[0]! >> 1;
            if (payload.length > 1400) return false;
            if (type === (codec === 'h264' ? 28 : 49)) {
              const flags = payload[head]! & 0xc0;
              if (flags === 0xc0) return false;
              // The unit's own header is rebuilt from the first fragment.
              bytes += payload.length - head - 1 + (flags === 0x80 ? head : 0);
            } else if (type === (codec === 'h264' ? 24 : 48)) {
              for (let at = head; at < payload.length; at += 2 + payload.readUInt16BE(at))
                bytes += payload.readUInt16BE(at);
            } else bytes += payload.length;
          }
          return bytes === lengths.reduce((sum, length) => sum + length, 0);
        },
      ),
      { numRuns: 300 },
    ),
  );
});

t.test(
  'an AAC frame stands behind a header of 13 bits of size and 3 of index (RFC 3640 §3.3.6)',
  async (t) => {
    // 16 bits of headers; 5 << 3 = 0x28.
    t.equal(aacPayload(Buffer.from('2110049014', 'hex')).toString('hex'), '00100028' + '2110049014');
  },
);

t.test('a packet is framed and headed as in RFC 2326 §10.12 and RFC 3550 §5.1', async (t) => {
  const out = Buffer.alloc(18);
  const end = writePacket(
    out,
    0,
    4,
    { payloadType: 96, marker: true, sequence: 0x1ffff, timestamp: 2 ** 32 + 7, ssrc: 0xdeadbeef },
    Buffer.from('0a0b', 'hex'),
  );
  t.equal(end, 18);
  // $, channel 4, length 14; V 2, M and 96; sequence and stamp wrap.
  t.equal(out.toString('hex'), '2404000e' + '80e0ffff' + '00000007' + 'deadbeef' + '0a0b');
});

t.test('a sender report has its NTP time, RTP stamp and counts in place (RFC 3550 §6.4.1)', async (t) => {
  // 2036-02-07T06:28:16Z is where the NTP seconds wrap to zero (RFC 5905 Figure 4); half a second behind it.
  const wallMs = Date.UTC(2036, 1, 7, 6, 28, 16, 500);
  const report = senderReport({ ssrc: 1, wallMs, timestamp: 90_000, packets: 2, octets: 3 });
  t.equal(
    report.toString('hex', 0, 28),
    '80c80006' + '00000001' + '00000000' + '80000000' + '00015f90' + '00000002' + '00000003',
  );
  // Source description: one source, CNAME, ended by a zero byte, whole words.
  t.equal(report.toString('hex', 28, 38), '81ca0004' + '00000001' + '0109');
  t.equal(report[47], 0);
  t.equal(report.length, (6 + 1 + 4 + 1) * 4);
});
