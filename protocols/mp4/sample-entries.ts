// Sample entries: what a decoder must know before the first frame. H.264 and H.265 after ISO/IEC 14496-15,
// AAC after 14496-14, G.711 as the `alaw`/`ulaw` entries of QuickTime, Opus after its ISOBMFF mapping §4.3.
import type { AudioTrack, Track, VideoTrack } from '../media/track.ts';
import { box, bytes, fullBox, u16, u32 } from './box.ts';

/** One entry of `stsd`. A video track needs its parameter sets; see `canDescribe`. */
export function sampleEntry(track: Track): Buffer {
  return track.kind === 'video' ? visualEntry(track) : audioEntry(track);
}

/** False while a track's parameter sets (or AAC configuration) are not known, so that no file can begin. */
export function canDescribe(track: Track): boolean {
  if (track.kind === 'audio') return track.codec !== 'aac' || track.config.length >= 2;
  const { vps, sps, pps } = track.parameterSets;
  const longEnough = (sps[0]?.length ?? 0) >= (track.codec === 'h264' ? 4 : 15);
  return longEnough && pps.length > 0 && (track.codec === 'h264' || vps.length > 0);
}

function visualEntry(track: VideoTrack): Buffer {
  const body = Buffer.alloc(78); // SampleEntry and VisualSampleEntry, ISO/IEC 14496-12 §12.1.3
  body.writeUInt16BE(1, 6); // data_reference_index
  body.writeUInt16BE(track.width, 24);
  body.writeUInt16BE(track.height, 26);
  body.writeUInt32BE(0x00480000, 28); // 72 dpi
  body.writeUInt32BE(0x00480000, 32);
  body.writeUInt16BE(1, 40); // frame_count
  body.writeUInt16BE(24, 74); // depth
  body.writeInt16BE(-1, 76);
  return track.codec === 'h264' ? box('avc1', body, avcC(track)) : box('hvc1', body, hvcC(track));
}

/** AVCDecoderConfigurationRecord, ISO/IEC 14496-15 §5.3.3.1. */
function avcC({ parameterSets: { sps, pps } }: VideoTrack): Buffer {
  const first = sps[0] ?? new Uint8Array(4);
  const profile = first[1] ?? 0;
  const parts = [
    bytes(1, profile, first[2] ?? 0, first[3] ?? 0, 0xff, 0xe0 | sps.length),
    ...sps.flatMap((unit) => [u16(unit.length), unit]),
    bytes(pps.length),
    ...pps.flatMap((unit) => [u16(unit.length), unit]),
  ];
  if ([100, 110, 122, 144].includes(profile)) {
    const bits = new BitReader(first, 4);
    bits.ue(); // seq_parameter_set_id
    const chroma = bits.ue();
    if (chroma === 3) bits.skip(1);
    parts.push(bytes(0xfc | (chroma & 3), 0xf8 | (bits.ue() & 7), 0xf8 | (bits.ue() & 7), 0));
  }
  return box('avcC', ...parts);
}

/** HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 §8.3.3.1; the fields come from the first SPS (H.265 §7.3.2.2). */
function hvcC({ parameterSets: { vps, sps, pps } }: VideoTrack): Buffer {
  const bits = new BitReader(sps[0] ?? new Uint8Array(15), 2);
  bits.skip(4);
  const subLayers = bits.read(3);
  const nested = bits.read(1);
  const level = Buffer.alloc(12); // general_profile_space to general_level_idc
  for (let index = 0; index < 12; index++) level[index] = bits.read(8);
  const present: [number, number][] = [];
  for (let index = 0; index < subLayers; index++) present.push([bits.read(1), bits.read(1)]);
  if (subLayers > 0) bits.skip((8 - subLayers) * 2);
  for (const [profile, tier] of present) bits.skip(profile * 88 + tier * 8);
  bits.ue(); // sps_seq_parameter_set_id
  const chroma = bits.ue();
  if (chroma === 3) bits.skip(1);
  bits.ue(); // width
  bits.ue(); // height
  if (bits.read(1)) for (let index = 0; index < 4; index++) bits.ue(); // conformance window
  const luma = bits.ue();
  const colour = bits.ue();
  const arrays = [
    [32, vps],
    [33, sps],
    [34, pps],
  ] as const;
  return box(
    'hvcC',
    bytes(1),
    level,
    u16(0xf000), // min_spatial_segmentation_idc: unknown
    bytes(0xfc, 0xfc | (chroma & 3), 0xf8 | (luma & 7), 0xf8 | (colour & 7)),
    u16(0), // avgFrameRate: unknown
    bytes(((subLayers + 1) << 3) | (nested << 2) | 3, arrays.length),
    ...arrays.flatMap(([type, units]) => [
      bytes(0x80 | type),
      u16(units.length),
      ...units.flatMap((unit) => [u16(unit.length), unit]),
    ]),
  );
}

function audioEntry(track: AudioTrack): Buffer {
  const body = Buffer.alloc(28); // AudioSampleEntry, ISO/IEC 14496-12 §12.2.3
  body.writeUInt16BE(1, 6);
  body.writeUInt16BE(track.channels, 16);
  body.writeUInt16BE(16, 18);
  body.writeUInt32BE((track.sampleRate & 0xffff) * 0x10000, 24);
  if (track.codec === 'pcma') return box('alaw', body);
  if (track.codec === 'pcmu') return box('ulaw', body);
  if (track.codec === 'opus') {
    return box('Opus', body, box('dOps', bytes(0, track.channels), u16(0), u32(48000), u16(0), bytes(0)));
  }
  return box('mp4a', body, fullBox('esds', 0, 0, esDescriptor(track.config)));
}

/** ES_Descriptor, ISO/IEC 14496-1 §7.2.6.5, as 14496-14 §3.1 wants it in a file. */
function esDescriptor(config: Uint8Array): Buffer {
  const specific = descriptor(5, config);
  // objectTypeIndication 0x40: MPEG-4 audio; stream type 5 (audio), up-stream 0, reserved 1.
  const decoder = descriptor(4, Buffer.concat([bytes(0x40, 0x15, 0, 0, 0), u32(0, 0), specific]));
  return descriptor(3, Buffer.concat([bytes(0, 0, 0), decoder, descriptor(6, bytes(2))]));
}

function descriptor(tag: number, body: Uint8Array): Buffer {
  const { length } = body; // expandable size, ISO/IEC 14496-1 §8.3.3, always four bytes
  return Buffer.concat([
    bytes(
      tag,
      0x80 | (length >> 21),
      0x80 | ((length >> 14) & 127),
      0x80 | ((length >> 7) & 127),
      length & 127,
    ),
    body,
  ]);
}

/** Bits of an RBSP with the emulation prevention bytes skipped. Past the end there are zeros. */
class BitReader {
  readonly #source: Uint8Array;
  #bit: number;

  constructor(source: Uint8Array, from: number) {
    const out: number[] = [];
    let zeros = 0;
    for (const byte of source) {
      if (zeros >= 2 && byte === 3) {
        zeros = 0;
        continue;
      }
      out.push(byte);
      zeros = byte === 0 ? zeros + 1 : 0;
    }
    this.#source = Uint8Array.from(out);
    this.#bit = from * 8;
  }

  skip(count: number): void {
    this.#bit += count;
  }

  read(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++, this.#bit++) {
      value = value * 2 + (((this.#source[this.#bit >> 3] ?? 0) >> (7 - (this.#bit & 7))) & 1);
    }
    return value;
  }

  /** Exp-Golomb, H.264 §9.1; more than 31 leading zeros read as 0. */
  ue(): number {
    let zeros = 0;
    while (zeros < 32 && this.read(1) === 0) zeros++;
    return zeros > 31 ? 0 : 2 ** zeros - 1 + this.read(zeros);
  }
}
