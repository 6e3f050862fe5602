// The H.264 sequence parameter set (ITU-T H.264 §7.3.2.1.1): size, and how far frames are reordered.
import { BitReader, rawBytes } from './bit-reader.ts';
import { LiuhenError } from '../../config/errors.ts';

export interface SpsInfo {
  readonly width: number;
  readonly height: number;
  /** Frames that may precede a frame in decoding order and follow it in output order. */
  readonly reorderDepth: number;
  readonly profile: number;
  readonly level: number;
}

const chromaProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
/** Frames of 16384 luma samples a side are the largest of any level (Table A-1). */
export const maxPictureSide = 16_384;

/** Throws LiuhenError MEDIA_PARAMETER_SET for anything that is not an SPS. */
export function parseH264Sps(nal: Uint8Array): SpsInfo {
  if (nal.length < 4 || (nal[0]! & 0x1f) !== 7) throw bad('it is no H.264 SPS');
  const bytes = rawBytes(nal);
  const profile = bytes[1]!;
  const constraints = bytes[2]!;
  const level = bytes[3]!;
  const r = new BitReader(bytes, 4);
  r.ue();
  let chroma = 1;
  let separate = 0;
  if (chromaProfiles.has(profile)) {
    chroma = r.ue();
    if (chroma > 3) throw bad(`chroma_format_idc ${chroma}`);
    if (chroma === 3) separate = r.bit();
    r.ue();
    r.ue();
    r.bit();
    if (r.bit())
      for (let i = 0; i < (chroma === 3 ? 12 : 8); i += 1) if (r.bit()) skipScalingList(r, i < 6 ? 16 : 64);
  }
  r.ue();
  const pocType = r.ue();
  if (pocType === 0) r.ue();
  else if (pocType === 1) {
    r.bit();
    r.se();
    r.se();
    const cycle = r.ue();
    if (cycle > 255) throw bad(`num_ref_frames_in_pic_order_cnt_cycle ${cycle}`);
    for (let i = 0; i < cycle; i += 1) r.se();
  } else if (pocType > 2) throw bad(`pic_order_cnt_type ${pocType}`);
  const references = r.ue();
  r.bit();
  const widthInMbs = r.ue() + 1;
  const heightInUnits = r.ue() + 1;
  const frameMbsOnly = r.bit();
  if (!frameMbsOnly) r.bit();
  r.bit();
  let width = widthInMbs * 16;
  let height = heightInUnits * 16 * (2 - frameMbsOnly);
  if (r.bit()) {
    const format = separate ? 0 : chroma;
    const unitX = format === 1 || format === 2 ? 2 : 1;
    const unitY = (format === 1 ? 2 : 1) * (2 - frameMbsOnly);
    width -= (r.ue() + r.ue()) * unitX;
    height -= (r.ue() + r.ue()) * unitY;
  }
  if (width < 1 || height < 1 || width > maxPictureSide || height > maxPictureSide)
    throw bad(`${width}x${height}`);
  const info = { width, height, profile, level };
  // Without VUI: intra-only and baseline profiles, and output order = decoding order, never reorder (§E.2.1).
  const never = pocType === 2 || profile === 66 || references === 0;
  const intraOnly = [44, 86, 100, 110, 122, 244].includes(profile) && (constraints & 0x10) !== 0;
  if (never || intraOnly) return { ...info, reorderDepth: 0 };
  const stated = r.bit() ? vuiReorderDepth(r) : null;
  // Unstated: none, as nearly all cameras code; the part builder raises it when stamps demand.
  return { ...info, reorderDepth: Math.min(stated ?? 0, 16) };
}

function skipScalingList(r: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size; i += 1) {
    if (next !== 0) next = (last + r.se() + 256) % 256;
    if (next !== 0) last = next;
  }
}

/** max_num_reorder_frames of the VUI (§E.1.1), or null when the bitstream restriction is not there. */
function vuiReorderDepth(r: BitReader): number | null {
  if (r.bit() && r.bits(8) === 255) r.skip(32);
  if (r.bit()) r.bit();
  if (r.bit()) {
    r.skip(4);
    if (r.bit()) r.skip(24);
  }
  if (r.bit()) {
    r.ue();
    r.ue();
  }
  if (r.bit()) r.skip(65);
  const nal = r.bit();
  if (nal) skipHrd(r);
  const vcl = r.bit();
  if (vcl) skipHrd(r);
  if (nal || vcl) r.bit();
  r.bit();
  if (!r.bit()) return null;
  r.bit();
  for (let i = 0; i < 4; i += 1) r.ue();
  return r.ue();
}

function skipHrd(r: BitReader): void {
  const count = r.ue() + 1;
  if (count > 32) throw bad(`cpb_cnt ${count}`);
  r.skip(8);
  for (let i = 0; i < count; i += 1) {
    r.ue();
    r.ue();
    r.bit();
  }
  r.skip(20);
}

function bad(why: string): LiuhenError {
  return new LiuhenError('MEDIA_PARAMETER_SET', { why });
}
