// Real coded pictures for the bench: a short loop of 1080p25 H.264 at 4 Mbit/s, made by ffmpeg when the bench
// starts. Nothing about it is ours, so that no recorder is measured on bytes that suit it.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { nalType, splitPictures, type Picture } from '../hw-sim/media/annex-b.ts';

export const clipFramesPerSecond = 25;
/** Two seconds between key frames, as cameras are set for recording. */
export const clipGopFrames = 50;
const clipSeconds = 8;

export interface Clip {
  readonly pictures: readonly Picture[];
  readonly sps: Buffer;
  readonly pps: Buffer;
}

/** Encodes the loop into `folder` and answers its path. Needs ffmpeg with libx264; takes 5 to 20 s. */
export async function makeClip(folder: string): Promise<string> {
  const file = path.join(folder, 'clip.h264');
  const source = `testsrc2=size=1920x1080:rate=${clipFramesPerSecond}:duration=${clipSeconds}`;
  const gop = `-g ${clipGopFrames} -keyint_min ${clipGopFrames} -bf 0`;
  const command =
    `-nostdin -v error -y -f lavfi -i ${source} -vf noise=alls=12:allf=t -pix_fmt yuv420p ` +
    // Noise alone would burst: a camera's rate control is held to its setting.
    `-c:v libx264 -preset veryfast -b:v 4M -minrate 4M -maxrate 4M -bufsize 2M ${gop} ` +
    '-x264-params scenecut=0:repeat-headers=1 -f h264';
  await promisify(execFile)('ffmpeg', [...command.split(' '), file]);
  return file;
}

/** Reads a loop; it begins with a key frame that carries its parameter sets. */
export async function readClip(file: string): Promise<Clip> {
  const pictures = splitPictures('h264', await readFile(file));
  const first = pictures[0]?.nals ?? [];
  const sps = first.find((nal) => nalType('h264', nal) === 7);
  const pps = first.find((nal) => nalType('h264', nal) === 8);
  if (!pictures[0]?.key || !sps || !pps) throw new Error(`${file} does not begin with a whole key frame`);
  return { pictures, sps, pps };
}
