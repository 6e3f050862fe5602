// One RTP track from packets to frames: order, loss, stamps, sender reports. The hot path of the recorder: no
// object is made per packet.
import { monotonicTime, wallTime } from '../../config/clock.ts';
import { FrameArena, type ArenaFrame, type BlockPool } from '../../protocols/media/frame-arena.ts';
import type { Frame, ParameterSets, VideoTrack } from '../../protocols/media/track.ts';
import { AudioDepacketiser } from '../../protocols/rtp/audio-depacketiser.ts';
import { rtpPayload } from '../../protocols/rtp/rtp-packet.ts';
import {
  SequenceTracker,
  StampUnwrapper,
  sequenceLate,
  sequenceRestarted,
} from '../../protocols/rtp/sequence-tracker.ts';
import { VideoDepacketiser } from '../../protocols/rtp/video-depacketiser.ts';
import { withParameterSets, type MediaSection } from '../../protocols/rtsp/sdp.ts';
import type { PacketLoss, StreamListener } from './media-stream.ts';

/** A stamp that moves by more than this, in seconds, in one step is a jump: a new run, not a pause. */
const stampJumpSeconds = 10;
/** NTP counts from 1900 (RFC 5905 §6). */
const ntpOffsetSeconds = 2_208_988_800;

export class TrackReceiver {
  readonly kind: 'video' | 'audio';
  readonly section: MediaSection;
  readonly #listener: StreamListener;
  readonly #tracksChanged: () => void;
  readonly #sequence = new SequenceTracker();
  readonly #stamps = new StampUnwrapper();
  readonly #video: VideoDepacketiser | null;
  readonly #audio: AudioDepacketiser | null;
  readonly #newSets: { vps: Uint8Array | null; sps: Uint8Array | null; pps: Uint8Array | null } = {
    vps: null,
    sps: null,
    pps: null,
  };
  #track: MediaSection['track'];
  #ssrc = -1;
  #lost = 0;
  #lastStamp: number | null = null;
  #jump = 0;
  /** Smallest difference seen between arrival and media time, in ms: the delay of the quickest packet. */
  #offsetMs = Number.POSITIVE_INFINITY;
  #readMono = 0;
  #readWall = 0;
  // For receiver reports (RFC 3550 §6.4.2).
  received = 0;
  lostTotal = 0;
  highest = 0;
  lastReportNtp = 0;
  lastReportMono = 0;

  constructor(section: MediaSection, pool: BlockPool, listener: StreamListener, tracksChanged: () => void) {
    this.section = section;
    this.kind = section.track.kind;
    this.#track = section.track;
    this.#listener = listener;
    this.#tracksChanged = tracksChanged;
    const arena = new FrameArena(pool);
    this.#video =
      section.track.kind === 'video'
        ? new VideoDepacketiser(section.track.codec, arena, {
            accessUnit: (unit) => this.#accessUnit(unit.bytes, unit.stamp, unit.key, unit.whole),
            parameterSet: (kind, nal) => this.#parameterSet(kind, nal),
            tooLarge: () => this.#tell('frame-too-large', 0),
          })
        : null;
    this.#audio =
      section.track.kind === 'audio'
        ? new AudioDepacketiser(section.aac, arena, {
            audioFrame: (bytes, stamp, whole) =>
              this.#emit(bytes, this.#stamps.next(stamp >>> 0), true, whole),
            tooLarge: () => this.#tell('frame-too-large', 0),
          })
        : null;
  }

  get track(): MediaSection['track'] {
    return this.#track;
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  /** Both clocks of the read that the following packets came with. */
  beginRead(monoMs: number, wallMs: number): void {
    this.#readMono = monoMs;
    this.#readWall = wallMs;
  }

  rtp(bytes: Buffer, from: number, to: number): void {
    const payload = rtpPayload(bytes, from, to);
    if (payload < 0) return;
    if ((bytes[from + 1]! & 0x7f) !== this.section.payloadType) return;
    const ssrc = bytes.readUInt32BE(from + 8);
    if (ssrc !== this.#ssrc) this.#newSource(ssrc);
    const sequence = bytes.readUInt16BE(from + 2);
    const lost = this.#sequence.next(sequence);
    if (lost === sequenceLate) return;
    this.received += 1;
    this.highest = sequence;
    if (lost > 0) {
      this.lostTotal += lost;
      this.#lost += lost;
      this.#tell('lost-packets', lost);
    } else if (lost === sequenceRestarted) this.#restart('stamp-jump');
    const stamp = bytes.readUInt32BE(from + 4);
    this.#checkJump(stamp);
    const begin = Math.floor(payload / 65_536);
    const end = begin + (payload & 0xffff);
    if (this.#video !== null)
      this.#video.push(bytes, begin, end, stamp, (bytes[from + 1]! & 0x80) !== 0, lost !== 0);
    else this.#audio?.push(bytes, begin, end, stamp, lost !== 0);
  }

  /** Compound RTCP: only sender reports matter here (RFC 3550 §6.4.1). */
  rtcp(bytes: Buffer, from: number, to: number): void {
    let at = from;
    while (at + 8 <= to) {
      const length = (bytes.readUInt16BE(at + 2) + 1) * 4;
      if (bytes[at]! >> 6 !== 2 || at + length > to) return;
      if (bytes[at + 1] === 200 && length >= 28) this.#senderReport(bytes, at);
      at += length;
    }
  }

  reset(): void {
    this.#video?.reset();
    this.#audio?.reset();
  }

  junk(): void {
    this.#video?.lose();
    this.#tell('junk-between-frames', 0);
  }

  #senderReport(bytes: Buffer, at: number): void {
    const seconds = bytes.readUInt32BE(at + 8);
    const fraction = bytes.readUInt32BE(at + 12);
    this.lastReportNtp = (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
    this.lastReportMono = monotonicTime();
    if (seconds === 0) return; // a sender without a clock says 0 (§6.4.1)
    this.#listener.onSenderReport({
      kind: this.kind,
      senderWallMs: (seconds - ntpOffsetSeconds) * 1000 + (fraction / 2 ** 32) * 1000,
      rtpTime: this.#stamps.near(bytes.readUInt32BE(at + 16)),
      arrivalMonoMs: this.lastReportMono,
      arrivalWallMs: wallTime(),
    });
  }

  #newSource(ssrc: number): void {
    const first = this.#ssrc === -1;
    this.#ssrc = ssrc;
    if (!first) this.#restart('new-ssrc');
  }

  /** The sender began anew: what is being built is torn, and stamps have no relation to those before. */
  #restart(cause: PacketLoss['cause']): void {
    this.reset();
    this.#sequence.reset();
    this.#lastStamp = null;
    this.#jump = 0;
    this.#stamps.reset();
    this.#offsetMs = Number.POSITIVE_INFINITY;
    this.#tell(cause, 0);
    this.#tracksChanged();
  }

  /** Stamps that leap have no relation to the time that passed; a pause of the sender has. */
  #checkJump(stamp: number): void {
    const last = this.#lastStamp;
    this.#lastStamp = stamp;
    if (last === null) {
      this.#jump = this.#readMono;
      return;
    }
    const moved = ((stamp - last) | 0) / this.#track.clockRate;
    const passed = (this.#readMono - this.#jump) / 1000;
    this.#jump = this.#readMono;
    if (Math.abs(moved - passed) > stampJumpSeconds) {
      this.#restart('stamp-jump');
      this.#lastStamp = stamp;
      this.#jump = this.#readMono;
    }
  }

  #parameterSet(kind: 'vps' | 'sps' | 'pps', nal: Buffer): void {
    if (this.#track.kind !== 'video') return;
    const known = this.#newSets[kind] ?? this.#track.parameterSets[kind][0];
    if (known !== undefined && nal.equals(known)) return;
    this.#newSets[kind] = Buffer.from(nal);
  }

  #applySets(track: VideoTrack): void {
    const { vps, sps, pps } = this.#newSets;
    if (vps === null && sps === null && pps === null) return;
    const old = track.parameterSets;
    const sets: ParameterSets = {
      vps: vps === null ? old.vps : [vps],
      sps: sps === null ? old.sps : [sps],
      pps: pps === null ? old.pps : [pps],
    };
    this.#newSets.vps = null;
    this.#newSets.sps = null;
    this.#newSets.pps = null;
    const changed = withParameterSets(track, sets);
    if (changed === track) return;
    this.#track = changed;
    this.#tracksChanged();
  }

  #accessUnit(bytes: ArenaFrame, stamp: number, key: boolean, whole: boolean): void {
    // New parameter sets take effect with the key frame behind them.
    if (key && this.#track.kind === 'video') this.#applySets(this.#track);
    this.#emit(bytes, this.#stamps.next(stamp), key, whole);
  }

  #emit(bytes: ArenaFrame, rtpTime: number, key: boolean, whole: boolean): void {
    const mediaMs = (rtpTime / this.#track.clockRate) * 1000;
    // The quickest packet tells best when frames leave the camera: reading in batches then blurs nothing. The
    // offset creeps up a little with each frame, so that a drifting camera clock is followed.
    this.#offsetMs = Math.min(this.#offsetMs + 0.01, this.#readMono - mediaMs);
    const arrivalMonoMs = Math.min(this.#readMono, mediaMs + this.#offsetMs);
    const frame: Frame = {
      kind: this.kind,
      data: bytes.data,
      rtpTime,
      key,
      lostBefore: this.#lost,
      whole,
      arrivalMonoMs,
      arrivalWallMs: this.#readWall - (this.#readMono - arrivalMonoMs),
      release: bytes.release,
    };
    this.#lost = 0;
    this.#listener.onFrame(frame);
  }

  #tell(cause: PacketLoss['cause'], packets: number): void {
    this.#listener.onLoss({
      kind: this.kind,
      packets,
      cause,
      atMonoMs: this.#readMono,
      atWallMs: this.#readWall,
    });
  }
}
