// The one clock of a camera: takes the next picture and sound when they are due and hands ready-made bytes to
// every client that plays. The schedule is reckoned from its beginning, so it catches up and never drifts.
// Who plays, and over what, is left to the RTSP server.
import { randomBytes } from 'node:crypto';
import { monotonicTime, wallTime } from '../../config/clock.ts';
import { encodeFrameStamp } from '../../protocols/media/frame-stamp.ts';
import type { VideoCodec } from '../../protocols/media/track.ts';
import { isParameterSet } from '../media/annex-b.ts';
import type { AudioClip, VideoClip } from '../media/clips.ts';
import { maxSentEntries, Ring, type Facts, type MediaItem } from './behaviour.ts';
import { aacPayload, senderReport, videoPayloads, writePacket } from './rtp-packets.ts';

export const videoPayloadType = 96;
/** RFC 3551 §6: PCMU 0, PCMA 8; the others are dynamic. */
export const audioPayloadTypes = { pcmu: 0, pcma: 8, aac: 97, opus: 98 } as const;
/** How often a sender report goes out per track, in milliseconds (RFC 3550 §6.2 asks for about five seconds). */
export const senderReportEveryMs = 2000;
/** Media that is later than this is passed over: the process slept. */
const maxLagMs = 2000;

export interface SentFrame {
  /** The number inside the bit stream. */
  readonly frame: number;
  readonly key: boolean;
  readonly captureWallMs: number;
  readonly captureMonoMs: number;
  /** The RTP stamp, 32 bits. */
  readonly timestamp: number;
  /** First and last sequence number, 16 bits each. */
  readonly sequences: readonly [number, number];
}

export interface DroppedPacket {
  readonly kind: 'video' | 'audio';
  readonly sequence: number;
  /** The number of the picture it belonged to; -1 for audio. */
  readonly frame: number;
}

/** Someone who plays. Channels are those of the interleaving, or null for a track that is not set up. */
export interface Player {
  readonly videoChannel: number | null;
  readonly audioChannel: number | null;
  /** False until the first key picture has gone out to it. */
  started: boolean;
  /**
   * Interleaved frames, whole, one call per picture or sound. Channels already are the player's own. Junk goes in
   * front of them on a connection; datagrams have no place for it.
   */
  media(bytes: Buffer, packets: readonly PacketPlace[], kind: 'video' | 'audio', junk: Buffer | null): void;
  report(kind: 'video' | 'audio', packet: Buffer): void;
}

/** Where a packet's RTP bytes are inside the buffer (behind the four bytes of framing). */
export interface PacketPlace {
  readonly from: number;
  readonly to: number;
}

interface Source {
  ssrc: number;
  sequence: number;
  /** The stamp of media time 0. */
  base: number;
  packets: number;
  octets: number;
}

export interface PumpHooks {
  facts(): Facts;
  media(item: MediaItem): MediaItem | null;
  drop(kind: 'video' | 'audio', sequence: number): boolean;
  junk(): Buffer | null;
}

export class MediaPump {
  readonly sent = new Ring<SentFrame>(maxSentEntries);
  readonly dropped = new Ring<DroppedPacket>(maxSentEntries);
  readonly players = new Set<Player>();
  readonly #hooks: PumpHooks;
  readonly #startMono = monotonicTime();
  readonly #video: Source;
  readonly #audio: Source;
  // Payloads by picture, made once: the stamp is the only thing that differs between loops.
  readonly #payloads = new Map<VideoClip, (readonly Buffer[] | undefined)[]>();
  #timer: NodeJS.Timeout | undefined;
  #nextVideo = 0;
  #nextAudio = 0;
  #lastReportMono = 0;
  #clip: VideoClip;
  #clipStart = 0;
  #number = 0;

  constructor(hooks: PumpHooks, start: { stamp?: number } = {}) {
    this.#hooks = hooks;
    this.#clip = hooks.facts().video;
    this.#video = newSource(start.stamp);
    this.#audio = newSource(start.stamp);
  }

  add(player: Player): void {
    this.players.add(player);
    if (this.#timer === undefined) {
      // Nobody looked since the last player left: time has gone on without pictures being made.
      this.#skipTo(this.#elapsed());
      this.#schedule();
    }
  }

  remove(player: Player): void {
    this.players.delete(player);
    if (this.players.size === 0) this.stop();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  renew(): void {
    Object.assign(this.#video, newSource());
    Object.assign(this.#audio, newSource());
  }

  jumpStamps(byMs: number): void {
    this.#video.base += Math.round(byMs * 90);
    this.#audio.base += Math.round((byMs * (this.#hooks.facts().audio?.clockRate ?? 8000)) / 1000);
  }

  ssrc(kind: 'video' | 'audio'): number {
    return kind === 'video' ? this.#video.ssrc : this.#audio.ssrc;
  }

  #elapsed(): number {
    return monotonicTime() - this.#startMono;
  }

  #skipTo(elapsedMs: number): void {
    const facts = this.#hooks.facts();
    const skipped = Math.max(0, Math.ceil((elapsedMs * facts.video.fps) / 1000) - this.#nextVideo);
    this.#nextVideo += skipped;
    this.#number += skipped;
    if (facts.audio)
      this.#nextAudio = Math.ceil((elapsedMs * facts.audio.clockRate) / facts.audio.ticks / 1000);
  }

  #schedule(): void {
    const { video, audio } = this.#hooks.facts();
    const nextVideoMs = (this.#nextVideo * 1000) / video.fps;
    const nextAudioMs = audio ? (this.#nextAudio * audio.ticks * 1000) / audio.clockRate : Infinity;
    // Sounds wait for the picture when one comes within a few milliseconds: half the wake-ups.
    const due = nextVideoMs - nextAudioMs < 8 ? nextVideoMs : nextAudioMs;
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, Math.min(due, nextVideoMs) - this.#elapsed()));
  }

  #tick(): void {
    const facts = this.#hooks.facts();
    const elapsed = this.#elapsed();
    if (elapsed - (this.#nextVideo * 1000) / facts.video.fps > maxLagMs) this.#skipTo(elapsed);
    if (facts.senderReports && elapsed - this.#lastReportMono >= senderReportEveryMs)
      this.#reports(facts, elapsed);
    while ((this.#nextVideo * 1000) / facts.video.fps <= elapsed) this.#sendVideo(facts);
    const { audio } = facts;
    while (audio && (this.#nextAudio * audio.ticks * 1000) / audio.clockRate <= elapsed)
      this.#sendAudio(audio);
    if (this.players.size > 0) this.#schedule();
  }

  #sendVideo(facts: Facts): void {
    const index = this.#nextVideo++;
    const frame = this.#number++;
    if (facts.video !== this.#clip) {
      this.#clip = facts.video;
      this.#clipStart = index;
    }
    const clip = this.#clip;
    const place = (index - this.#clipStart) % clip.pictures.length;
    const picture = clip.pictures[place]!;
    const shownAt = index - place + clip.order[place]! - clip.reorderDelay;
    const captureMs = (shownAt * 1000) / clip.fps;
    const captureMonoMs = this.#startMono + captureMs;
    const captureWallMs = wallTime() - (monotonicTime() - captureMonoMs) + facts.clockSkewMs;
    const item = this.#hooks.media({ kind: 'video', key: picture.key, units: picture.nals });
    if (item === null) {
      // A camera that loses its key pictures still sends what follows them.
      if (picture.key) for (const player of this.players) player.started = true;
      return;
    }
    const stamp = encodeFrameStamp(clip.codec, { frame, wallMs: captureWallMs, monoMs: captureMonoMs });
    const payloads = this.#stamped(clip, place, item.units === picture.nals ? null : item.units, stamp);
    const timestamp = (this.#video.base + Math.round(captureMs * 90)) >>> 0;
    const first = this.#video.sequence;
    this.#send('video', payloads, this.#video, videoPayloadType, timestamp, true, item.key, frame);
    const last = (this.#video.sequence - 1) & 0xffff;
    this.sent.push({
      frame,
      key: item.key,
      captureWallMs,
      captureMonoMs,
      timestamp,
      sequences: [first, last],
    });
  }

  /** The picture's payloads with the stamp in a packet of its own behind the parameter sets. */
  #stamped(
    clip: VideoClip,
    place: number,
    changed: readonly Buffer[] | null,
    stamp: Buffer,
  ): readonly Buffer[] {
    if (changed) return stampedPayloads(clip.codec, changed, stamp);
    let all = this.#payloads.get(clip);
    if (!all) {
      // Two clips at most: that of the spec and that of a fault.
      if (this.#payloads.size >= 2) this.#payloads.clear();
      this.#payloads.set(clip, (all = []));
    }
    const nals = clip.pictures[place]!.nals;
    const ready = (all[place] ??= stampedPayloads(clip.codec, nals, Buffer.alloc(0)));
    return ready.map((payload) => (payload.length === 0 ? stamp : payload));
  }

  #sendAudio(audio: AudioClip): void {
    const index = this.#nextAudio++;
    const frame = audio.frames[index % audio.frames.length]!;
    const item = this.#hooks.media({ kind: 'audio', key: true, units: [frame] });
    if (item === null) return;
    const payload = audio.codec === 'aac' ? aacPayload(item.units[0]!) : item.units[0]!;
    const timestamp = (this.#audio.base + index * audio.ticks) >>> 0;
    // AAC: the packet holds a whole frame (RFC 3640 §3.1). G.711: the marker is for talk spurts, never set.
    const marker = audio.codec === 'aac';
    this.#send('audio', [payload], this.#audio, audioPayloadTypes[audio.codec], timestamp, marker, true, -1);
  }

  #send(
    kind: 'video' | 'audio',
    payloads: readonly Buffer[],
    source: Source,
    payloadType: number,
    timestamp: number,
    marker: boolean,
    key: boolean,
    frame: number,
  ): void {
    const bytes = Buffer.allocUnsafe(payloads.reduce((sum, payload) => sum + payload.length + 16, 0));
    const places: PacketPlace[] = [];
    let at = 0;
    payloads.forEach((payload, index) => {
      const sequence = source.sequence;
      source.sequence = (sequence + 1) & 0xffff;
      if (this.#hooks.drop(kind, sequence)) {
        this.dropped.push({ kind, sequence, frame });
        return;
      }
      source.packets += 1;
      source.octets += payload.length;
      const last = marker && index === payloads.length - 1;
      const fields = { payloadType, marker: last, sequence, timestamp, ssrc: source.ssrc };
      const end = writePacket(bytes, at, 0, fields, payload);
      places.push({ from: at + 4, to: end });
      at = end;
    });
    const used = bytes.subarray(0, at);
    const junk = this.#hooks.junk();
    let channel = 0;
    for (const player of this.players) {
      if (kind === 'video' && key) player.started = true;
      const wanted = kind === 'video' ? player.videoChannel : player.audioChannel;
      // A player without video need not wait for a picture.
      if (wanted === null || (!player.started && player.videoChannel !== null)) continue;
      let own = used;
      if (wanted !== channel) {
        // The bytes may still be queued for another player: only the first channel is written in place.
        own = channel === 0 && player === firstOf(this.players) ? used : Buffer.from(used);
        for (const { from } of places) own[from - 3] = wanted;
        if (own === used) channel = wanted;
      }
      player.media(own, places, kind, junk);
    }
  }

  #reports(facts: Facts, elapsed: number): void {
    this.#lastReportMono = elapsed;
    const wallMs = wallTime() + facts.clockSkewMs;
    for (const kind of ['video', 'audio'] as const) {
      const source = kind === 'video' ? this.#video : this.#audio;
      const rate = kind === 'video' ? 90_000 : facts.audio?.clockRate;
      if (rate === undefined || source.packets === 0) continue;
      const timestamp = (source.base + Math.round((elapsed * rate) / 1000)) >>> 0;
      const packet = senderReport({ ...source, wallMs, timestamp });
      for (const player of this.players) {
        const wanted = kind === 'video' ? player.videoChannel : player.audioChannel;
        if (wanted !== null) player.report(kind, packet);
      }
    }
  }
}

function firstOf(players: Iterable<Player>): Player | undefined {
  for (const player of players) return player;
  return undefined;
}

function stampedPayloads(codec: VideoCodec, nals: readonly Buffer[], stamp: Buffer): Buffer[] {
  // SEI stands before the first slice and behind the parameter sets (H.264 §7.4.1.2.3, H.265 §7.4.2.4.4).
  const sets = nals.filter((nal) => isParameterSet(codec, nal));
  const rest = nals.filter((nal) => !isParameterSet(codec, nal));
  return [...videoPayloads(codec, sets), stamp, ...videoPayloads(codec, rest)];
}

function newSource(stamp?: number): Source {
  const random = randomBytes(12);
  return {
    ssrc: random.readUInt32BE(0),
    sequence: random.readUInt16BE(4),
    base: stamp ?? random.readUInt32BE(6),
    packets: 0,
    octets: 0,
  };
}
