// A tolerant walk over the boxes of somebody else's MP4 or QuickTime file: is it whole, how long, from when. It asks
// for a few bytes at a time, never trusts a length, and always ends. Our own files have a strict reader next door.
import { Buffer } from 'node:buffer';

/** Boxes looked at before the walk gives up; a fragmented hour has two a second. */
export const maxWalkedBoxes = 20_000;
/** Bytes asked for at once: a box's head, or the body of an `mvhd`. */
export const maxAskedBytes = 128;

/** Bytes that the walk wants; fewer may be given, at the end of the file. */
export interface WantedBytes {
  readonly at: number;
  readonly length: number;
}

export interface ClipBoxes {
  /**
   * What keeps the file from being a whole MP4, or null. `not-mp4`: it begins with no box that such a file has;
   * `no-moov`: nothing says what is in it, as after a camera's battery ran out; `no-media`: nothing is in it;
   * `cut`: a box goes on behind the end; `bad-box`: a length that cannot be; `too-many-boxes`: not looked at to the end.
   */
  readonly fault: 'not-mp4' | 'no-moov' | 'no-media' | 'cut' | 'bad-box' | 'too-many-boxes' | null;
  /** Milliseconds by `mvhd`, or by `mehd` in a fragmented file; null when neither tells. */
  readonly durationMs: number | null;
  /** When it was made, by the device's clock, ms since 1970; null when `mvhd` does not tell. */
  readonly createdMs: number | null;
  /** Whether it has fragments (`moof`). */
  readonly fragmented: boolean;
}

/** Seconds from 1904, which QuickTime counts from, to 1970. */
const since1904 = 2_082_844_800;
const firstBoxes = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp', 'uuid']);

/** Walks a file of `bytes` bytes; give it what it asks for with next(). ISO/IEC 14496-12 §4.2, §8.2.2, §8.8.2. */
export function* walkClip(bytes: number): Generator<WantedBytes, ClipBoxes, Uint8Array> {
  const found = { fault: null, durationMs: null, createdMs: null, fragmented: false } as {
    -readonly [Key in keyof ClipBoxes]: ClipBoxes[Key];
  };
  const budget = { boxes: maxWalkedBoxes };
  let timescale = 0;
  let moov = false;
  let media = false;
  const ends = [bytes];
  for (let at = 0; at < bytes; ) {
    while (ends.length > 1 && at >= (ends.at(-1) ?? 0)) ends.pop();
    const end = ends.at(-1) ?? bytes;
    if (budget.boxes === 0) return { ...found, fault: 'too-many-boxes' };
    budget.boxes -= 1;
    const head = readHead(yield { at, length: 16 }, end - at);
    if (at === 0 && (!head || !firstBoxes.has(head.type))) return { ...found, fault: 'not-mp4' };
    if (head === null) return { ...found, fault: end - at < 8 ? 'cut' : 'bad-box' };
    if (at + head.length > end) {
      found.fault = ends.length === 1 ? 'cut' : 'bad-box';
      // A file that ends in the middle of its media has said before what is in it, or nobody knows.
      if (moov || head.type !== 'mdat') return found;
      return { ...found, fault: 'no-moov' };
    }
    const body = { at: at + head.headBytes, length: Math.min(head.length - head.headBytes, maxAskedBytes) };
    if (head.type === 'mdat') media ||= head.length > head.headBytes;
    if (head.type === 'moof') found.fragmented = true;
    if (head.type === 'mvhd' && ends.length === 2) {
      const mvhd = readMvhd(Buffer.from(yield body));
      timescale = mvhd.timescale;
      found.createdMs = mvhd.createdMs;
      found.durationMs = mvhd.durationMs;
    }
    if (head.type === 'mehd' && ends.length === 3 && timescale > 0) {
      const ticks = readMehd(Buffer.from(yield body));
      if (ticks > 0) found.durationMs = Math.round((ticks / timescale) * 1000);
    }
    const inside = (head.type === 'moov' && ends.length === 1) || (head.type === 'mvex' && ends.length === 2);
    if (head.type === 'moov' && ends.length === 1) moov = true;
    if (inside) ends.push(at + head.length);
    at += inside ? head.headBytes : head.length;
  }
  if (bytes === 0) return { ...found, fault: 'not-mp4' };
  if (!moov) return { ...found, fault: 'no-moov' };
  return { ...found, fault: media ? null : 'no-media' };
}

interface Head {
  readonly type: string;
  /** With the head; at least as long as that. */
  readonly length: number;
  readonly headBytes: number;
}

function readHead(given: Uint8Array, room: number): Head | null {
  const bytes = Buffer.from(given);
  if (bytes.length < 8 || room < 8) return null;
  const type = bytes.toString('latin1', 4, 8);
  const short = bytes.readUInt32BE(0);
  if (short === 0) return { type, length: room, headBytes: 8 };
  if (short !== 1) return short < 8 ? null : { type, length: short, headBytes: 8 };
  if (bytes.length < 16) return null;
  const long = Number(bytes.readBigUInt64BE(8));
  return long < 16 || !Number.isSafeInteger(long) ? null : { type, length: long, headBytes: 16 };
}

function readMvhd(body: Buffer): {
  timescale: number;
  createdMs: number | null;
  durationMs: number | null;
} {
  const long = body[0] === 1;
  if (body.length < (long ? 32 : 20)) return { timescale: 0, createdMs: null, durationMs: null };
  const created = long ? Number(body.readBigUInt64BE(4)) : body.readUInt32BE(4);
  const timescale = body.readUInt32BE(long ? 20 : 12);
  const ticks = long ? Number(body.readBigUInt64BE(24)) : body.readUInt32BE(16);
  // All ones: unknown (§8.2.2.3). Nothing at all: a fragmented file, or a clock that was never set.
  const known = ticks > 0 && ticks !== 0xffffffff && Number.isSafeInteger(ticks) && timescale > 0;
  const seconds = created - since1904;
  return {
    timescale,
    createdMs: created > 0 && Math.abs(seconds) < 1e11 ? seconds * 1000 : null,
    durationMs: known ? Math.round((ticks / timescale) * 1000) : null,
  };
}

function readMehd(body: Buffer): number {
  if (body[0] === 1) return body.length < 12 ? 0 : Number(body.readBigUInt64BE(4));
  return body.length < 8 ? 0 : body.readUInt32BE(4);
}
