// How loud a run of G.711 bytes is, without decoding it whole: a table of the squares and every eighth sample
// (ITU-T G.711, tables 1a and 2a). What the level means is the caller's.
import type { AudioCodec } from './track.ts';

/** Every n-th sample is looked at: at 8 kHz still a thousand a second. */
export const levelStride = 8;
/** What is said of digital silence, in dBFS. */
export const lowestDb = -96;

const fullScale = 32_768;
const aLaw = squares(aLawSample);
const muLaw = squares(muLawSample);

/** Sums of what has been looked at; begin with `{ power: 0, samples: 0 }`. */
export interface LevelSum {
  power: number;
  samples: number;
}

/** Adds the samples of a frame to `sum`. False for a codec that no table decodes. */
export function addG711(sum: LevelSum, data: Uint8Array, codec: AudioCodec): boolean {
  if (codec !== 'pcma' && codec !== 'pcmu') return false;
  const table = codec === 'pcma' ? aLaw : muLaw;
  for (let at = 0; at < data.length; at += levelStride) {
    sum.power += table[data[at] ?? 0] ?? 0;
    sum.samples += 1;
  }
  return true;
}

/** The mean level in whole dBFS (0 = a full-scale square wave), at least `lowestDb`; null without samples. */
export function levelDb({ power, samples }: LevelSum): number | null {
  if (samples === 0) return null;
  const level = 10 * Math.log10(power / samples);
  return Math.max(lowestDb, Math.round(level));
}

function squares(sample: (byte: number) => number): Float64Array {
  return Float64Array.from({ length: 256 }, (_, byte) => (sample(byte) / fullScale) ** 2);
}

/** A-law, 13 bits brought to 16 (G.711 table 1a): even bits are inverted on the line. */
function aLawSample(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = ((code & 15) << 4) + 8;
  const size = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (code & 0x80) !== 0 ? size : -size;
}

/** µ-law, 14 bits brought to 16 (G.711 table 2a): all bits are inverted on the line. */
function muLawSample(byte: number): number {
  const code = ~byte & 0xff;
  const size = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
  return (code & 0x80) !== 0 ? -size : size;
}
