// The RTP fixed header (RFC 3550 §5.1), read in place: no object is made per packet.

export const rtpHeaderBytes = 12;

/**
 * Where the payload of the RTP packet in `bytes[from, to)` begins and ends, packed as `begin * 65536 + length`
 * to spare an object; -1 when it is not a version 2 packet or its lengths do not fit (RFC 3550 §5.1, §5.3.1).
 */
export function rtpPayload(bytes: Buffer, from: number, to: number): number {
  if (to - from < rtpHeaderBytes) return -1;
  const first = bytes[from]!;
  if (first >> 6 !== 2) return -1;
  let begin = from + rtpHeaderBytes + (first & 0x0f) * 4;
  if (first & 0x10) {
    if (begin + 4 > to) return -1;
    begin += 4 + bytes.readUInt16BE(begin + 2) * 4;
  }
  let end = to;
  if (first & 0x20) {
    const padding = bytes[to - 1]!;
    if (padding === 0) return -1;
    end -= padding;
  }
  return begin > end ? -1 : begin * 65536 + (end - begin);
}
