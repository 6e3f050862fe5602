// Cuts an elementary stream (ITU-T H.264 Annex B, H.265 Annex B) into pictures. What they mean is left to the
// decoder; only the few header bits that mark a picture's first slice and a key picture are looked at.
import type { VideoCodec } from '../../protocols/media/track.ts';

export interface Picture {
  /** NAL units without start codes, parameter sets included. */
  readonly nals: readonly Buffer[];
  readonly key: boolean;
}

/** NAL units between start codes; trailing zero bytes belong to no unit (§B.1.1). */
export function splitAnnexB(bytes: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  const startCode = Buffer.from([0, 0, 1]);
  let at = bytes.indexOf(startCode);
  while (at >= 0) {
    const next = bytes.indexOf(startCode, at + 3);
    let end = next < 0 ? bytes.length : next;
    while (end > at + 3 && bytes[end - 1] === 0) end -= 1;
    if (end > at + 3) nals.push(bytes.subarray(at + 3, end));
    at = next;
  }
  return nals;
}

export function nalType(codec: VideoCodec, nal: Uint8Array): number {
  const first = nal[0] ?? 0;
  return codec === 'h264' ? first & 0x1f : (first >> 1) & 0x3f;
}

export function isParameterSet(codec: VideoCodec, nal: Uint8Array): boolean {
  const type = nalType(codec, nal);
  return codec === 'h264' ? type === 7 || type === 8 : type >= 32 && type <= 34;
}

/** Pictures in sending order. Access unit delimiters are dropped: RTP marks the end of a picture itself. */
export function splitPictures(codec: VideoCodec, bytes: Buffer): Picture[] {
  const pictures: Picture[] = [];
  let nals: Buffer[] = [];
  let hasSlice = false;
  let key = false;
  const finish = (): void => {
    if (hasSlice) pictures.push({ nals, key });
    nals = [];
    hasSlice = false;
    key = false;
  };
  for (const nal of splitAnnexB(bytes)) {
    const type = nalType(codec, nal);
    const slice = codec === 'h264' ? type >= 1 && type <= 5 : type < 32;
    // H.264: first_mb_in_slice is ue(v), 0 is a single 1 bit. H.265: first_slice_segment_in_pic_flag.
    const first = slice && ((nal[codec === 'h264' ? 1 : 2] ?? 0) & 0x80) !== 0;
    if (hasSlice && (first || !slice)) finish();
    if (type === (codec === 'h264' ? 9 : 35)) continue;
    if (slice) {
      hasSlice = true;
      if (codec === 'h264' ? type === 5 : type >= 16 && type <= 21) key = true;
    }
    nals.push(nal);
  }
  finish();
  return pictures;
}
