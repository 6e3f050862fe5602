// Session descriptions as cameras write them (RFC 8866; rtpmap and fmtp of RFC 6184, 7798, 3640, 3551, 7587).
import { LiuhenError } from '../../config/errors.ts';
import { parseH264Sps } from '../media/h264-sps.ts';
import { parseH265Sps } from '../media/h265-sps.ts';
import type { AudioTrack, ParameterSets, Track, VideoTrack } from '../media/track.ts';
import type { AacLayout } from '../rtp/audio-depacketiser.ts';

export const maxMediaSections = 16;
export const maxSdpLines = 2000;

export interface MediaSection {
  readonly track: Track;
  readonly payloadType: number;
  /** As written: absolute, relative, or '' for the aggregate. */
  readonly control: string;
  readonly aac: AacLayout | null;
}

export interface SessionDescription {
  /** The session's own control attribute, or ''. */
  readonly control: string;
  /** The first video and the first audio section that can be stored. */
  readonly media: readonly MediaSection[];
}

interface RawMedia {
  readonly kind: string;
  readonly payloadTypes: readonly number[];
  readonly attributes: string[];
}

/** Throws LiuhenError RTSP_DESCRIPTION when it is no SDP at all; unknown lines and media are passed over. */
export function parseSdp(text: string): SessionDescription {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.length > maxSdpLines) throw new LiuhenError('RTSP_DESCRIPTION', { why: `${lines.length} lines` });
  const session: string[] = [];
  const media: RawMedia[] = [];
  let seen = false;
  for (const line of lines) {
    if (!/^[a-z]=/.test(line)) continue;
    seen = true;
    const value = line.slice(2).trim();
    if (line.startsWith('m=')) {
      const [kind = '', , , ...types] = value.split(/\s+/);
      if (media.length >= maxMediaSections) break;
      media.push({ kind, payloadTypes: types.map(Number).filter(Number.isInteger), attributes: [] });
    } else if (line.startsWith('a=')) (media.at(-1)?.attributes ?? session).push(value);
  }
  if (!seen) throw new LiuhenError('RTSP_DESCRIPTION', { why: 'it holds no line of the form x=…' });
  const found: MediaSection[] = [];
  for (const raw of media) {
    const section = toSection(raw);
    if (section !== null && !found.some((other) => other.track.kind === section.track.kind))
      found.push(section);
  }
  found.sort((a, b) => (a.track.kind === b.track.kind ? 0 : a.track.kind === 'video' ? -1 : 1));
  return { control: attribute(session, 'control') ?? '', media: found };
}

function toSection(raw: RawMedia): MediaSection | null {
  if (raw.kind !== 'video' && raw.kind !== 'audio') return null;
  for (const payloadType of raw.payloadTypes) {
    const rtpmap = attribute(raw.attributes, `rtpmap:${payloadType}`, ' ') ?? staticMap[payloadType];
    if (rtpmap === undefined) continue;
    const [encoding = '', rate = '', channels = ''] = rtpmap.trim().split('/');
    const fmtp = parameters(attribute(raw.attributes, `fmtp:${payloadType}`, ' ') ?? '');
    const clockRate = Number(rate);
    if (!Number.isInteger(clockRate) || clockRate < 1 || clockRate > 768_000) continue;
    const track = toTrack(
      encoding.toUpperCase(),
      clockRate,
      Math.min(8, Math.max(1, Number(channels) || 1)),
      fmtp,
    );
    if (track === null || track.kind !== raw.kind) continue;
    const control = attribute(raw.attributes, 'control') ?? '';
    return {
      track,
      payloadType,
      control,
      aac: track.kind === 'audio' && track.codec === 'aac' ? aacLayout(fmtp, track) : null,
    };
  }
  return null;
}

/** RFC 3551 §6 table 4. */
const staticMap: Readonly<Record<number, string>> = { 0: 'PCMU/8000', 8: 'PCMA/8000' };

function toTrack(
  encoding: string,
  clockRate: number,
  channels: number,
  fmtp: ReadonlyMap<string, string>,
): Track | null {
  switch (encoding) {
    case 'H264':
      return withParameterSets(
        emptyVideo('h264', clockRate),
        h264Sets(fmtp.get('sprop-parameter-sets') ?? ''),
      );
    case 'H265':
    case 'HEVC':
      return withParameterSets(emptyVideo('h265', clockRate), {
        vps: base64List(fmtp.get('sprop-vps')),
        sps: base64List(fmtp.get('sprop-sps')),
        pps: base64List(fmtp.get('sprop-pps')),
      });
    case 'PCMA':
    case 'PCMU': {
      const codec = encoding === 'PCMA' ? 'pcma' : 'pcmu';
      return { kind: 'audio', codec, clockRate, sampleRate: clockRate, channels, config: new Uint8Array() };
    }
    case 'MPEG4-GENERIC': {
      const config = Buffer.from(fmtp.get('config') ?? '', 'hex');
      if (config.length < 2 || config.length > 64) return null;
      const stated = (config[1]! >> 3) & 0x0f;
      return {
        kind: 'audio',
        codec: 'aac',
        clockRate,
        sampleRate: clockRate,
        channels: stated || channels,
        config,
      };
    }
    case 'OPUS':
      return {
        kind: 'audio',
        codec: 'opus',
        clockRate: 48_000,
        sampleRate: 48_000,
        channels: 2,
        config: new Uint8Array(),
      };
    default:
      return null;
  }
}

function emptyVideo(codec: 'h264' | 'h265', clockRate: number): VideoTrack {
  return {
    kind: 'video',
    codec,
    clockRate,
    parameterSets: { vps: [], sps: [], pps: [] },
    width: 0,
    height: 0,
    reorderDepth: 0,
  };
}

/** The track with these sets and what the SPS says; sets that cannot be read leave it without. */
export function withParameterSets(track: VideoTrack, parameterSets: ParameterSets): VideoTrack {
  const sps = parameterSets.sps[0];
  if (sps === undefined || parameterSets.pps.length === 0) return track;
  if (track.codec === 'h265' && parameterSets.vps.length === 0) return track;
  try {
    const { width, height, reorderDepth } = track.codec === 'h264' ? parseH264Sps(sps) : parseH265Sps(sps);
    return { ...track, parameterSets, width, height, reorderDepth };
  } catch (error) {
    if (error instanceof LiuhenError && error.code === 'MEDIA_PARAMETER_SET') return track; // in-band ones may be better
    throw error;
  }
}

function h264Sets(sprop: string): ParameterSets {
  const sets = base64List(sprop);
  return {
    vps: [],
    sps: sets.filter((set) => (set[0]! & 0x1f) === 7),
    pps: sets.filter((set) => (set[0]! & 0x1f) === 8),
  };
}

function base64List(text: string | undefined): Uint8Array[] {
  return (text ?? '')
    .split(',')
    .map((part) => Buffer.from(part.trim(), 'base64'))
    .filter((set) => set.length > 1 && set.length <= 16_384)
    .slice(0, 8);
}

function aacLayout(fmtp: ReadonlyMap<string, string>, track: AudioTrack): AacLayout {
  const number = (name: string, otherwise: number): number => {
    const value = Number(fmtp.get(name) ?? otherwise);
    return Number.isInteger(value) && value >= 0 && value <= 32 ? value : otherwise;
  };
  // frameLengthFlag of GASpecificConfig (ISO/IEC 14496-3 §4.4.1) stands behind the 4-bit channel configuration.
  const short = track.config.length >= 2 && (track.config[1]! & 0x04) !== 0;
  return {
    sizeLength: number('sizelength', 13),
    indexLength: number('indexlength', 3),
    indexDeltaLength: number('indexdeltalength', 3),
    samplesPerFrame: short ? 960 : 1024,
  };
}

function attribute(attributes: readonly string[], name: string, separator = ':'): string | undefined {
  const start = name.toLowerCase() + separator;
  return attributes
    .find((a) => a.toLowerCase().startsWith(start))
    ?.slice(start.length)
    .trim();
}

function parameters(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) found.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return found;
}
