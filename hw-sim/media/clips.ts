// The material a simulated camera loops over: committed files of outside encoders, G.711 by formula, or an
// Annex B file made by the caller (the bench). Read once per process and shared by all cameras.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseH264Sps } from '../../protocols/media/h264-sps.ts';
import { parseH265Sps } from '../../protocols/media/h265-sps.ts';
import type { AudioCodec, VideoCodec } from '../../protocols/media/track.ts';
import { isParameterSet, nalType, splitPictures, type Picture } from './annex-b.ts';
import { splitAdts, splitOggOpus } from './audio-files.ts';
import { g711Tone } from './g711.ts';

export type VideoName = 'h264' | 'h264-b-frames' | 'h264-small' | 'h265';

export interface VideoClip {
  readonly codec: VideoCodec;
  readonly fps: number;
  /** In pixels, as the sequence parameter set says. */
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly Picture[];
  /** For each picture in sending order, its place in showing order. */
  readonly order: readonly number[];
  /** By how many frames showing lags behind sending (0 without B-frames). */
  readonly reorderDelay: number;
  /** VPS, SPS, PPS in this order: for the session description. */
  readonly parameterSets: readonly Buffer[];
}

export interface AudioClip {
  readonly codec: AudioCodec;
  readonly clockRate: number;
  readonly channels: number;
  readonly config: Buffer;
  /** Each is one frame and one RTP packet. */
  readonly frames: readonly Buffer[];
  /** Clock ticks per frame. */
  readonly ticks: number;
}

const videoFiles: Record<VideoName, { file: string; codec: VideoCodec; order?: string }> = {
  h264: { file: 'h264-640x360.h264', codec: 'h264' },
  'h264-b-frames': {
    file: 'h264-640x360-b-frames.h264',
    codec: 'h264',
    order: 'h264-640x360-b-frames.order',
  },
  'h264-small': { file: 'h264-480x270.h264', codec: 'h264' },
  h265: { file: 'h265-640x360.h265', codec: 'h265' },
};

/** Where the committed files are, also when this file runs from dist/. */
export function assetPath(name: string): string {
  const here = fileURLToPath(new URL('./assets/', import.meta.url));
  return here.replace(/([/\\])dist[/\\]hw-sim([/\\])/, '$1hw-sim$2') + name;
}

const videoCache = new Map<string, VideoClip>(); // one entry per file name asked for: as many as there are specs
const audioCache = new Map<string, AudioClip>(); // one entry per codec, and silence

export function videoClip(name: VideoName): VideoClip {
  const { file, codec, order } = videoFiles[name];
  return cached(videoCache, name, () => {
    const places =
      order === undefined ? undefined : readFileSync(assetPath(order), 'utf8').trim().split('\n');
    return clipOf(codec, 25, readFileSync(assetPath(file)), places?.map(Number));
  });
}

/**
 * Any Annex B file (`.h265`, `.265`, `.hevc` is H.265, all else H.264) without B-frames, parameter sets before
 * the first picture, closed groups of pictures. Throws when there is no key picture at its start.
 */
export function videoClipFromFile(file: string, fps: number): VideoClip {
  return cached(videoCache, `${file}@${fps}`, () => {
    const codec = /\.(h265|265|hevc)$/i.test(file) ? 'h265' : 'h264';
    return clipOf(codec, fps, readFileSync(file));
  });
}

export function audioClip(codec: AudioCodec): AudioClip {
  return cached(audioCache, codec, () => {
    if (codec === 'aac') return aacClip('aac-48000-tone.adts');
    if (codec === 'opus') {
      // RFC 7587 §4.1: always announced as 48000 Hz and two channels.
      const frames = splitOggOpus(readFileSync(assetPath('opus-48000-tone.ogg')));
      return { codec, clockRate: 48000, channels: 2, config: Buffer.alloc(0), frames, ticks: 960 };
    }
    return g711Clip(codec, g711Tone(codec));
  });
}

/** Real silence in the same coding. */
export function silentAudioClip(codec: AudioCodec): AudioClip {
  return cached(audioCache, `${codec}-silent`, () => {
    if (codec === 'aac') return aacClip('aac-48000-silence.adts');
    // Opus: a code 3 packet of zero frames is not allowed; F8 FF FE is the well-known 20 ms of silence (CELT).
    if (codec === 'opus') return { ...audioClip('opus'), frames: [Buffer.from([0xf8, 0xff, 0xfe])] };
    return g711Clip(codec, g711Tone(codec, 0));
  });
}

function aacClip(file: string): AudioClip {
  const { frames, sampleRate, channels, config } = splitAdts(readFileSync(assetPath(file)));
  return { codec: 'aac', clockRate: sampleRate, channels, config, frames, ticks: 1024 };
}

function g711Clip(codec: 'pcma' | 'pcmu', tone: Buffer): AudioClip {
  const ticks = 160; // 20 ms, the default of RFC 3551 §4.5
  const frames = Array.from({ length: tone.length / ticks }, (_, n) =>
    tone.subarray(n * ticks, (n + 1) * ticks),
  );
  return { codec, clockRate: 8000, channels: 1, config: Buffer.alloc(0), frames, ticks };
}

function clipOf(codec: VideoCodec, fps: number, bytes: Buffer, places?: readonly number[]): VideoClip {
  const pictures = splitPictures(codec, bytes);
  if (!pictures[0]?.key) throw new Error('the material must begin with a key picture');
  const order = places ?? pictures.map((_, index) => index);
  if (order.length !== pictures.length) throw new Error('the order of showing does not match the pictures');
  const sets = new Map<number, Buffer>();
  for (const nal of pictures[0].nals) if (isParameterSet(codec, nal)) sets.set(nalType(codec, nal), nal);
  // H.264 Table 7-1: 7; H.265 Table 7-1: 33.
  const sps = sets.get(codec === 'h264' ? 7 : 33);
  if (!sps) throw new Error('the material has no sequence parameter set before its first picture');
  const { width, height } = codec === 'h264' ? parseH264Sps(sps) : parseH265Sps(sps);
  return {
    codec,
    fps,
    width,
    height,
    pictures,
    order,
    reorderDelay: Math.max(...order.map((place, index) => index - place)),
    parameterSets: [...sets.entries()].sort(([a], [b]) => a - b).map(([, nal]) => nal),
  };
}

function cached<Value>(cache: Map<string, Value>, name: string, make: () => Value): Value {
  let value = cache.get(name);
  if (value === undefined) cache.set(name, (value = make()));
  return value;
}
