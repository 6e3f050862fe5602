// Which pictures a file holds, as an outside reader sees it: ffmpeg takes the coded pictures out of the file,
// and the numbers inside them are read. Pictures that no key frame precedes and those cut short do not count.
import { spawn } from 'node:child_process';
import { nalType, splitPictures } from '../hw-sim/media/annex-b.ts';
import { decodeFrameStamp, type FrameStamp } from '../protocols/media/frame-stamp.ts';

/** Stamps in the order of the file; empty when nothing in it can be read. `bare`: an elementary stream. */
export async function stampsInFile(file: string, bare = false): Promise<FrameStamp[]> {
  const stamps: FrameStamp[] = [];
  let started = false;
  for (const picture of splitPictures('h264', await elementaryStream(file, bare))) {
    started ||= picture.key;
    if (!started || !picture.nals.some((nal) => nalType('h264', nal) <= 5)) continue;
    for (const nal of picture.nals) {
      const stamp = decodeFrameStamp('h264', nal);
      if (stamp) stamps.push(stamp);
    }
  }
  return stamps;
}

/** A file that ffmpeg refuses (a moov that was never written) gives no bytes: that is a result, not a fault. */
function elementaryStream(file: string, bare: boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const format = bare ? '-f h264 ' : '';
    const command = `-nostdin -v quiet -fflags +discardcorrupt ${format}-i`.split(' ');
    const output = '-map 0:v:0 -c copy -f h264 -'.split(' ');
    const child = spawn('ffmpeg', [...command, file, ...output], { stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', () => resolve(Buffer.concat(chunks)));
  });
}
