// The newest picture of a camera that is on disk, as a file of one part that a browser plays by itself: nothing is
// decoded or encoded here. It shows what is recorded, and so there is none of a room in which nothing is (H2).
import fs, { type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Moment } from '../../config/clock.ts';
import { isBoxFault, maxMdatBytes, readBoxHead, readInit, readMoof } from '../../protocols/mp4/read-boxes.ts';
import { maxIndexLineBytes, type IndexEntry } from '../recording/index-line.ts';
import { openPlainFile } from '../recording/plain-file.ts';
import type { At } from '../recording/recorder-protocol.ts';
import { oldestPictureMs } from './screen-protocol.ts';

/** Parts that are looked at, from the newest back, until one has a key frame: ten seconds of parts of 250 ms. */
export const maxPartsBack = 40;
/** Bytes of one picture; a second of 64 Mbit/s. */
export const maxPictureBytes = Math.min(8 * 2 ** 20, maxMdatBytes);

export interface LastPicture {
  /** ftyp, moov, moof, mdat (ISO/IEC 14496-12 §8.8), beginning at media time 0. */
  readonly mp4: Buffer;
  /** When its last frame arrived. */
  readonly last: At;
}

/** Bytes of an init section with a picture; ours have two thousand. It is read with every picture. */
const maxShownInitBytes = 64 * 1024;

/** Milliseconds by which the recorder's clocks, another process's, may be ahead of ours. */
const clockJitterMs = 100;

/**
 * How old a picture is, in milliseconds; null where it is too old to be shown, and where nobody can tell: it is of
 * another boot, or from before the wall clock was set. The next one comes soon.
 */
export function pictureAgeMs(last: At, now: Moment): number | null {
  const ages = [now.wall - last.wallMs, now.mono - last.monoMs];
  if (ages.some((ageMs) => ageMs < -clockJitterMs || ageMs > oldestPictureMs)) return null;
  return Math.max(0, ...ages);
}

/**
 * Reads the newest part with a key frame of `camera` in a session's folder; null while there is none, and for a part
 * that is larger than maxPictureBytes. Rejects when the disk does.
 */
export async function lastPicture(folder: string, camera: string): Promise<LastPicture | null> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => isSegmentOf(camera, name)).toSorted(newestFirst);
  // A file that has just begun may have no whole part yet.
  for (const name of files.slice(0, 2)) {
    const found = await lastPictureIn(path.join(folder, name));
    if (found) return found;
  }
  return null;
}

async function lastPictureIn(file: string): Promise<LastPicture | null> {
  const entries = await lastEntries(`${file.replace(/\.part$/, '')}.index`);
  if (entries.length === 0) return null;
  const media = await openPlainFile(file);
  if (media === null) return null; // renamed or gone since it was listed: the next picture finds it
  try {
    const init = await initSection(media);
    const tracks = init && readInit(init);
    if (init === null || tracks === null || isBoxFault(tracks)) return null;
    const video = tracks.find(({ kind }) => kind === 'video')?.id;
    for (const { n, offset, length, frames, last } of entries.toReversed()) {
      if (n === 0 || frames.video === 0 || length > maxPictureBytes) continue;
      const part = Buffer.alloc(length);
      const { bytesRead } = await media.read(part, 0, length, offset);
      if (bytesRead < length) continue;
      if (beginsAnew(part, video)) return { mp4: Buffer.concat([init, part]), last };
    }
    return null;
  } finally {
    await media.close();
  }
}

/** The last whole lines of the index. Nothing rests on them but a picture: their chain is verify's business. */
async function lastEntries(file: string): Promise<IndexEntry[]> {
  const index = await openPlainFile(file);
  if (index === null) return [];
  try {
    const { size } = await index.stat();
    const length = Math.min(size, maxPartsBack * maxIndexLineBytes);
    const { buffer, bytesRead } = await index.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    // The last is empty, or still being written; the first may be half a line.
    return lines
      .slice(length < size ? 1 : 0, -1)
      .slice(-maxPartsBack)
      .map((line) => JSON.parse(line) as IndexEntry);
  } finally {
    await index.close();
  }
}

async function initSection(media: FileHandle): Promise<Buffer | null> {
  const head = Buffer.alloc(maxShownInitBytes);
  const { bytesRead } = await media.read(head, 0, head.length, 0);
  const read = head.subarray(0, bytesRead);
  const ftyp = readBoxHead(read);
  const moov = ftyp && readBoxHead(read, ftyp.length);
  if (!ftyp || moov?.type !== 'moov' || ftyp.length + moov.length > bytesRead) return null;
  return read.subarray(0, ftyp.length + moov.length);
}

/** Whether the part has a key frame; if so, its media times are made to begin at 0, so that it plays at once. */
function beginsAnew(part: Buffer, video: number | undefined): boolean {
  const head = readBoxHead(part);
  if (head?.type !== 'moof' || head.length > part.length) return false;
  const moof = readMoof(part.subarray(0, head.length));
  if (isBoxFault(moof) || !moof.tracks.some(({ id, keys }) => id === video && keys > 0)) return false;
  for (let at = 24; at < head.length; ) {
    const traf = readBoxHead(part, at);
    if (traf?.type !== 'traf') break;
    part.writeBigUInt64BE(0n, at + 36); // tfdt, as readMoof has checked
    at += traf.length;
  }
  return true;
}

function isSegmentOf(camera: string, name: string): boolean {
  return name.startsWith(`${camera}-`) && /^\d{4,}\.mp4(?:\.part)?$/.test(name.slice(camera.length + 1));
}

function newestFirst(one: string, other: string): number {
  return numberOf(other) - numberOf(one);
}

function numberOf(name: string): number {
  return Number(/-(\d+)\.mp4(?:\.part)?$/.exec(name)?.[1]);
}
