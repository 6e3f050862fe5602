// A clip of a simulated body-cam: its bytes in memory, or in a file of the device's own flash, hashed once. What the
// device tells of it is sim-body-cam.ts's.
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync, rmSync } from 'node:fs';
import { copyFile, mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mp4Clip, type Mp4Ask } from '../media/mp4-clip.ts';

interface ClipFacts {
  readonly id: string;
  /** By the clock of the device. */
  readonly beginWallMs: number;
  readonly endWallMs: number;
  readonly caseMark?: string;
}
export type SimClip = ClipFacts &
  (
    | { readonly bytes: Uint8Array }
    | { readonly file: string; readonly sizeBytes: number; readonly sha256: Uint8Array }
  );

const hashes = new WeakMap<SimClip, Uint8Array>();

export function clipSize(clip: SimClip): number {
  return 'bytes' in clip ? clip.bytes.length : clip.sizeBytes;
}

export function clipSha256(clip: SimClip): Uint8Array {
  if (!('bytes' in clip)) return clip.sha256;
  let sha256 = hashes.get(clip);
  if (!sha256) hashes.set(clip, (sha256 = createHash('sha256').update(clip.bytes).digest()));
  return sha256;
}

/** At most `length` bytes from `from`; fewer at the end. Throws when the file is not readable. */
export function clipBytes(clip: SimClip, from: number, length: number): Uint8Array {
  if ('bytes' in clip) return clip.bytes.subarray(from, from + length);
  const wanted = Buffer.alloc(Math.max(0, Math.min(length, clip.sizeBytes - from)));
  const handle = openSync(clip.file, 'r');
  try {
    return wanted.subarray(0, readSync(handle, wanted, 0, wanted.length, from));
  } finally {
    closeSync(handle);
  }
}

/** The clip as a file of its own, never the same one: whoever cuts it leaves the clip whole. */
export async function copyClip(clip: SimClip, file: string): Promise<void> {
  if ('bytes' in clip) await writeFile(file, clip.bytes);
  // Where the file system can, the copy shares the blocks.
  else await copyFile(clip.file, file, constants.COPYFILE_FICLONE);
}

/** Its file goes; one in memory has none. */
export function dropClip(clip: SimClip): void {
  if (!('bytes' in clip)) rmSync(clip.file, { force: true });
}

/** Writes a valid MP4 to `<folder>/<id>.MP4`. Rejects with Error for a length out of range, or as the file system does. */
export async function writeClip(
  folder: string,
  { id, caseMark, ...ask }: Mp4Ask & { readonly id: string; readonly caseMark?: string | undefined },
): Promise<SimClip> {
  const made = mp4Clip(ask);
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${id}.MP4`);
  const hash = createHash('sha256');
  const handle = await open(file, 'w');
  try {
    for (const chunk of made.chunks()) {
      hash.update(chunk);
      await handle.write(chunk);
    }
  } finally {
    await handle.close();
  }
  const times = { beginWallMs: ask.beginWallMs, endWallMs: ask.beginWallMs + made.durationMs };
  return {
    id,
    ...times,
    ...(caseMark ? { caseMark } : {}),
    file,
    sizeBytes: made.sizeBytes,
    sha256: hash.digest(),
  };
}
