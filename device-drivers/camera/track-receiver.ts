// One RTP track from packets to frames: order, loss, stamps, sender reports. The hot path of the recorder: no
// object is made per packet.
import { monotonicTime, wallTime } from '../../config/clock.ts';
import { FrameArena, type ArenaFrame, type BlockPool } from '../../protocols/media/frame-arena.ts';
import { sameSets, withSet } from '../../protocols/media/parameter-sets.ts';
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
/** Stamps that fall behind the time that passes by this many milliseconds are looked at. */
const stampLagMs = 10_000;
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
  /** What came in band since the last key frame. */
  #newSets: ParameterSets | null = null;
  #track: MediaSection['track'];
  #ssrc = -1;
  #lost = 0;
  #lastStamp: number | null = null;
  #jump = 0;
  /** Smallest difference seen between arrival and media time, in ms: the delay of the quickest packet. */
  #offsetMs = Number.POSITIVE_INFINITY;
  /** Where stamps and time were last put together: media and monotonic time, in ms. */
  #anchor: readonly [number, number] | null = null;
  /** The camera's stamps do not move with the time: frames get the time of their reading. */
  #ownStamps = false;
  #ownTime = 0;
  /** Stamp and arrival of the newest frame; and that the stamps of the sound that comes next have no relation to it. */
  #newest: readonly [number, number] | null = null;
  #goOn = false;
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
            audioFrame: (bytes, stamp, whole) => this.#sound(bytes, stamp >>> 0, whole),
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
    const ssrc = bytes.readUInt32BE(from + 8);
    const sequence = bytes.readUInt16BE(from + 2);
    if ((bytes[from + 1]! & 0x7f) !== this.section.payloadType) {
      // Comfort noise and the like share the source's numbers: not ours, but not lost either (RFC 3550 §5.1).
      if (ssrc === this.#ssrc) this.#sequence.pass(sequence);
      return;
    }
    if (ssrc !== this.#ssrc) this.#newSource(ssrc);
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
    const rtpTime = this.#stamps.near(bytes.readUInt32BE(at + 16));
    // Of the source before or the next one, or of stamps that are not used: it says nothing of the frames that come.
    const apart = this.#newest === null ? 0 : Math.abs(rtpTime - this.#newest[0]) / this.#track.clockRate;
    if (this.#goOn || apart > stampJumpSeconds) return;
    this.#listener.onSenderReport({
      kind: this.kind,
      senderWallMs: (seconds - ntpOffsetSeconds) * 1000 + (fraction / 2 ** 32) * 1000,
      rtpTime,
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
    this.#anchor = null;
    this.#ownStamps = false;
    this.#tell(cause, 0);
    if (this.kind === 'audio') {
      // Each frame of sound stands alone: it goes on by the time that passed, and costs not one picture.
      this.#goOn = this.#newest !== null;
      return;
    }
    this.#stamps.reset();
    this.#newest = null;
    this.#offsetMs = Number.POSITIVE_INFINITY;
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
    const known = this.#newSets ?? this.#track.parameterSets;
    const sets = withSet(known, this.#track.codec, kind, nal);
    if (sets !== known) this.#newSets = sets;
  }

  #applySets(track: VideoTrack): void {
    const sets = this.#newSets;
    this.#newSets = null;
    if (sets === null) return;
    const old = track.parameterSets;
    // Some cameras send their PPS before the SPS, or not again.
    const complete = sets.pps.length === 0 ? { ...sets, pps: old.pps } : sets;
    if (sameSets(complete, old)) return;
    const changed = withParameterSets(track, complete);
    if (changed === track) return;
    this.#track = changed;
    this.#tracksChanged();
  }

  #accessUnit(bytes: ArenaFrame, stamp: number, key: boolean, whole: boolean): void {
    // New parameter sets take effect with the key frame behind them.
    if (key && this.#track.kind === 'video') this.#applySets(this.#track);
    this.#emit(bytes, this.#stamps.next(stamp), key, whole);
  }

  /** Stamps that stand still, or tick at another rate than was said, are no time: ours takes their place. */
  #checkLag(mediaMs: number): void {
    this.#anchor ??= [mediaMs, this.#readMono];
    if (this.#readMono - mediaMs - this.#offsetMs < stampLagMs) return;
    const [fromMedia, fromMono] = this.#anchor;
    // A camera that cannot send as fast as it films lags as well, but it moves.
    this.#ownStamps = mediaMs - fromMedia < (this.#readMono - fromMono) / 4;
    this.#anchor = null;
    this.#offsetMs = Number.POSITIVE_INFINITY;
    if (!this.#ownStamps) return;
    this.#tell('stamp-jump', 0);
    this.#tracksChanged();
  }

  #sound(bytes: ArenaFrame, stamp: number, whole: boolean): void {
    if (this.#goOn && this.#newest !== null) {
      const [rtpTime, monoMs] = this.#newest;
      const passed = Math.round(((this.#readMono - monoMs) * this.#track.clockRate) / 1000);
      this.#stamps.goOn(stamp, rtpTime + Math.max(1, passed));
    }
    this.#goOn = false;
    this.#emit(bytes, this.#stamps.next(stamp), true, whole);
  }

  #emit(bytes: ArenaFrame, stamp: number, key: boolean, whole: boolean): void {
    const { clockRate } = this.#track;
    if (!this.#ownStamps) this.#checkLag((stamp / clockRate) * 1000);
    this.#ownTime = Math.max(this.#ownTime + 1, Math.round((this.#readMono / 1000) * clockRate));
    const rtpTime = this.#ownStamps ? this.#ownTime : stamp;
    const mediaMs = (rtpTime / clockRate) * 1000;
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
    this.#newest = [rtpTime, arrivalMonoMs];
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
