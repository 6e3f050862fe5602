// Reads a segment and its index from disk as a stream of parts: what recovery and verification share. Holds one
// moof and one 64 KiB buffer at a time, whatever the file is.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import {
  isBoxFault,
  maxInitBytes,
  maxMoofBytes,
  readBoxHead,
  readInit,
  readMoof,
  type InitTrack,
} from '../../protocols/mp4/read-boxes.ts';

const chunkBytes = 64 * 1024;

export interface ReadPart {
  /** 0 is the init section. */
  readonly n: number;
  readonly offset: number;
  readonly length: number;
  readonly sha256: Buffer;
  readonly frames: { readonly video: number; readonly audio: number };
  readonly mediaMs: readonly [number, number];
}

/** Why reading ended before the end of the file. */
export interface ReadStop {
  readonly offset: number;
  readonly what: 'torn-part' | 'bad-box';
  readonly detail: string;
}

/** Yields the whole parts of a file in order; returns why it stopped, or null at a clean end. */
export async function* readParts(file: FileHandle, size: number): AsyncGenerator<ReadPart, ReadStop | null> {
  let tracks: readonly InitTrack[] = [];
  let offset = 0;
  for (let n = 0; offset < size; n++) {
    const stop = (what: ReadStop['what'], detail: string): ReadStop => ({ offset, what, detail });
    const first = readBoxHead(await readAt(file, offset, 8));
    if (!first) return stop('torn-part', 'a box head');
    const wanted = n === 0 ? 'ftyp' : 'moof';
    if (first.type !== wanted || first.length < 8 || first.length > maxMoofBytes)
      return stop('bad-box', `no ${wanted}`);
    const heads = await readAt(file, offset, first.length + 8);
    const second = readBoxHead(heads, first.length);
    if (!second) return stop('torn-part', wanted);
    if (second.type !== (n === 0 ? 'moov' : 'mdat') || second.length < 8)
      return stop('bad-box', `no box behind ${wanted}`);
    const length = first.length + second.length;
    let frames = { video: 0, audio: 0 };
    let mediaMs: readonly [number, number] = [0, 0];
    if (n === 0) {
      if (length > maxInitBytes) return stop('bad-box', 'init section too long');
      if (offset + length > size) return stop('torn-part', 'moov');
      const init = readInit(await readAt(file, offset, length));
      if (isBoxFault(init)) return stop('bad-box', init.fault);
      tracks = init;
    } else {
      const moof = readMoof(heads.subarray(0, first.length));
      if (isBoxFault(moof)) return stop('bad-box', moof.fault);
      if (moof.sequence !== n) return stop('bad-box', 'sequence number');
      if (moof.payloadBytes + 8 !== second.length) return stop('bad-box', 'mdat length');
      if (offset + length > size) return stop('torn-part', 'mdat');
      frames = { video: 0, audio: 0 };
      for (const [index, { id, samples, baseTime, ticks }] of moof.tracks.entries()) {
        const track = tracks.find((each) => each.id === id);
        if (!track) return stop('bad-box', 'unknown track');
        frames[track.kind] += samples;
        if (index === 0) mediaMs = [toMs(baseTime, track), toMs(baseTime + ticks, track)];
      }
    }
    yield { n, offset, length, sha256: await hashOf(file, offset, length), frames, mediaMs };
    offset += length;
  }
  return null;
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

async function hashOf(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, length));
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, length - at), offset + at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest();
}

function toMs(time: number, { clockRate }: InitTrack): number {
  return Math.round((time * 1e6) / clockRate) / 1000;
}
