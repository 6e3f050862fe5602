// A clip as a body-cam writes it: an ordinary MP4 (ftyp, mdat, moov) of the committed H.264 pictures, over and over, as
// long or as large as asked for. It gives bytes; writing and hashing them is dock/sim-clip.ts's.
import { box, fullBox, u16, u32 } from '../../protocols/mp4/box.ts';
import { sampleEntry } from '../../protocols/mp4/sample-entries.ts';
import { isParameterSet } from './annex-b.ts';
import { videoClip } from './clips.ts';

/** Of one clip; 32-bit offsets would do for four times as much. */
export const maxMp4Bytes = 1024 * 1024 * 1024;
/** Seconds of one clip: 1 GiB of this material is more than six hours. */
export const maxMp4Seconds = 6 * 3600;

export interface Mp4Ask {
  /** Exactly so many bytes: what no picture fills is a `free` box. At least minMp4Bytes(). */
  readonly bytes?: number;
  /** So long, at least one picture; `bytes` goes before it. Default 2. */
  readonly seconds?: number;
  /** When it began by the clock of the device, ms since 1970: it stands in the file. */
  readonly beginWallMs: number;
}

export interface Mp4Clip {
  readonly sizeBytes: number;
  readonly durationMs: number;
  /** The file from its beginning, at most one pass of the material at a time. */
  chunks(): Generator<Buffer, void>;
}

/** Seconds from 1904, which the format counts from, to 1970 (ISO/IEC 14496-12 §8.2.2.3). */
const since1904 = 2_082_844_800;
const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
const ftyp = box('ftyp', Buffer.from('isom\0\0\x02\0isomavc1mp41', 'latin1'));
/** Head of mdat, and of free. */
const headBytes = 8;

interface Material {
  readonly fps: number;
  readonly entry: Buffer;
  readonly width: number;
  readonly height: number;
  readonly samples: readonly { readonly size: number; readonly key: boolean }[];
  /** All samples one behind the other. */
  readonly payload: Buffer;
  /** Where sample n ends. */
  readonly ends: readonly number[];
}

let cached: Material | null = null;

/** A clip of one picture. */
export function minMp4Bytes(): number {
  return sizeOf(1);
}

/** Throws Error for a size or a length outside what can be made. */
export function mp4Clip({ bytes, seconds = 2, beginWallMs }: Mp4Ask): Mp4Clip {
  const { fps, payload, samples, ends } = material();
  if (bytes !== undefined && !(Number.isInteger(bytes) && bytes >= minMp4Bytes() && bytes <= maxMp4Bytes))
    throw new Error(`bytes must be from ${minMp4Bytes()} to ${maxMp4Bytes}`);
  if (bytes === undefined && !(seconds > 0 && seconds <= maxMp4Seconds))
    throw new Error(`seconds must be above 0 and at most ${maxMp4Seconds}`);
  const count = bytes === undefined ? Math.max(1, Math.round(seconds * fps)) : mostIn(bytes);
  const used = sizeOf(count);
  const sizeBytes = bytes ?? used;
  return {
    sizeBytes,
    durationMs: Math.round((count * 1000) / fps),
    *chunks() {
      const media = mediaBytes(count);
      yield Buffer.concat([ftyp, u32(media + headBytes), Buffer.from('mdat')]);
      const passes = Math.floor(count / samples.length);
      for (let pass = 0; pass < passes; pass += 1) yield payload;
      const rest = count % samples.length;
      if (rest > 0) yield payload.subarray(0, ends[rest - 1]);
      yield moov(count, beginWallMs);
      if (sizeBytes > used) yield box('free', Buffer.alloc(sizeBytes - used - headBytes));
    },
  };
}

function mediaBytes(count: number): number {
  const { samples, ends, payload } = material();
  const rest = count % samples.length;
  return Math.floor(count / samples.length) * payload.length + (rest > 0 ? (ends[rest - 1] ?? 0) : 0);
}

function sizeOf(count: number): number {
  return ftyp.length + headBytes + mediaBytes(count) + moovBytes(count);
}

/** How many pictures fit, so that nothing is left or enough for a `free` box. */
function mostIn(bytes: number): number {
  let [low, high] = [1, Math.ceil(bytes / 8)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sizeOf(middle) <= bytes) low = middle;
    else high = middle - 1;
  }
  const left = bytes - sizeOf(low);
  if (left === 0 || left >= headBytes) return low;
  if (low === 1) throw new Error(`no clip has exactly ${bytes} bytes`);
  return low - 1;
}

function keyCount(count: number): number {
  const { samples } = material();
  const all = samples.filter(({ key }) => key).length;
  const rest = samples.slice(0, count % samples.length).filter(({ key }) => key).length;
  return Math.floor(count / samples.length) * all + rest;
}

/** Of each picture a size and a place, of each key picture its number; the rest is the same in every clip. */
function moovBytes(count: number): number {
  return moov(0, 0).length + 8 * count + 4 * keyCount(count);
}

function moov(count: number, beginWallMs: number): Buffer {
  const { fps, entry, width, height, samples } = material();
  const created = Math.min(0xffff_ffff, Math.max(0, Math.floor(beginWallMs / 1000) + since1904));
  const sizes = Buffer.alloc(4 * count);
  const places = Buffer.alloc(4 * count);
  const keyNumbers: number[] = [];
  let at = ftyp.length + headBytes;
  for (let index = 0; index < count; index += 1) {
    const { size, key } = samples[index % samples.length] ?? { size: 0, key: false };
    sizes.writeUInt32BE(size, 4 * index);
    places.writeUInt32BE(at, 4 * index);
    if (key) keyNumbers.push(index + 1);
    at += size;
  }
  const movieMs = Math.round((count * 1000) / fps);
  const stamps = u32(created, created);
  return box(
    'moov',
    fullBox(
      'mvhd',
      0,
      0,
      stamps,
      u32(1000, movieMs, 0x10000),
      u16(0x100, 0),
      u32(0, 0),
      matrix,
      zeros(24),
      u32(2),
    ),
    box(
      'trak',
      fullBox(
        'tkhd',
        0,
        7,
        stamps,
        u32(1, 0, movieMs, 0, 0),
        zeros(8),
        matrix,
        u32(width * 0x10000, height * 0x10000),
      ),
      box(
        'mdia',
        fullBox('mdhd', 0, 0, stamps, u32(fps, count), u16(0x55c4, 0)), // language 'und'
        fullBox('hdlr', 0, 0, u32(0), Buffer.from('vide'), zeros(12), Buffer.from('video\0')),
        box(
          'minf',
          fullBox('vmhd', 0, 1, zeros(8)),
          box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1))),
          box(
            'stbl',
            fullBox('stsd', 0, 0, u32(1), entry),
            fullBox('stts', 0, 0, u32(1, count, 1)),
            // Every picture is a chunk of its own.
            fullBox('stsc', 0, 0, u32(1, 1, 1, 1)),
            fullBox('stsz', 0, 0, u32(0, count), sizes),
            fullBox('stco', 0, 0, u32(count), places),
            fullBox('stss', 0, 0, u32(keyNumbers.length, ...keyNumbers)),
          ),
        ),
      ),
    ),
  );
}

function zeros(count: number): Buffer {
  return Buffer.alloc(count);
}

function material(): Material {
  if (cached) return cached;
  const { fps, width, height, pictures, parameterSets } = videoClip('h264');
  const [sps, pps] = parameterSets;
  if (!sps || !pps) throw new Error('the material has no parameter sets');
  const entry = sampleEntry({
    kind: 'video',
    codec: 'h264',
    clockRate: fps,
    parameterSets: { vps: [], sps: [sps], pps: [pps] },
    width,
    height,
    reorderDepth: 0,
  });
  const bodies = pictures.map(({ nals }) =>
    Buffer.concat(
      nals.filter((nal) => !isParameterSet('h264', nal)).flatMap((nal) => [u32(nal.length), nal]),
    ),
  );
  let end = 0;
  const ends = bodies.map((body) => (end += body.length));
  const samples = bodies.map((body, index) => ({ size: body.length, key: pictures[index]?.key ?? false }));
  return (cached = { fps, entry, width, height, samples, payload: Buffer.concat(bodies), ends });
}
