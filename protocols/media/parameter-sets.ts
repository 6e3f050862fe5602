// Parameter sets that come in band, put to those that are known. What they say is the SPS parsers' business, and
// when they take effect the receiver's.
import { isLiuhenError } from '../../config/errors.ts';
import { BitReader, rawBytes } from './bit-reader.ts';
import type { ParameterSets, VideoCodec } from './track.ts';

/** Picture parameter sets of one stream beyond this many push out the oldest; the standards allow 256 and 64. */
export const maxPictureParameterSets = 16;

/**
 * `sets` with one more: a PPS takes the place of the one with its number and stands beside the others, a new VPS or
 * SPS takes the place of all, and a new SPS ends the PPS that lean on the one before (ITU-T H.264 §7.4.1.2.1,
 * H.265 §7.4.2.4.2). `sets` itself when it is known already, or when its number cannot be read.
 */
export function withSet(
  sets: ParameterSets,
  codec: VideoCodec,
  kind: 'vps' | 'sps' | 'pps',
  nal: Buffer,
): ParameterSets {
  if (sets[kind].some((known) => nal.equals(known))) return sets;
  const copy = Buffer.from(nal);
  if (kind === 'vps') return { ...sets, vps: [copy] };
  if (kind === 'sps') return { ...sets, sps: [copy], pps: [] };
  const id = ppsId(codec, nal);
  if (id === null) return sets;
  const others = sets.pps.filter((each) => ppsId(codec, each) !== id);
  return { ...sets, pps: [...others, copy].slice(-maxPictureParameterSets) };
}

/** True when both say the same, in whatever order. */
export function sameSets(a: ParameterSets, b: ParameterSets): boolean {
  return (['vps', 'sps', 'pps'] as const).every(
    (kind) =>
      a[kind].length === b[kind].length &&
      a[kind].every((set) => b[kind].some((other) => Buffer.from(set).equals(other))),
  );
}

/** Its number: the first field (ITU-T H.264 §7.3.2.2, H.265 §7.3.2.3.1); null when it has none. */
function ppsId(codec: VideoCodec, nal: Uint8Array): number | null {
  try {
    return new BitReader(rawBytes(nal.subarray(0, 16)), codec === 'h264' ? 1 : 2).ue();
  } catch (error) {
    if (isLiuhenError(error)) return null;
    throw error;
  }
}
