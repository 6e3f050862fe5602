// H.265 sequence parameter sets: size after the conformance window and how far pictures are reordered
// (ITU-T H.265 §7.3.2.2.1, profile_tier_level in §7.3.3).
import { BitReader, unescapeNal } from './bit-reader.ts';
import { badParameterSet, checkedSize, readParameterSet, type SpsInfo } from './sps-info.ts';

export interface H265SpsInfo extends SpsInfo {
  /** What an hvcC box repeats (ISO/IEC 14496-15 §8.3.3.1.2): general_profile_space to general_level_idc, 12 bytes. */
  readonly profileTierLevel: Uint8Array;
  readonly chromaFormat: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  readonly temporalLayers: number;
  readonly temporalIdNested: boolean;
}

/** Reads an SPS NAL unit, both header bytes included. Throws PARAMETER_SET_BAD. */
export function parseH265Sps(nal: Uint8Array): H265SpsInfo {
  return readParameterSet('H.265', () => read(nal));
}

/** The id of a VPS NAL unit (§7.3.2.1). Throws PARAMETER_SET_BAD. */
export function parseH265VpsId(nal: Uint8Array): number {
  return readParameterSet('H.265', () => {
    if (nal.length < 4 || (((nal[0] as number) >> 1) & 0x3f) !== 32)
      throw badParameterSet('H.265', 'not a VPS');
    return new BitReader(unescapeNal(nal, 2)).bits(4);
  });
}

function read(nal: Uint8Array): H265SpsInfo {
  if (nal.length < 4 || (((nal[0] as number) >> 1) & 0x3f) !== 33)
    throw badParameterSet('H.265', 'not an SPS');
  const payload = unescapeNal(nal, 2);
  const r = new BitReader(payload);
  r.skip(4); // sps_video_parameter_set_id
  const maxSubLayers = r.bits(3); // minus 1
  if (maxSubLayers > 6) throw badParameterSet('H.265', `sps_max_sub_layers_minus1 ${maxSubLayers}`);
  const temporalIdNested = r.flag();
  r.skip(96); // general profile, tier and level
  subLayers(r, maxSubLayers);
  const id = r.ue();
  if (id > 15) throw badParameterSet('H.265', `sps_seq_parameter_set_id ${id}`);
  const chroma = r.ue();
  if (chroma > 3) throw badParameterSet('H.265', `chroma_format_idc ${chroma}`);
  const separatePlanes = chroma === 3 && r.flag();
  let width = r.ue();
  let height = r.ue();
  if (r.flag()) {
    const planes = separatePlanes ? 0 : chroma;
    const unitX = planes === 1 || planes === 2 ? 2 : 1;
    const unitY = planes === 1 ? 2 : 1;
    width -= unitX * (r.ue() + r.ue());
    height -= unitY * (r.ue() + r.ue());
  }
  checkedSize('H.265', width, height);
  const bitDepthLuma = r.ue() + 8;
  const bitDepthChroma = r.ue() + 8;
  if (bitDepthLuma > 16 || bitDepthChroma > 16) throw badParameterSet('H.265', 'more than 16 bits a sample');
  r.ue(); // log2_max_pic_order_cnt_lsb_minus4
  const each = r.flag(); // sps_sub_layer_ordering_info_present_flag
  let reorderDepth = 0;
  for (let layer = each ? 0 : maxSubLayers; layer <= maxSubLayers; layer += 1) {
    r.ue(); // sps_max_dec_pic_buffering_minus1
    reorderDepth = r.ue(); // sps_max_num_reorder_pics: the highest layer counts, as all layers are stored
    r.ue(); // sps_max_latency_increase_plus1
  }
  if (reorderDepth > 15) throw badParameterSet('H.265', `sps_max_num_reorder_pics ${reorderDepth}`);
  return {
    id,
    width,
    height,
    reorderDepth,
    profileTierLevel: payload.slice(1, 13),
    chromaFormat: chroma,
    bitDepthLuma,
    bitDepthChroma,
    temporalLayers: maxSubLayers + 1,
    temporalIdNested,
  };
}

function subLayers(r: BitReader, count: number): void {
  const present: (readonly [profile: boolean, level: boolean])[] = [];
  for (let layer = 0; layer < count; layer += 1) present.push([r.flag(), r.flag()]);
  if (count > 0) r.skip(2 * (8 - count));
  for (const [profile, level] of present) r.skip((profile ? 88 : 0) + (level ? 8 : 0));
}
