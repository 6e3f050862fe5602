// Frames to RTP packets as cameras send them: RFC 6184 (single NAL unit, STAP-A, FU-A), RFC 7798 (single, AP,
// FU), RFC 3640 AAC-hbr, RFC 3551 and RFC 7587. Written apart from the product's depacketisers, so that a
// mistake in one is not hidden by the same mistake in the other.
import type { VideoCodec } from '../../protocols/media/track.ts';

/** Largest RTP payload: an Ethernet frame less IP, UDP and RTP headers, rounded down as most cameras do. */
export const maxPayloadBytes = 1400;

/**
 * Payloads of one picture in order. Small neighbouring units share an aggregation packet, large ones are cut.
 * The last payload's packet carries the marker bit.
 */
export function videoPayloads(codec: VideoCodec, nals: readonly Buffer[], limit = maxPayloadBytes): Buffer[] {
  const payloads: Buffer[] = [];
  const headerBytes = codec === 'h264' ? 1 : 2;
  let small: Buffer[] = [];
  let smallBytes = headerBytes;
  const flush = (): void => {
    if (small.length === 1) payloads.push(small[0]!);
    else if (small.length > 1) payloads.push(aggregate(codec, small));
    small = [];
    smallBytes = headerBytes;
  };
  for (const nal of nals) {
    if (smallBytes + 2 + nal.length <= limit) {
      small.push(nal);
      smallBytes += 2 + nal.length;
      continue;
    }
    flush();
    if (headerBytes + 2 + nal.length <= limit) {
      small.push(nal);
      smallBytes += 2 + nal.length;
    }
    // What fits alone goes alone: a fragment that is first and last at once is forbidden (RFC 6184 §5.8).
    else if (nal.length <= limit) payloads.push(nal);
    else payloads.push(...fragment(codec, nal, limit));
  }
  flush();
  return payloads;
}

/** STAP-A (RFC 6184 §5.7.1) or AP (RFC 7798 §4.4.2), with the highest NRI, lowest layer and TID of its units. */
function aggregate(codec: VideoCodec, nals: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  if (codec === 'h264') parts.push(Buffer.from([Math.max(...nals.map((nal) => nal[0]! & 0x60)) | 24]));
  else parts.push(Buffer.from([48 << 1, 1]));
  for (const nal of nals) {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(nal.length);
    parts.push(size, nal);
  }
  return Buffer.concat(parts);
}

/** FU-A (RFC 6184 §5.8) or FU (RFC 7798 §4.4.3). */
function fragment(codec: VideoCodec, nal: Buffer, limit: number): Buffer[] {
  const skip = codec === 'h264' ? 1 : 2;
  const type = codec === 'h264' ? nal[0]! & 0x1f : (nal[0]! >> 1) & 0x3f;
  const head = codec === 'h264' ? [(nal[0]! & 0xe0) | 28] : [(nal[0]! & 0x81) | (49 << 1), nal[1]!];
  const room = limit - head.length - 1;
  const out: Buffer[] = [];
  for (let at = skip; at < nal.length; at += room) {
    const start = at === skip ? 0x80 : 0;
    const end = at + room >= nal.length ? 0x40 : 0;
    out.push(Buffer.concat([Buffer.from([...head, start | end | type]), nal.subarray(at, at + room)]));
  }
  return out;
}

/** One AAC frame: AU-headers-length of 16 bits, size in 13 bits, index 0 (RFC 3640 §3.2, §3.3.6). */
export function aacPayload(frame: Buffer): Buffer {
  const header = Buffer.from([0, 16, 0, 0]);
  header.writeUInt16BE(frame.length << 3, 2);
  return Buffer.concat([header, frame]);
}

export interface RtpFields {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
}

/**
 * Writes one packet with its interleaved framing (`$`, channel, length: RFC 2326 §10.12) at `at`; answers
 * the offset behind it. Over UDP the first four bytes are left out.
 */
export function writePacket(
  out: Buffer,
  at: number,
  channel: number,
  rtp: RtpFields,
  payload: Buffer,
): number {
  out[at] = 0x24;
  out[at + 1] = channel;
  out.writeUInt16BE(12 + payload.length, at + 2);
  out[at + 4] = 0x80; // version 2 (RFC 3550 §5.1)
  out[at + 5] = (rtp.marker ? 0x80 : 0) | rtp.payloadType;
  out.writeUInt16BE(rtp.sequence & 0xffff, at + 6);
  out.writeUInt32BE(rtp.timestamp >>> 0, at + 8);
  out.writeUInt32BE(rtp.ssrc, at + 12);
  payload.copy(out, at + 16);
  return at + 16 + payload.length;
}

/** Bytes between the Unix epoch and that of NTP, in seconds (RFC 868; RFC 3550 §4). */
const ntpOffsetSeconds = 2_208_988_800;

/** A compound packet: sender report (RFC 3550 §6.4.1) and source description with a CNAME (§6.5.1). */
export function senderReport(fields: {
  ssrc: number;
  wallMs: number;
  timestamp: number;
  packets: number;
  octets: number;
}): Buffer {
  const out = Buffer.alloc(28 + 20);
  out.writeUInt32BE(0x80c80006, 0);
  out.writeUInt32BE(fields.ssrc, 4);
  const seconds = Math.floor(fields.wallMs / 1000);
  out.writeUInt32BE((seconds + ntpOffsetSeconds) >>> 0, 8);
  out.writeUInt32BE(Math.floor(((fields.wallMs / 1000 - seconds) % 1) * 2 ** 32) >>> 0, 12);
  out.writeUInt32BE(fields.timestamp >>> 0, 16);
  out.writeUInt32BE(fields.packets >>> 0, 20);
  out.writeUInt32BE(fields.octets >>> 0, 24);
  out.writeUInt32BE(0x81ca0004, 28);
  out.writeUInt32BE(fields.ssrc, 32);
  out[36] = 1; // CNAME
  out[37] = 9;
  out.write('simcamera', 38, 'latin1'); // then one zero byte ends the list (§6.5)
  return out;
}
