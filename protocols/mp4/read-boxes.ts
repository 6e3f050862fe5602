// A strict reader of our own files for recovery and verification: box heads, and what a `moof` says. It is
// given bytes, never a file, and refuses what encodeInit and encodePartHeader would not have written.

/** A `moof` of more is refused: 1 s of 240 pictures and 100 audio frames is under 8 KiB. */
export const maxMoofBytes = 1024 * 1024;
export const maxInitBytes = 1024 * 1024;
/** Of one part; at 250 Mbit/s a second is 32 MiB. */
export const maxMdatBytes = 256 * 1024 * 1024;

export interface BoxHead {
  readonly type: string;
  readonly length: number;
}

/** The head at `at`; null when fewer than eight bytes are there. */
export function readBoxHead(bytes: Buffer, at = 0): BoxHead | null {
  if (at + 8 > bytes.length) return null;
  return { type: bytes.toString('latin1', at + 4, at + 8), length: bytes.readUInt32BE(at) };
}

export interface MoofTrack {
  readonly id: number;
  readonly baseTime: number;
  readonly samples: number;
  readonly keys: number;
  readonly ticks: number;
  readonly bytes: number;
}

export interface Moof {
  readonly sequence: number;
  readonly tracks: readonly MoofTrack[];
  /** Of all samples: the body of the `mdat` that follows. */
  readonly payloadBytes: number;
}

/** Why bytes are not what we write. A value, not an exception: recovery meets it every time. */
export interface BoxFault {
  readonly fault: string;
}

/** A whole `moof` with its head. */
export function readMoof(bytes: Buffer): Moof | BoxFault {
  const head = readBoxHead(bytes);
  if (head?.type !== 'moof' || head.length !== bytes.length) return { fault: 'no moof' };
  if (bytes.length > maxMoofBytes) return { fault: 'moof too long' };
  const mfhd = readBoxHead(bytes, 8);
  if (mfhd?.type !== 'mfhd' || mfhd.length !== 16 || bytes.length < 24) return { fault: 'no mfhd' };
  const tracks: MoofTrack[] = [];
  let payloadBytes = 0;
  for (let at = 24; at < bytes.length; ) {
    const traf = readBoxHead(bytes, at);
    if (traf?.type !== 'traf' || traf.length < 64 || at + traf.length > bytes.length)
      return { fault: 'no traf' };
    const trun = readBoxHead(bytes, at + 44);
    const same =
      readBoxHead(bytes, at + 8)?.type === 'tfhd' &&
      readBoxHead(bytes, at + 24)?.type === 'tfdt' &&
      trun?.type === 'trun' &&
      trun.length === traf.length - 44;
    if (!same) return { fault: 'a traf of another shape' };
    const samples = bytes.readUInt32BE(at + 56);
    if (traf.length !== 64 + samples * 16) return { fault: 'a trun of another length' };
    if (bytes.readUInt32BE(at + 60) !== bytes.length + 8 + payloadBytes)
      return { fault: 'a wrong data offset' };
    let keys = 0;
    let ticks = 0;
    let trackBytes = 0;
    for (let index = 0, sample = at + 64; index < samples; index++, sample += 16) {
      ticks += bytes.readUInt32BE(sample);
      trackBytes += bytes.readUInt32BE(sample + 4);
      if ((bytes.readUInt32BE(sample + 8) & 0x00010000) === 0) keys++;
    }
    payloadBytes += trackBytes;
    tracks.push({
      id: bytes.readUInt32BE(at + 20),
      baseTime: Number(bytes.readBigUInt64BE(at + 36)),
      samples,
      keys,
      ticks,
      bytes: trackBytes,
    });
    at += traf.length;
  }
  if (payloadBytes > maxMdatBytes) return { fault: 'mdat too long' };
  return { sequence: bytes.readUInt32BE(20), tracks, payloadBytes };
}

export interface InitTrack {
  readonly id: number;
  readonly kind: 'video' | 'audio';
  readonly clockRate: number;
}

/** The tracks of an init section: id, kind and time scale. */
export function readInit(bytes: Buffer): readonly InitTrack[] | BoxFault {
  const ftyp = readBoxHead(bytes);
  if (ftyp?.type !== 'ftyp' || ftyp.length < 8) return { fault: 'no ftyp' };
  const moov = readBoxHead(bytes, ftyp.length);
  if (moov?.type !== 'moov' || ftyp.length + moov.length !== bytes.length) return { fault: 'no moov' };
  const tracks: InitTrack[] = [];
  for (const trak of children(bytes, ftyp.length + 8, bytes.length)) {
    if (trak.type !== 'trak') continue;
    let id = 0;
    let clockRate = 0;
    let kind = '';
    for (const inner of children(bytes, trak.at + 8, trak.end)) {
      if (inner.type === 'tkhd' && inner.end - inner.at >= 24) id = bytes.readUInt32BE(inner.at + 20);
      if (inner.type !== 'mdia') continue;
      for (const leaf of children(bytes, inner.at + 8, inner.end)) {
        if (leaf.end - leaf.at < 24) continue;
        if (leaf.type === 'mdhd') clockRate = bytes.readUInt32BE(leaf.at + 20);
        if (leaf.type === 'hdlr') kind = bytes.toString('latin1', leaf.at + 16, leaf.at + 20);
      }
    }
    if (id === 0 || clockRate === 0 || (kind !== 'vide' && kind !== 'soun'))
      return { fault: 'a trak of another shape' };
    tracks.push({ id, kind: kind === 'vide' ? 'video' : 'audio', clockRate });
  }
  return tracks.length > 0 ? tracks : { fault: 'no trak' };
}

/** The boxes between `from` and `to`; ends at the first that does not fit. */
function* children(
  bytes: Buffer,
  from: number,
  to: number,
): Generator<{ type: string; at: number; end: number }> {
  for (let at = from; at + 8 <= to; ) {
    const head = readBoxHead(bytes, at);
    if (!head || head.length < 8 || at + head.length > to) return;
    yield { type: head.type, at, end: at + head.length };
    at += head.length;
  }
}

export function isBoxFault(value: object): value is BoxFault {
  return 'fault' in value;
}
