// Which numbered pictures a file holds, whatever its container: our stamp is found by its UUID. What is torn off
// at the end of a file has no whole stamp and does not count.
import { readFile } from 'node:fs/promises';
import { frameStampUuid, type FrameStamp } from '../protocols/media/frame-stamp.ts';

/** Number and two times, 8 bytes each, behind the UUID; emulation prevention may add one byte in three. */
const fieldBytes = 24;
const longestFields = 36;

/** The stamps of a file in its order. */
export async function stampsInFile(file: string): Promise<FrameStamp[]> {
  return stampsIn(await readFile(file));
}

/** The stamps in these bytes, in order. */
export function stampsIn(bytes: Buffer): FrameStamp[] {
  const stamps: FrameStamp[] = [];
  for (let at = bytes.indexOf(frameStampUuid); at >= 0; at = bytes.indexOf(frameStampUuid, at + 16)) {
    const fields = fieldsBehind(bytes, at + frameStampUuid.length);
    if (fields === null) break;
    stamps.push({
      frame: Number(fields.readBigUInt64BE(0)),
      wallMs: Number(fields.readBigInt64BE(8)) / 1000,
      monoMs: Number(fields.readBigUInt64BE(16)) / 1000,
    });
  }
  return stamps;
}

/** The 24 bytes behind the UUID without emulation prevention (ITU-T H.264 §7.4.1); null when the file ends first. */
function fieldsBehind(bytes: Buffer, from: number): Buffer | null {
  const out = Buffer.alloc(fieldBytes);
  let length = 0;
  let zeros = 0;
  for (let at = from; at < Math.min(bytes.length, from + longestFields) && length < fieldBytes; at += 1) {
    const byte = bytes[at] ?? 0;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length] = byte;
    length += 1;
  }
  return length === fieldBytes ? out : null;
}
