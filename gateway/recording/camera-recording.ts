// One camera in one session: cuts the stream into segments, counts what is durable, and names what is missing.
import { monotonicTime } from '../../config/clock.ts';
import type { PacketLoss } from '../../device-drivers/camera/media-stream.ts';
import type { Track } from '../../protocols/media/track.ts';
import { encodeInit } from '../../protocols/mp4/init-segment.ts';
import { canDescribe } from '../../protocols/mp4/sample-entries.ts';
import type { CameraRecordingOptions } from './camera-recording-options.ts';
import { GapBook } from './gap-book.ts';
import type { HeldFrame } from './held-frame.ts';
import { PartAssembler, type AssembledPart } from './part-assembler.ts';
import type { At, GapCause, RecordingTrackStatus, TrackKind } from './recorder-protocol.ts';
import { arrival, nowAt, openedFact, sealedFact, type Segment } from './segment.ts';
import { SegmentSealer } from './segment-sealer.ts';
import { SegmentWriter, type Seal } from './segment-writer.ts';
import type { StreamClock } from './stream-clock.ts';

/** Waiting for the disk, per camera; beyond it the disk is too slow and frames are let go, with a record. */
export const maxQueuedBytes = 24 * 1024 * 1024;
/** Milliseconds until a disk that failed is tried again. */
export const diskRetryMs = 1000;
/** A part whose stream stands still is closed this many milliseconds after it should have been full. */
export const stalledPartMs = 250;
const reserveReached = 'less than the reserve is free';
const tooSlow = 'the disk does not keep up';
/** Sound may come this many milliseconds after the key frame that ended its segment; what is later is a gap. */
export const lateSoundMs = 4000;

interface Counter {
  frames: number;
  bytes: number;
  durableMonoMs: number | null;
}

export class CameraRecording {
  readonly camera: string;
  readonly #options: CameraRecordingOptions;
  readonly #gapBook: GapBook;
  readonly #counters: Record<TrackKind, Counter> = { video: newCounter(), audio: newCounter() };
  #tracks: readonly Track[] = [];
  #clock: StreamClock | null = null;
  #segment: Segment | null = null;
  #number: number;
  /** The segment before, which still takes sound from before the newest key frame; it ends when that is over. */
  #ending: Segment | null = null;
  readonly #sealer: SegmentSealer<Segment>;
  #retryAtMonoMs = 0;
  /** Handed to writers and not yet answered for, ended segments included: a disk may hang through several. */
  #queuedBytes = 0;
  #rotate = false;
  /** An end of the read under way is asked for. */
  #reading = false;
  #interruptions = 0;
  #endedMonoMs = 0;
  #closedMonoMs = Number.POSITIVE_INFINITY;
  #lastDurable: At | null = null;
  /** Arrival of the newest decodable frame of each kind: where a loss begins. */
  readonly #lastGood: Record<TrackKind, At | null> = { video: null, audio: null };

  constructor(options: CameraRecordingOptions) {
    this.#options = options;
    this.#sealer = new SegmentSealer((segment, seal) => this.#onSealed(segment, seal));
    this.camera = options.camera;
    this.#number = options.firstSegment;
    this.#gapBook = new GapBook(options.journal, options.camera, options.gaps);
  }

  /** What is missing from the session's opening on, before the first frame comes. */
  openGap(cause: GapCause, from: At): void {
    this.#gapBook.openAll(cause, from, nowAt());
  }

  onTracks(tracks: readonly Track[], clock: StreamClock): void {
    this.#close();
    this.#tracks = [...tracks].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'video' ? -1 : 1));
    this.#clock = clock;
  }

  /** Takes over one hold of a whole frame. Never throws, never waits. */
  onFrame(held: HeldFrame): void {
    const { frame } = held;
    if (frame.arrivalMonoMs > this.#closedMonoMs) {
      held.release();
      return;
    }
    if (held.decodable) {
      const at = arrival(held);
      this.#gapBook.frame(frame.kind, at);
      this.#lastGood[frame.kind] = at;
    } else {
      // What it leans on may have been lost before the session was there: no loss was told then.
      this.onDamaged(frame.kind, arrival(held));
    }
    const lead = this.#tracks[0];
    if (lead && frame.kind === lead.kind && frame.key) this.#mayRotate(held, lead);
    const segment = this.#segment;
    if (!segment) {
      held.release();
      return;
    }
    if (this.#queuedBytes > maxQueuedBytes) {
      held.release();
      this.#letGo('disk-slow', tooSlow);
      return;
    }
    const late = this.#ending && frame.kind !== lead?.kind && segment.assembler.isBefore(frame);
    if (frame.kind !== lead?.kind && !late) this.#endEnding();
    const home = (late && this.#ending) || segment;
    if (home.follows && !home.assembler.takes(frame)) {
      const at = arrival(held);
      this.#gapBook.loss(frame.kind, 'no-sound', 0, at, at);
    }
    if (home !== segment) {
      home.assembler.add(held, this.#options.shared.partMs());
      return;
    }
    if (segment.assembler.add(held, this.#options.shared.partMs()))
      this.#put(segment, segment.assembler.take(false));
    else if (!this.#reading) {
      this.#reading = true;
      // Runs behind the reads that are under way: one read brings several frames.
      setImmediate(() => this.#endRead());
    }
  }

  onLoss(loss: PacketLoss): void {
    const at = { wallMs: loss.atWallMs, monoMs: loss.atMonoMs };
    this.#gapBook.loss(loss.kind, loss.cause, loss.packets, this.#lastGood[loss.kind] ?? at, at);
  }

  /** A whole frame came that is of no use before the next key frame: a gap, or more of one that is open. */
  onSkipped(kind: TrackKind): void {
    const at = nowAt();
    this.#gapBook.uncounted(kind, 'changed-tracks', this.#lastGood[kind] ?? at, at);
  }

  /** A frame came at `at` that cannot be decoded: a gap, where no loss of its track says so yet. */
  onDamaged(kind: TrackKind, at: At): void {
    this.#gapBook.uncounted(kind, 'no-decodable-frame', this.#lastGood[kind] ?? at, at);
  }

  /** A track that should be there is not, since its newest good frame or else since `opened`. */
  onMissing(kind: TrackKind, cause: 'no-sound' | 'no-decodable-frame', opened: At): void {
    this.#gapBook.loss(kind, cause, 0, this.#lastGood[kind] ?? opened, nowAt());
  }

  /** The stream ended. What came is written; the gap begins behind its last frame. */
  onDown(cause: GapCause, last: At | null): void {
    this.#close();
    this.#interruptions += 1;
    this.#gapBook.openAll(cause, last ?? this.#lastDurable ?? nowAt(), nowAt());
  }

  /** The clock was set: the next key frame begins a new file. */
  rotateSoon(): void {
    this.#rotate = true;
  }

  /** Once or twice a second: closes parts of streams that stand still, and gaps that are over. */
  tick(): void {
    const at = nowAt();
    this.#gapBook.tick(at);
    this.#sealer.tick();
    if (this.#ending && at.monoMs - this.#endedMonoMs > lateSoundMs) this.#endEnding();
    const segment = this.#segment;
    if (segment && !this.#options.shared.hasRoom()) {
      this.#stopAtReserve(segment);
      return;
    }
    for (const each of [this.#ending, segment]) {
      const oldest = each?.assembler.oldestMonoMs ?? null;
      if (each && oldest !== null && at.monoMs - oldest > this.#options.shared.partMs() + stalledPartMs)
        this.#put(each, each.assembler.take(true));
    }
  }

  /** Frames that arrive later than this are not the session's. */
  closeAt(monoMs: number): void {
    this.#closedMonoMs = monoMs;
  }

  /** Seals everything and gives it to the journal. False when the disk leaves a file unsealed: ask again. */
  async finish(closed: At): Promise<boolean> {
    this.#close();
    const sealed = await this.#sealer.settle();
    this.#gapBook.finish(closed, nowAt());
    return sealed;
  }

  /** Ends without sealing: whole parts only, to be taken up again. */
  async suspend(): Promise<void> {
    this.#endEnding();
    const segment = this.#segment;
    this.#segment = null;
    if (segment) {
      this.#put(segment, segment.assembler.take(true));
      await segment.writer.abandon();
    }
    await this.#sealer.settle();
  }

  get status(): RecordingTrackStatus[] {
    const kinds = new Set<TrackKind>([
      ...this.#options.requiredTracks,
      ...this.#tracks.map(({ kind }) => kind),
    ]);
    return [...kinds].map((kind) => ({
      camera: this.camera,
      kind,
      required: this.#options.requiredTracks.includes(kind),
      ...this.#counters[kind],
      gap: this.#gapBook.cause(kind),
      gaps: this.#gapBook.count(kind),
    }));
  }

  #endRead(): void {
    this.#reading = false;
    const segment = this.#segment;
    if (segment?.assembler.endRead(this.#options.shared.partMs()))
      this.#put(segment, segment.assembler.take(false));
  }

  #mayRotate(held: HeldFrame, lead: Track): void {
    const { shared } = this.#options;
    const mono = held.frame.arrivalMonoMs;
    const segment = this.#segment;
    if (segment) {
      if (!this.#rotate && mono - segment.first.monoMs < shared.segmentMs) return;
      segment.assembler.endAt(held.frame.rtpTime);
      this.#endEnding();
      this.#put(segment, segment.assembler.take(true));
      this.#segment = null;
      this.#ending = segment;
      this.#endedMonoMs = monotonicTime();
    }
    if (monotonicTime() < this.#retryAtMonoMs || !canDescribe(lead)) return;
    if (!shared.hasRoom()) {
      this.#letGo('disk-full', reserveReached);
      return;
    }
    if (this.#queuedBytes > maxQueuedBytes) this.#letGo('disk-slow', tooSlow);
    else this.#begin(held);
  }

  #begin(held: HeldFrame): void {
    const { shared, folder, journal } = this.#options;
    const tracks = this.#tracks.filter(canDescribe);
    if (!this.#clock) return;
    this.#rotate = false;
    const first = arrival(held);
    const file = `${this.camera}-${String(this.#number++).padStart(4, '0')}.mp4`;
    const segment: Segment = {
      file,
      first,
      last: first,
      frames: { video: 0, audio: 0 },
      durable: false,
      follows: this.#ending !== null,
      interruptions: this.#interruptions,
      assembler: new PartAssembler(tracks, held, this.#clock),
      writer: new SegmentWriter({
        disk: shared.disk,
        folder,
        file,
        init: encodeInit(tracks),
        first,
        onSynced: (milliseconds) => shared.onSynced(milliseconds),
        onFailure: (error) => {
          shared.onDiskError(error);
          const { code } = error as NodeJS.ErrnoException;
          this.#options.log.error('a segment cannot be written', { camera: this.camera, file, error });
          const cause = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'disk-error';
          if (this.#segment === segment) this.#letGo(cause, code ?? 'error');
          else this.#tailLost(segment, cause, code ?? 'error');
        },
        onRefused: (error) => {
          shared.onDiskError(error);
          this.#options.log.error('a segment cannot be sealed yet', { camera: this.camera, file, error });
        },
      }),
    };
    this.#segment = segment;
    this.#gapBook.returns();
    journal.append(openedFact(this.camera, segment, tracks), nowAt());
  }

  #put(segment: Segment, part: AssembledPart | null, then?: () => void): void {
    if (!part) return;
    this.#queuedBytes += part.length;
    segment.writer.write({
      ...part,
      done: (durable) => {
        this.#queuedBytes -= part.length;
        for (const held of part.held) held.release();
        if (durable) this.#onDurable(segment, part);
        else this.#options.log.warn('a part was not written', { camera: this.camera, file: segment.file });
        then?.();
      },
    });
  }

  #onDurable(segment: Segment, part: AssembledPart): void {
    for (const kind of ['video', 'audio'] as const) {
      const counter = this.#counters[kind];
      counter.frames += part.frames[kind];
      counter.bytes += part.bytes[kind];
      counter.durableMonoMs = part.newest[kind] ?? counter.durableMonoMs;
      segment.frames[kind] += part.frames[kind];
    }
    // A part of late sound is older than the pictures before it.
    if (part.last.monoMs > segment.last.monoMs) segment.last = part.last;
    this.#lastDurable = part.leadLast ?? this.#lastDurable;
    if (!segment.durable && segment.interruptions === this.#interruptions)
      this.#gapBook.closeAll(segment.first, nowAt());
    segment.durable = true;
  }

  /** Less than the reserve is free: the file ends whole, and the gap begins behind what it holds. */
  #stopAtReserve(segment: Segment): void {
    this.#segment = null;
    this.#retryAtMonoMs = monotonicTime() + diskRetryMs;
    this.#interruptions += 1;
    const open = (): void =>
      this.#gapBook.openAll('disk-full', this.#lastDurable ?? segment.first, nowAt(), reserveReached);
    const part = segment.assembler.take(true);
    if (part) this.#put(segment, part, open);
    else open();
    this.#sealer.seal(segment);
  }

  /** The disk did not take it: what is whole is sealed, the rest is let go, and a later key frame tries again. */
  #letGo(cause: 'disk-full' | 'disk-error' | 'disk-slow', detail: string): void {
    const segment = this.#segment;
    this.#segment = null;
    this.#retryAtMonoMs = monotonicTime() + diskRetryMs;
    this.#interruptions += 1;
    // The gap begins behind what was synced; a slow disk may yet take what waits.
    this.#gapBook.openAll(cause, this.#lastDurable ?? segment?.first ?? nowAt(), nowAt(), detail);
    if (!segment) return;
    segment.assembler.drop();
    this.#sealer.seal(segment);
  }

  /** The end of a segment that has a successor did not reach the disk: the gap ends where the successor begins. */
  #tailLost(segment: Segment, cause: 'disk-full' | 'disk-error', detail: string): void {
    this.#gapBook.openAll(cause, segment.last, nowAt(), detail);
    const next = this.#segment;
    if (next?.durable) this.#gapBook.closeAll(next.first, nowAt());
  }

  #close(): void {
    this.#endEnding();
    const segment = this.#segment;
    this.#segment = null;
    if (segment) this.#end(segment);
  }

  #endEnding(): void {
    const segment = this.#ending;
    this.#ending = null;
    if (segment) this.#end(segment);
  }

  #end(segment: Segment): void {
    this.#put(segment, segment.assembler.take(true));
    this.#sealer.seal(segment);
  }

  #onSealed(segment: Segment, seal: Seal): void {
    this.#options.journal.append(sealedFact(this.camera, segment, seal), nowAt());
  }
}

function newCounter(): Counter {
  return { frames: 0, bytes: 0, durableMonoMs: null };
}
