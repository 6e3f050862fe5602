// AudioSpecificConfig: what an AAC track is made of (ISO/IEC 14496-3 §1.6.2.1).
import { LiuhenError } from '../../config/errors.ts';
import { BitReader, BitReaderEnd } from './bit-reader.ts';

/** Table 1.18. */
export const aacSampleRates = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
] as const;

/** Table 1.19; 0 means that the channels are described inside the stream. */
const channelCounts = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 0, 8, 0];

export interface AudioConfig {
  /** 2 = AAC-LC. */
  readonly objectType: number;
  /** Samples per second of the core coder. */
  readonly sampleRate: number;
  /** Samples per second that come out: twice as many with spectral band replication. */
  readonly outputSampleRate: number;
  readonly channels: number;
  /** Core samples in one access unit: 1024, or 960. */
  readonly frameSamples: number;
}

/** Throws AUDIO_CONFIG_BAD when it is cut short or names what no camera sends. */
export function parseAudioConfig(bytes: Uint8Array): AudioConfig {
  try {
    return read(new BitReader(bytes));
  } catch (error) {
    if (error instanceof BitReaderEnd)
      throw new LiuhenError('AUDIO_CONFIG_BAD', { why: error.message }, { cause: error });
    throw error;
  }
}

/** A config for AAC-LC, for cameras that announce AAC without one. Throws AUDIO_CONFIG_BAD for an odd rate. */
export function makeAudioConfig(sampleRate: number, channels: number): Uint8Array {
  const index = (aacSampleRates as readonly number[]).indexOf(sampleRate);
  const layout = channelCounts.indexOf(channels);
  if (index < 0 || layout < 1)
    throw new LiuhenError('AUDIO_CONFIG_BAD', { why: `${sampleRate} Hz with ${channels} channels` });
  return Uint8Array.of((2 << 3) | (index >> 1), ((index & 1) << 7) | (layout << 3));
}

function read(r: BitReader): AudioConfig {
  let objectType = audioObjectType(r);
  const sampleRate = samplingFrequency(r);
  const layout = r.bits(4);
  let outputSampleRate = sampleRate;
  if (objectType === 5 || objectType === 29) {
    outputSampleRate = samplingFrequency(r);
    objectType = audioObjectType(r);
  }
  if (![1, 2, 3, 4].includes(objectType))
    throw new LiuhenError('AUDIO_CONFIG_BAD', { why: `audio object type ${objectType}` });
  const short = r.flag(); // frameLengthFlag, §4.4.1
  const channels = channelCounts[layout] ?? 0;
  if (channels === 0) throw new LiuhenError('AUDIO_CONFIG_BAD', { why: `channel configuration ${layout}` });
  return { objectType, sampleRate, outputSampleRate, channels, frameSamples: short ? 960 : 1024 };
}

function audioObjectType(r: BitReader): number {
  const type = r.bits(5);
  return type === 31 ? 32 + r.bits(6) : type;
}

function samplingFrequency(r: BitReader): number {
  const index = r.bits(4);
  const rate = index === 15 ? r.bits(24) : aacSampleRates[index];
  if (rate === undefined || rate < 1)
    throw new LiuhenError('AUDIO_CONFIG_BAD', { why: `sampling index ${index}` });
  return rate;
}
