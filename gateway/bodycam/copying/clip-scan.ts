// Lists the clips of a mounted volume: every file with the ending of a recording, its size and times, and whether it
// is a whole MP4. A broken one is listed like any other: it is footage. Copying is clip-copy.ts's.
import { Buffer } from 'node:buffer';
import fs from 'node:fs/promises';
import { walkClip, type ClipBoxes } from '../../../protocols/mp4/walk-clip.ts';
import { openCardFile, type CardFile } from './card-file.ts';
import { late, within } from './within.ts';

/** Clips of one volume, and folders above one another; beyond them the scan says that it is not whole. */
export const maxClips = 20_000;
export const maxDepth = 8;
/** Names of one volume that are looked at, clips or not. */
export const maxNames = 200_000;
/** A look into one file, or at one folder, that has no answer after this long is given up. */
export const lookMs = 10_000;
/** Endings of recordings, as body-cams write them: video, sound, pictures, and positions beside them. */
export const clipEndings: readonly string[] =
  'mp4 mov m4v avi mkv ts m2ts mts 3gp wav aac m4a mp3 amr jpg jpeg gps nmea gpx'.split(' ');

export interface ScannedClip {
  /** Raw bytes of the path below the volume's root. */
  readonly path: Buffer;
  readonly bytes: number;
  /** When the file was changed last, ms since 1970 by the device's clock. FAT counts in steps of two seconds. */
  readonly modifiedMs: number;
  /** What its boxes tell; null for a file that is none of MP4's family, or could not be looked into. */
  readonly boxes: ClipBoxes | null;
  /** Why it could not be looked into: the system's code, or `no answer`. It is to be copied all the same. */
  readonly unread: string | null;
}

export interface ScanFault {
  /** Folder or file, raw bytes below the root; empty for the root. */
  readonly path: Buffer;
  readonly why: string;
}

export interface VolumeScan {
  readonly clips: readonly ScannedClip[];
  /** What could not be listed. Not empty: there may be clips that are not in the list. */
  readonly faults: readonly ScanFault[];
  /** Links, pipes and the like: passed by, and told because a camera makes none. */
  readonly passedBy: number;
  /** Files with another ending. */
  readonly others: number;
}

/** Reads the folders of a volume, never following a link. Never rejects: what cannot be read is among the faults. */
export async function scanClips(root: string, signal: AbortSignal): Promise<VolumeScan> {
  const clips: ScannedClip[] = [];
  const faults: ScanFault[] = [];
  let passedBy = 0;
  let others = 0;
  let names = 0;
  const folders: { path: Buffer; depth: number }[] = [{ path: Buffer.alloc(0), depth: 0 }];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    if (signal.aborted)
      return { clips, faults: [...faults, { path: folder.path, why: 'stopped' }], passedBy, others };
    const entries = await readFolder(root, folder.path, faults);
    for (const entry of entries) {
      const path = folder.path.length === 0 ? entry.name : Buffer.concat([folder.path, slash, entry.name]);
      names += 1;
      const full = names > maxNames ? 'too many names' : clips.length >= maxClips ? 'too many clips' : null;
      if (full !== null) return { clips, faults: [...faults, { path, why: full }], passedBy, others };
      if (entry.isDirectory()) {
        if (folder.depth < maxDepth) folders.push({ path, depth: folder.depth + 1 });
        else faults.push({ path, why: 'too deep' });
      } else if (!entry.isFile()) passedBy += 1;
      else if (!clipEndings.includes(endingOf(entry.name))) others += 1;
      else {
        const clip = await lookInto({ root, path }, signal);
        if ('why' in clip) faults.push(clip);
        else clips.push(clip);
      }
    }
  }
  return { clips, faults, passedBy, others };
}

const slash = Buffer.from('/');
const mp4Endings: readonly string[] = ['mp4', 'mov', 'm4v', 'm4a', '3gp'];

type Entry = Awaited<ReturnType<typeof readEntries>>[number];

function readEntries(folder: Buffer) {
  return fs.readdir(folder, { withFileTypes: true, encoding: 'buffer' });
}

async function readFolder(root: string, path: Buffer, faults: ScanFault[]): Promise<readonly Entry[]> {
  try {
    const whole = path.length === 0 ? Buffer.from(root) : Buffer.concat([Buffer.from(`${root}/`), path]);
    const entries = await within(readEntries(whole), lookMs);
    if (typeof entries !== 'symbol') return entries;
    faults.push({ path, why: 'no answer' });
  } catch (error) {
    faults.push({ path, why: word(error) });
  }
  return [];
}

/** One file below a root, with what its boxes tell; never rejects. */
export async function lookInto(file: CardFile, signal: AbortSignal): Promise<ScannedClip | ScanFault> {
  const { path } = file;
  const look = (async () => {
    const handle = await openCardFile(file);
    if (!handle) return { path, why: 'not a file any more' };
    try {
      const { size, mtimeMs } = await handle.stat();
      const clip = { path, bytes: size, modifiedMs: Math.floor(mtimeMs), boxes: null, unread: null };
      if (!mp4Endings.includes(endingOf(path))) return clip;
      try {
        return { ...clip, boxes: await walk(handle, size, signal) };
      } catch (error) {
        return { ...clip, unread: word(error) };
      }
    } finally {
      await handle.close();
    }
  })();
  try {
    const seen = await within(look, lookMs, signal);
    if (typeof seen !== 'symbol') return seen;
    return { path, why: seen === late ? 'no answer' : 'stopped' };
  } catch (error) {
    return { path, why: word(error) };
  }
}

async function walk(handle: fs.FileHandle, bytes: number, signal: AbortSignal): Promise<ClipBoxes> {
  const steps = walkClip(bytes);
  for (let step = steps.next(); ; ) {
    if (step.done) return step.value;
    signal.throwIfAborted();
    const wanted = Buffer.alloc(step.value.length);
    const { bytesRead } = await handle.read(wanted, 0, wanted.length, step.value.at);
    step = steps.next(wanted.subarray(0, bytesRead));
  }
}

/** Behind the last dot, in small letters; empty without one. */
function endingOf(name: Buffer): string {
  const dot = name.lastIndexOf(0x2e);
  return dot < 0 ? '' : name.toString('latin1', dot + 1).toLowerCase();
}

function word(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : 'unknown';
}
