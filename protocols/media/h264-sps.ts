// H.264 sequence parameter sets: size after cropping and how far frames are reordered
// (ITU-T H.264 §7.3.2.1.1, VUI in §E.1.1).
import { BitReader, unescapeNal } from './bit-reader.ts';
import { badParameterSet, checkedSize, readParameterSet, type SpsInfo } from './sps-info.ts';

const withChroma = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** MaxDpbMbs by level_idc (Table A-1). */
const maxDpbMbs: Readonly<Record<number, number>> = {
  9: 396,
  10: 396,
  11: 900,
  12: 2376,
  13: 2376,
  20: 2376,
  21: 4752,
  22: 8100,
  30: 8100,
  31: 18000,
  32: 20480,
  40: 32768,
  41: 32768,
  42: 34816,
  50: 110400,
  51: 184320,
  52: 184320,
  60: 696320,
  61: 696320,
  62: 696320,
};

/** Reads an SPS NAL unit, header byte included. Throws PARAMETER_SET_BAD. */
export function parseH264Sps(nal: Uint8Array): SpsInfo {
  return readParameterSet('H.264', () => read(nal));
}

function read(nal: Uint8Array): SpsInfo {
  if (nal.length < 4 || ((nal[0] as number) & 0x1f) !== 7) throw badParameterSet('H.264', 'not an SPS');
  const r = new BitReader(unescapeNal(nal, 1));
  const profile = r.bits(8);
  const constraints = r.bits(8);
  const level = r.bits(8);
  const id = r.ue();
  if (id > 31) throw badParameterSet('H.264', `seq_parameter_set_id ${id}`);
  let chroma = 1;
  let separatePlanes = false;
  if (withChroma.has(profile)) {
    chroma = r.ue();
    if (chroma > 3) throw badParameterSet('H.264', `chroma_format_idc ${chroma}`);
    if (chroma === 3) separatePlanes = r.flag();
    r.ue(); // bit_depth_luma_minus8
    r.ue(); // bit_depth_chroma_minus8
    r.skip(1); // qpprime_y_zero_transform_bypass_flag
    if (r.flag())
      for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1)
        if (r.flag()) scalingList(r, list < 6 ? 16 : 64);
  }
  r.ue(); // log2_max_frame_num_minus4
  const orderType = r.ue();
  if (orderType === 0) r.ue();
  else if (orderType === 1) {
    r.skip(1);
    r.se();
    r.se();
    const cycle = r.ue();
    if (cycle > 255) throw badParameterSet('H.264', `a picture order cycle of ${cycle}`);
    for (let index = 0; index < cycle; index += 1) r.se();
  } else if (orderType > 2) throw badParameterSet('H.264', `pic_order_cnt_type ${orderType}`);
  r.ue(); // max_num_ref_frames
  r.skip(1); // gaps_in_frame_num_value_allowed_flag
  const widthMbs = r.ue() + 1;
  const heightUnits = r.ue() + 1;
  const framesOnly = r.flag();
  if (!framesOnly) r.skip(1); // mb_adaptive_frame_field_flag
  const heightMbs = heightUnits * (framesOnly ? 1 : 2);
  r.skip(1); // direct_8x8_inference_flag
  let width = widthMbs * 16;
  let height = heightMbs * 16;
  if (r.flag()) {
    // Equations 7-19 to 7-22.
    const planes = separatePlanes ? 0 : chroma;
    const unitX = planes === 1 || planes === 2 ? 2 : 1;
    const unitY = (planes === 1 ? 2 : 1) * (framesOnly ? 1 : 2);
    width -= unitX * (r.ue() + r.ue());
    height -= unitY * (r.ue() + r.ue());
  }
  checkedSize('H.264', width, height);
  const told = r.flag() ? vuiReorder(r) : null;
  return {
    id,
    width,
    height,
    reorderDepth:
      orderType === 2 ? 0 : (told ?? inferredReorder(profile, constraints, level, widthMbs * heightMbs)),
  };
}

/** max_num_reorder_frames, or null when the VUI does not say. */
function vuiReorder(r: BitReader): number | null {
  if (r.flag() && r.bits(8) === 255) r.skip(32); // aspect ratio, Extended_SAR
  if (r.flag()) r.skip(1); // overscan
  if (r.flag()) {
    r.skip(4); // video_format, video_full_range_flag
    if (r.flag()) r.skip(24); // colour description
  }
  if (r.flag()) {
    r.ue();
    r.ue(); // chroma sample location
  }
  if (r.flag()) r.skip(65); // timing
  const nalHrd = r.flag();
  if (nalHrd) hrd(r);
  const vclHrd = r.flag();
  if (vclHrd) hrd(r);
  if (nalHrd || vclHrd) r.skip(1); // low_delay_hrd_flag
  r.skip(1); // pic_struct_present_flag
  if (!r.flag()) return null; // bitstream_restriction_flag
  r.skip(1);
  for (let index = 0; index < 4; index += 1) r.ue();
  const reorder = r.ue();
  if (reorder > 16) throw badParameterSet('H.264', `max_num_reorder_frames ${reorder}`);
  return reorder;
}

function hrd(r: BitReader): void {
  const count = r.ue() + 1;
  if (count > 32) throw badParameterSet('H.264', `cpb_cnt ${count}`);
  r.skip(8);
  for (let index = 0; index < count; index += 1) {
    r.ue();
    r.ue();
    r.skip(1);
  }
  r.skip(20);
}

/**
 * §E.2.1: without a word the decoder must reckon with MaxDpbFrames, except in the intra profiles. Baseline and
 * constrained baseline have no B slices (§A.2.1), so nothing is reordered in them.
 */
function inferredReorder(profile: number, constraints: number, level: number, mbs: number): number {
  if (profile === 66 || (profile === 77 && (constraints & 0x80) !== 0)) return 0;
  if ([44, 86, 100, 110, 122, 244].includes(profile) && (constraints & 0x10) !== 0) return 0;
  const oneB = level === 11 && (constraints & 0x10) !== 0 && profile === 77; // level 1b
  return Math.min(Math.floor((maxDpbMbs[oneB ? 9 : level] ?? 696320) / mbs), 16);
}

function scalingList(r: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < size; index += 1) {
    if (next !== 0) next = (last + r.se() + 256) % 256;
    last = next === 0 ? last : next;
  }
}
