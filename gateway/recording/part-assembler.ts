// Frames in, parts out: the time line of one segment and the part that is being filled. Knows no file; what a
// part becomes is segment-writer.ts's.
import { DecodeTimes } from '../../protocols/mp4/decode-times.ts';
import { encodePartHeader, type PartSample } from '../../protocols/mp4/part-header.ts';
import type { Frame, Track } from '../../protocols/media/track.ts';
import type { HeldFrame } from './held-frame.ts';
import type { At, TrackKind } from './recorder-protocol.ts';
import type { StreamClock } from './stream-clock.ts';

/** Assumed until two frames were seen. */
const firstFrameMs = 40;
/** A part is closed at this size even in mid second; the queue's limit is counted in these. */
export const maxPartBytes = 16 * 1024 * 1024;

interface Waiting {
  readonly held: HeldFrame;
  readonly decode: number;
  readonly present: number;
}

interface Lane {
  readonly track: Track;
  readonly id: number;
  /** The stamp of the segment's first picture; null until the track can be placed against the leading one. */
  anchor: number | null;
  order: DecodeTimes | null;
  samples: PartSample[];
  frames: HeldFrame[];
  baseTime: number;
  nextTime: number;
  /** The newest frame, whose duration is known only when the next one comes. */
  waiting: Waiting | null;
  lastDuration: number;
}

/** A full part before it has a place in a file. */
export interface AssembledPart {
  readonly buffers: readonly Uint8Array[];
  readonly length: number;
  readonly mediaMs: readonly [number, number];
  readonly first: At;
  readonly last: At;
  /** Of the leading track's newest frame; null without one. Behind it a picture is missing when nothing more comes. */
  readonly leadLast: At | null;
  readonly frames: { readonly video: number; readonly audio: number };
  readonly bytes: { readonly video: number; readonly audio: number };
  /** Arrival of the newest decodable frame of each kind; null without one. */
  readonly newest: Readonly<Record<TrackKind, number | null>>;
  readonly held: readonly HeldFrame[];
}

export class PartAssembler {
  readonly #lanes: readonly Lane[];
  readonly #lead: Lane;
  readonly #clock: StreamClock;
  /**
   * Milliseconds of media time before the first picture is shown: what decoding in another order takes, so that
   * no decoding stamp is negative (ISO/IEC 14496-12 §8.8.12) and no edit list is needed. 0 without B-frames.
   */
  readonly #leadMs: number;
  #sequence = 1;
  #bytes = 0;
  #oldestMonoMs: number | null = null;
  /** Where the leading track's time line stood when the read before this one was over. */
  #readFrom = 0;

  /** `first` is the frame that the segment begins with, of the first of `tracks`. */
  constructor(tracks: readonly Track[], first: HeldFrame, clock: StreamClock) {
    this.#lanes = tracks.map((track, index) => newLane(track, index + 1));
    const lead = this.#lanes[0];
    if (!lead) throw new RangeError('a segment needs a track');
    lead.anchor = first.frame.rtpTime;
    this.#lead = lead;
    this.#leadMs = lead.track.kind === 'video' ? lead.track.reorderDepth * firstFrameMs : 0;
    this.#clock = clock;
  }

  /** When the oldest frame that is in no part yet arrived. */
  get oldestMonoMs(): number | null {
    return this.#oldestMonoMs;
  }

  /**
   * Takes over one hold. Answers true when the leading track has filled `partMs`, so that `take` should follow;
   * audio never makes a part wait.
   */
  add(held: HeldFrame, partMs: number): boolean {
    const { frame } = held;
    const lane = this.#lanes.find(({ track }) => track.kind === frame.kind);
    const present = lane ? this.#place(lane, frame.rtpTime) : null;
    if (!lane || present === null || present < 0) {
      held.release(); // of a track that the file has not, or from before its first picture
      return false;
    }
    lane.order ??= new DecodeTimes(
      present,
      lane.track.kind === 'video' ? lane.track.reorderDepth : 0,
      lane.lastDuration,
    );
    const decode = lane.order.next(present);
    if (lane.waiting) this.#settle(lane, decode - lane.waiting.decode);
    lane.waiting = { held, decode, present };
    this.#oldestMonoMs ??= frame.arrivalMonoMs;
    this.#bytes += frame.data.length;
    if (this.#bytes > maxPartBytes) return true;
    return (
      lane === this.#lead &&
      lane.samples.length > 0 &&
      this.#filledMs(lane) + (lane.lastDuration * 1000) / lane.track.clockRate > partMs
    );
  }

  /**
   * Call when all that one read of the socket brought was added. Answers true when another read as long as this
   * one would overfill the part: it is better on disk now than half full for a read longer.
   */
  endRead(partMs: number): boolean {
    const lane = this.#lead;
    const readMs = ((lane.nextTime - this.#readFrom) * 1000) / lane.track.clockRate;
    this.#readFrom = lane.nextTime;
    if (lane.samples.length === 0) return false;
    const filledMs = this.#filledMs(lane);
    // Half full at least: what a full part left over is not worth a sync of its own.
    return filledMs >= partMs / 2 && filledMs + readMs > partMs;
  }

  /** True for sound from before the segment's first picture, which belongs to the segment before. */
  isBefore({ kind, rtpTime }: Frame): boolean {
    const lane = this.#lanes.find(({ track }) => track.kind === kind);
    const present = lane && lane !== this.#lead ? this.#place(lane, rtpTime) : null;
    return lane !== undefined && present !== null && present < this.#leadTicks(lane);
  }

  /** False for a frame that `add` would let go: of a track that the file has not, or from before its beginning. */
  takes({ kind, rtpTime }: Frame): boolean {
    const lane = this.#lanes.find(({ track }) => track.kind === kind);
    return lane !== undefined && (this.#place(lane, rtpTime) ?? -1) >= 0;
  }

  /** Where a key frame would stand, so that the frame before it gets its true duration before a rotation. */
  endAt(rtpTime: number): void {
    const lane = this.#lead;
    const present = this.#place(lane, rtpTime);
    if (!lane.waiting || !lane.order || present === null) return;
    this.#settle(lane, Math.max(1, lane.order.next(present) - lane.waiting.decode));
  }

  /** Everything so far as one part; with `all` also the frame whose duration is a guess. Null when there is none. */
  take(all: boolean): AssembledPart | null {
    for (const lane of this.#lanes) {
      if (lane.waiting && (all || lane !== this.#lead)) this.#settle(lane, lane.lastDuration);
    }
    const lanes = this.#lanes.filter(({ samples }) => samples.length > 0);
    const main = lanes[0];
    if (!main) return null;
    const header = encodePartHeader(this.#sequence++, lanes);
    const held = lanes.flatMap(({ frames }) => frames);
    const buffers = [header, ...runsOf(held)];
    const part: AssembledPart = {
      buffers,
      length: buffers.reduce((sum, { length }) => sum + length, 0),
      mediaMs: [toMs(main, main.baseTime), toMs(main, main.nextTime)],
      first: at(extreme(held, -1)),
      last: at(extreme(held, 1)),
      leadLast: lastOf(this.#lead),
      frames: tally(lanes, () => 1),
      bytes: tally(lanes, (each) => each.frame.data.length),
      newest: { video: newest(lanes, 'video'), audio: newest(lanes, 'audio') },
      held,
    };
    for (const lane of lanes) {
      lane.samples = [];
      lane.frames = [];
    }
    this.#bytes = this.#lead.waiting?.held.frame.data.length ?? 0;
    this.#oldestMonoMs = this.#lead.waiting?.held.frame.arrivalMonoMs ?? null;
    return part;
  }

  /** Gives back what is in no part yet. */
  drop(): void {
    for (const lane of this.#lanes) {
      for (const held of lane.frames) held.release();
      lane.waiting?.held.release();
      lane.samples = [];
      lane.frames = [];
      lane.waiting = null;
    }
    this.#oldestMonoMs = null;
  }

  #place(lane: Lane, rtpTime: number): number | null {
    lane.anchor ??= this.#clock.translate(this.#lead.track.kind, this.#lead.anchor ?? 0, lane.track.kind);
    return lane.anchor === null ? null : rtpTime - lane.anchor + this.#leadTicks(lane);
  }

  #leadTicks({ track }: Lane): number {
    return Math.round((this.#leadMs * track.clockRate) / 1000);
  }

  #filledMs(lane: Lane): number {
    return ((lane.nextTime - lane.baseTime) * 1000) / lane.track.clockRate;
  }

  #settle(lane: Lane, duration: number): void {
    const { waiting } = lane;
    if (!waiting) return;
    lane.waiting = null;
    if (lane.samples.length === 0) lane.baseTime = waiting.decode;
    const { frame } = waiting.held;
    lane.samples.push({
      size: frame.data.length,
      duration,
      offset: waiting.present - waiting.decode,
      key: frame.key,
    });
    lane.frames.push(waiting.held);
    lane.nextTime = waiting.decode + duration;
    // A long one spans lost frames and is no measure.
    if (duration < lane.track.clockRate / 4) lane.lastDuration = duration;
  }
}

function newLane(track: Track, id: number): Lane {
  const lastDuration =
    track.kind === 'audio' && track.codec === 'aac'
      ? 1024
      : Math.round((track.clockRate * firstFrameMs) / (track.kind === 'audio' ? 2000 : 1000));
  return {
    track,
    id,
    anchor: null,
    order: null,
    samples: [],
    frames: [],
    baseTime: 0,
    nextTime: 0,
    waiting: null,
    lastDuration,
  };
}

/** Payloads as few views: frames that lie behind each other in memory become one. Nothing is copied. */
function runsOf(held: readonly HeldFrame[]): Uint8Array[] {
  const runs: Uint8Array[] = [];
  for (const { frame } of held) {
    const { data } = frame;
    const before = runs.at(-1);
    if (before && before.buffer === data.buffer && before.byteOffset + before.length === data.byteOffset) {
      runs[runs.length - 1] = new Uint8Array(before.buffer, before.byteOffset, before.length + data.length);
    } else if (data.length > 0) runs.push(data);
  }
  return runs;
}

function at({ frame }: HeldFrame): At {
  return { wallMs: frame.arrivalWallMs, monoMs: frame.arrivalMonoMs };
}

function lastOf({ frames }: Lane): At | null {
  const last = frames.at(-1);
  return last ? at(last) : null;
}

function extreme(held: readonly HeldFrame[], sign: 1 | -1): HeldFrame {
  return held.reduce((best, each) =>
    (each.frame.arrivalMonoMs - best.frame.arrivalMonoMs) * sign > 0 ? each : best,
  );
}

function tally(lanes: readonly Lane[], value: (held: HeldFrame) => number): { video: number; audio: number } {
  const sums = { video: 0, audio: 0 };
  for (const { track, frames } of lanes) for (const held of frames) sums[track.kind] += value(held);
  return sums;
}

function newest(lanes: readonly Lane[], kind: TrackKind): number | null {
  const frames = lanes.find(({ track }) => track.kind === kind)?.frames ?? [];
  for (let index = frames.length - 1; index >= 0; index--)
    if (frames[index]?.decodable) return frames[index]?.frame.arrivalMonoMs ?? null;
  return null;
}

function toMs({ track }: Lane, time: number): number {
  return Math.round((time * 1e6) / track.clockRate) / 1000;
}
