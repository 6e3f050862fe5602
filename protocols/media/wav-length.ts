// How long a WAV file plays, from its first bytes (RIFF WAVE: Multimedia Programming Interface and Data Specifications
// 1.0, chapter 3). Pure; who reads the file and what the length is good for is the caller's.

/** As much of a file's beginning as has to be read. */
export const wavHeadBytes = 64 * 1024;

/** Milliseconds of sound in a file of `fileBytes` that begins with `head`; null when it is no WAV file with sound. */
export function wavLengthMs(head: Uint8Array, fileBytes: number): number | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (tag(head, 0) !== 'RIFF' || tag(head, 8) !== 'WAVE') return null;
  let bytesPerSecond = 0;
  for (let at = 12; at + 8 <= head.length; ) {
    const name = tag(head, at);
    const size = view.getUint32(at + 4, true);
    if (name === 'fmt ' && at + 20 <= head.length) bytesPerSecond = view.getUint32(at + 16, true);
    if (name === 'data') {
      // What is written to a pipe says 0 or the largest number there is: then it is the rest of the file.
      const there = Math.max(0, fileBytes - at - 8);
      const bytes = size === 0 ? there : Math.min(size, there);
      return bytesPerSecond === 0 || bytes === 0 ? null : (bytes / bytesPerSecond) * 1000;
    }
    at += 8 + size + (size & 1);
  }
  return null;
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
