// A frame of the dock protocol: version, type, sequence number, payload, CRC-32C, coded by COBS between zero bytes.
// Encoding only; frame-reader.ts takes frames out of a stream.
import { LiuhenError } from '../../config/errors.ts';
import { writeCobs } from './cobs.ts';
import { crc32c } from './crc32c.ts';
import {
  frameCheckBytes,
  frameHeaderBytes,
  frameTypes,
  maxEncodedBytes,
  maxPayloadBytes,
  maxSequence,
  type FrameType,
} from './limits.ts';

export interface Frame {
  readonly version: number;
  readonly type: FrameType;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** The bytes on the wire, the zero at the end included. Throws DOCK_MESSAGE for a payload over maxPayloadBytes. */
export function encodeFrame(frame: Frame): Buffer {
  const { version, type, sequence, payload } = frame;
  if (payload.length > maxPayloadBytes)
    throw new LiuhenError('DOCK_MESSAGE', {
      message: type,
      why: `a payload of ${payload.length} bytes, at most ${maxPayloadBytes}`,
    });
  if (!Number.isInteger(sequence) || sequence < 0 || sequence > maxSequence)
    throw new LiuhenError('DOCK_MESSAGE', { message: type, why: `the sequence number ${sequence}` });
  const bare = Buffer.allocUnsafe(frameHeaderBytes + payload.length + frameCheckBytes);
  bare[0] = version;
  bare[1] = frameTypes[type];
  bare.writeUInt16BE(sequence, 2);
  bare.set(payload, frameHeaderBytes);
  const checked = frameHeaderBytes + payload.length;
  bare.writeUInt32BE(crc32c(bare, 0, checked), checked);
  const out = Buffer.allocUnsafe(
    Math.min(maxEncodedBytes, bare.length + Math.ceil(bare.length / 254) + 1) + 1,
  );
  const end = writeCobs(bare, out, 0);
  out[end] = 0;
  return out.subarray(0, end + 1);
}

/** The number after `sequence`: 65535 is followed by 1, because 0 is hello's. */
export function nextSequence(sequence: number): number {
  return sequence >= maxSequence ? 1 : sequence + 1;
}

/** Whether `sequence` comes after `last` (RFC 1982 §3.2, 16 bits). */
export function isAfter(sequence: number, last: number): boolean {
  const ahead = (sequence - last) & 0xffff;
  return ahead > 0 && ahead < 0x8000;
}
