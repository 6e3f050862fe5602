// A number and two times inside a coded picture: user data of our own in an SEI message. The simulator writes
// it, tests and the bench read it back from files. What a frame is and where it goes is left to the callers.
import type { VideoCodec } from './track.ts';

/** Names our user data among everybody's (ITU-T H.264 §D.2.7, uuid_iso_iec_11578). */
export const frameStampUuid = Buffer.from('6c697568656e4d11a0545e1bf7a3c209', 'hex');
const payloadType = 5; // user_data_unregistered: H.264 §D.1.7, H.265 §D.2.7
const payloadBytes = 40;
/** A stamp's NAL unit is never longer: 2 header, 2 type and size, 40 payload, 1 trailing, and prevention bytes. */
export const maxFrameStampNalBytes = 72;

export interface FrameStamp {
  /** From 0, one more for every picture in sending order, going on across loops of the material. */
  readonly frame: number;
  /** When the picture was taken, both clocks in milliseconds, exact to a microsecond. */
  readonly wallMs: number;
  readonly monoMs: number;
}

/** One SEI NAL unit (no start code, no length) that carries `stamp`. */
export function encodeFrameStamp(codec: VideoCodec, stamp: FrameStamp): Buffer {
  const header = codec === 'h264' ? [0x06] : [0x4e, 0x01]; // nal_unit_type 6; PREFIX_SEI_NUT 39
  const rbsp = Buffer.alloc(2 + payloadBytes + 1);
  rbsp[0] = payloadType;
  rbsp[1] = payloadBytes;
  frameStampUuid.copy(rbsp, 2);
  rbsp.writeBigUInt64BE(BigInt(stamp.frame), 18);
  rbsp.writeBigInt64BE(BigInt(Math.round(stamp.wallMs * 1000)), 26);
  rbsp.writeBigUInt64BE(BigInt(Math.round(stamp.monoMs * 1000)), 34);
  rbsp[42] = 0x80; // rbsp_trailing_bits
  return Buffer.concat([Buffer.from(header), preventEmulation(rbsp)]);
}

/** The stamp in one NAL unit; null when it is another unit or somebody else's user data. */
export function decodeFrameStamp(codec: VideoCodec, nal: Uint8Array): FrameStamp | null {
  const first = nal[0] ?? 0;
  const isSei = codec === 'h264' ? (first & 0x1f) === 6 : ((first >> 1) & 0x3f) === 39;
  if (!isSei) return null;
  // Messages before ours are somebody else's and may be long; only a short unit can be a stamp.
  if (nal.length > maxFrameStampNalBytes) return null;
  const rbsp = withoutEmulation(nal.subarray(codec === 'h264' ? 1 : 2));
  if (rbsp[0] !== payloadType || rbsp[1] !== payloadBytes || rbsp.length < 2 + payloadBytes) return null;
  if (!rbsp.subarray(2, 18).equals(frameStampUuid)) return null;
  return {
    frame: Number(rbsp.readBigUInt64BE(18)),
    wallMs: Number(rbsp.readBigInt64BE(26)) / 1000,
    monoMs: Number(rbsp.readBigUInt64BE(34)) / 1000,
  };
}

/** The stamp in an access unit whose NAL units stand behind 4-byte lengths, as MP4 stores them. */
export function findFrameStamp(codec: VideoCodec, frame: Uint8Array): FrameStamp | null {
  const view = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  for (let at = 0; at + 4 <= view.length; ) {
    const length = view.readUInt32BE(at);
    const stamp = decodeFrameStamp(codec, view.subarray(at + 4, at + 4 + length));
    if (stamp) return stamp;
    at += 4 + length;
  }
  return null;
}

/** 00 00 0x becomes 00 00 03 0x for x < 4 (H.264 §7.4.1). */
export function preventEmulation(rbsp: Uint8Array): Buffer {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of rbsp) {
    if (zeros >= 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.from(out);
}

/** The inverse: every 03 behind two zeros is taken out. */
export function withoutEmulation(bytes: Uint8Array): Buffer {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.from(out);
}
