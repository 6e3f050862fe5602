// Reads the numbers inside the recorded frames: nothing may be missing but what the unplugged camera could not send.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { LiuhenError } from '../config/errors.ts';
import { stampsInFile } from '../hw-sim/stamps-in-file.ts';
import type { FrameStamp } from '../protocols/media/frame-stamp.ts';
import type { DemoSite } from './demo-site.ts';

export interface CheckedSession {
  readonly folder: string;
  readonly openedWallMs: number;
  readonly closedWallMs: number;
}

/** The simulated cameras' frame rate. */
const frameMs = 40;

/** The pictures that a camera's files of one session hold, in order. */
export async function stampsOfCamera(folder: string, camera: string): Promise<FrameStamp[]> {
  const files = readdirSync(folder)
    .filter((name) => name.startsWith(`${camera}-`) && name.endsWith('.mp4'))
    .sort();
  const stamps: FrameStamp[] = [];
  for (const file of files) stamps.push(...(await stampsInFile(path.join(folder, file))));
  return stamps;
}

/** How many numbers are missing at each place where they do not follow one another. */
export function holes(stamps: readonly FrameStamp[]): number[] {
  const found: number[] = [];
  for (let i = 1; i < stamps.length; i += 1) {
    const missing = (stamps[i]?.frame ?? 0) - (stamps[i - 1]?.frame ?? 0) - 1;
    if (missing !== 0) found.push(missing);
  }
  return found;
}

/** Throws DEMO_FAILED unless camera b has every frame, and camera a all but one run of them. */
export async function checkFrames(site: DemoSite, session: CheckedSession): Promise<string> {
  const folder = path.join(site.settings.dataFolder, session.folder);
  const steady = await stampsOfCamera(folder, 'interview-b');
  const unplugged = await stampsOfCamera(folder, 'interview-a');
  const first = steady[0];
  const last = steady.at(-1);
  if (first === undefined || last === undefined) throw wrong('interview-b has no frames');
  if (holes(steady).length > 0) throw wrong(`interview-b misses ${holes(steady).join(', ')} frames`);
  const before = session.openedWallMs - first.wallMs;
  if (before < 0) throw wrong(`the first frame was taken ${-before} ms after the opening`);
  const tail = session.closedWallMs - last.wallMs;
  if (tail > 1000 + frameMs)
    throw wrong(`the last frame was taken ${tail} ms before the closing was through`);
  const gap = holes(unplugged);
  if (gap.length !== 1) throw wrong(`interview-a has ${gap.length} holes instead of one`);
  return (
    `${steady.length} frames without a hole, the first ${(before / 1000).toFixed(2)} s before the opening; ` +
    `the unplugged camera misses one run of ${gap[0]}`
  );
}

function wrong(why: string): LiuhenError {
  return new LiuhenError('DEMO_FAILED', { why });
}
