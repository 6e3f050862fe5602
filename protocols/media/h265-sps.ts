// The H.265 sequence parameter set (ITU-T H.265 §7.3.2.2): size, reordering, and what hvcC needs (ISO/IEC 14496-15 §8.3.3).
import { BitReader, rawBytes } from './bit-reader.ts';
import { LiuhenError } from '../../config/errors.ts';
import { maxPictureSide } from './h264-sps.ts';

export interface H265SpsInfo {
  readonly width: number;
  readonly height: number;
  readonly reorderDepth: number;
  /** general_profile_space … general_level_idc: the 12 bytes of profile_tier_level (§7.3.3). */
  readonly profileTierLevel: Uint8Array;
  readonly chromaFormat: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  readonly temporalLayers: number;
  readonly temporalIdNested: boolean;
}

/** Throws LiuhenError MEDIA_PARAMETER_SET for anything that is not an SPS. */
export function parseH265Sps(nal: Uint8Array): H265SpsInfo {
  if (nal.length < 15 || ((nal[0]! >> 1) & 0x3f) !== 33) throw bad('it is no H.265 SPS');
  const bytes = rawBytes(nal);
  const r = new BitReader(bytes, 2);
  r.skip(4);
  const maxSubLayers = r.bits(3);
  const temporalIdNested = r.bit() === 1;
  const profileTierLevel = bytes.slice(3, 15);
  r.skip(96);
  const profiles: number[] = [];
  const levels: number[] = [];
  for (let i = 0; i < maxSubLayers; i += 1) {
    profiles.push(r.bit());
    levels.push(r.bit());
  }
  if (maxSubLayers > 0) for (let i = maxSubLayers; i < 8; i += 1) r.skip(2);
  for (let i = 0; i < maxSubLayers; i += 1) {
    if (profiles[i]) r.skip(88);
    if (levels[i]) r.skip(8);
  }
  r.ue();
  const chromaFormat = r.ue();
  if (chromaFormat > 3) throw bad(`chroma_format_idc ${chromaFormat}`);
  const separate = chromaFormat === 3 ? r.bit() : 0;
  let width = r.ue();
  let height = r.ue();
  if (r.bit()) {
    const format = separate ? 0 : chromaFormat;
    const unitX = format === 1 || format === 2 ? 2 : 1;
    const unitY = format === 1 ? 2 : 1;
    width -= (r.ue() + r.ue()) * unitX;
    height -= (r.ue() + r.ue()) * unitY;
  }
  if (width < 1 || height < 1 || width > maxPictureSide || height > maxPictureSide)
    throw bad(`${width}x${height}`);
  const bitDepthLuma = r.ue() + 8;
  const bitDepthChroma = r.ue() + 8;
  r.ue();
  const all = r.bit();
  let reorderDepth = 0;
  for (let i = all ? 0 : maxSubLayers; i <= maxSubLayers; i += 1) {
    r.ue();
    reorderDepth = r.ue();
    r.ue();
  }
  return {
    width,
    height,
    reorderDepth: Math.min(reorderDepth, 16),
    profileTierLevel,
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
    temporalLayers: maxSubLayers + 1,
    temporalIdNested,
  };
}

function bad(why: string): LiuhenError {
  return new LiuhenError('MEDIA_PARAMETER_SET', { why });
}
