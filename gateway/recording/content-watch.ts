// Looks at what a camera sends without decoding it, and names what is wrong with it (P1).
// Heuristics: a picture stands still when, for `frozenMs`, every slice of the pictures between key pictures is
// at most `skipSliceBytes` (all macroblocks skipped) and key pictures are within 2 % of the one before in size
// (cameras without noise do not exist; a frozen sensor behind a working encoder looks like this). G.711 is
// silent when no sample is louder than about -60 dBFS; AAC when every frame is of the size of digital silence.
import type { Frame, Track } from '../../protocols/media/track.ts';
import type { Degradation, TrackKind } from './recorder-protocol.ts';

export const noFrameMs = 5000;
/**
 * Key pictures that stay away for this long, and for three times as long as they ever did on this connection, are
 * missing: what comes leans on one that never came. Cameras that space them out by the scene get this much leave.
 */
export const noKeyMs = 15_000;
export const frozenMs = 5000;
export const silentMs = 10_000;
export const skipSliceBytes = 64;
export const silentAacBytes = 24;
/** The bit rate of the last seconds is compared with that of the time before. */
export const fallenShare = 0.2;
/** Seconds of history before a fall is believed. */
export const rateHistorySeconds = 30;

const lines: readonly (readonly [Degradation, TrackKind])[] = [
  ['no-decodable-frame', 'video'],
  ['parameter-sets-lost', 'video'],
  ['picture-frozen', 'video'],
  ['bit-rate-fallen', 'video'],
  ['no-sound', 'audio'],
  ['sound-silent', 'audio'],
];

export class ContentWatch {
  readonly #onChange: (kind: TrackKind, what: Degradation, holds: boolean) => void;
  readonly #holds = new Set<Degradation>();
  #tracks: readonly Track[] = [];
  #needsAudio: boolean;
  #since: number;
  #lastVideo: number;
  #lastAudio: number;
  #lastMoved: number;
  #lastLoud: number;
  #lastKeyBytes = 0;
  #lastKey: number;
  #longestKeyMs = 0;
  #sawKey = false;
  #bytes = 0;
  #seconds = 0;
  #short = 0;
  #long = 0;

  constructor(
    needsAudio: boolean,
    nowMs: number,
    onChange: (kind: TrackKind, what: Degradation, holds: boolean) => void,
  ) {
    this.#needsAudio = needsAudio;
    this.#onChange = onChange;
    this.#since = this.#lastVideo = this.#lastAudio = this.#lastMoved = this.#lastLoud = nowMs;
    this.#lastKey = nowMs;
  }

  degraded(kind: TrackKind): Degradation[] {
    return lines.filter(([what, of]) => of === kind && this.#holds.has(what)).map(([what]) => what);
  }

  /** A new connection or new parameter sets: measuring begins again. */
  onTracks(tracks: readonly Track[], nowMs: number): void {
    this.#tracks = tracks;
    this.#lastKey = nowMs;
    this.#longestKeyMs = 0;
    this.#sawKey = false;
    this.#since = this.#lastMoved = this.#lastLoud = nowMs;
    this.#seconds = this.#short = this.#long = this.#bytes = 0;
  }

  /** A whole frame; `decodable` when nothing that it leans on is missing. */
  onFrame(frame: Frame, decodable = true): void {
    const at = frame.arrivalMonoMs;
    const track = this.#tracks.find(({ kind }) => kind === frame.kind);
    if (frame.kind === 'video') {
      if (frame.key) {
        if (this.#sawKey) this.#longestKeyMs = Math.max(this.#longestKeyMs, at - this.#lastKey);
        this.#sawKey = true;
        this.#lastKey = at;
      }
      if (decodable) this.#lastVideo = at;
      this.#bytes += frame.data.length;
      if (this.#moves(frame, track)) this.#lastMoved = at;
    } else {
      this.#lastAudio = at;
      if (track && isLoud(frame.data, track.codec)) this.#lastLoud = at;
    }
  }

  /** False when key pictures have stayed away for so long that what comes cannot be trusted to decode. */
  keysCome(nowMs: number): boolean {
    return nowMs - this.#lastKey <= Math.max(noKeyMs, 3 * this.#longestKeyMs);
  }

  /** Once a second. Nothing is said of the content while the stream is down: that is a gap. */
  tick(nowMs: number, playing: boolean): void {
    const video = this.#tracks.find(({ kind }) => kind === 'video');
    const audio = this.#tracks.some(({ kind }) => kind === 'audio');
    if (!playing) {
      this.#since = this.#lastMoved = this.#lastLoud = this.#lastKey = nowMs;
      this.#sawKey = false;
      return;
    }
    const quiet = (last: number, limit: number): boolean => nowMs - Math.max(last, this.#since) > limit;
    const noPicture = video !== undefined && (quiet(this.#lastVideo, noFrameMs) || !this.keysCome(nowMs));
    const setsMissing =
      video?.kind === 'video' &&
      (video.parameterSets.sps.length === 0 || video.parameterSets.pps.length === 0);
    const noSound = (audio || this.#needsAudio) && quiet(this.#lastAudio, noFrameMs);
    this.#measure();
    this.#set('no-decodable-frame', noPicture);
    this.#set('parameter-sets-lost', setsMissing && quiet(this.#since, noFrameMs));
    this.#set('picture-frozen', !noPicture && video !== undefined && quiet(this.#lastMoved, frozenMs));
    this.#set(
      'bit-rate-fallen',
      this.#seconds > rateHistorySeconds && this.#short < this.#long * fallenShare,
    );
    this.#set('no-sound', noSound);
    this.#set('sound-silent', !noSound && audio && quiet(this.#lastLoud, silentMs));
  }

  #measure(): void {
    this.#seconds += 1;
    this.#short += (this.#bytes - this.#short) / Math.min(5, this.#seconds);
    // While it has fallen the memory of better days stands still.
    if (!this.#holds.has('bit-rate-fallen'))
      this.#long += (this.#bytes - this.#long) / Math.min(60, this.#seconds);
    this.#bytes = 0;
  }

  #moves(frame: Frame, track: Track | undefined): boolean {
    const { data } = frame;
    if (frame.key) {
      const before = this.#lastKeyBytes;
      this.#lastKeyBytes = data.length;
      return Math.abs(data.length - before) > before * 0.02;
    }
    const h265 = track?.codec === 'h265';
    for (let at = 0; at + 4 < data.length; ) {
      const length =
        ((data[at] ?? 0) << 24) |
        ((data[at + 1] ?? 0) << 16) |
        ((data[at + 2] ?? 0) << 8) |
        (data[at + 3] ?? 0);
      const first = data[at + 4] ?? 0;
      const isSlice = h265 ? ((first >> 1) & 0x3f) < 32 : (first & 0x1f) >= 1 && (first & 0x1f) <= 5;
      if (isSlice && length > skipSliceBytes) return true;
      if (length <= 0) break;
      at += 4 + length;
    }
    return false;
  }

  #set(what: Degradation, holds: boolean): void {
    if (holds === this.#holds.has(what)) return;
    if (holds) this.#holds.add(what);
    else this.#holds.delete(what);
    this.#onChange(what === 'no-sound' || what === 'sound-silent' ? 'audio' : 'video', what, holds);
  }
}

/** Any sample of segment 2 or above (ITU-T G.711 tables 1 and 2), about -60 dBFS. Opus is never called silent. */
function isLoud(data: Uint8Array, codec: Track['codec']): boolean {
  if (codec === 'aac') return data.length > silentAacBytes;
  if (codec !== 'pcma' && codec !== 'pcmu') return true;
  const flip = codec === 'pcma' ? 0x55 : 0xff;
  for (const byte of data) if (((byte ^ flip) & 0x7f) >= 0x10) return true;
  return false;
}
