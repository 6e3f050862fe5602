// The gaps of one camera in one session: opened in the journal at once, closed when the track is back (P4).
import type { Journal } from './journal.ts';
import type { At, GapCause, TrackKind } from './recorder-protocol.ts';

/** Losses that follow each other within this many milliseconds are one gap with a count of packets. */
export const lossMergeMs = 1000;

interface OpenGap {
  readonly gap: number;
  readonly track: TrackKind | 'all';
  readonly cause: GapCause;
  readonly from: At;
  lostPackets: number;
  lastLossMonoMs: number;
  /** The first decodable frame behind the last loss. */
  back: At | null;
}

export interface GapNumbers {
  next: number;
}

export class GapBook {
  readonly #journal: Journal;
  readonly #camera: string;
  readonly #numbers: GapNumbers;
  #open: OpenGap[] = [];
  #returning = false;
  #counts = { video: 0, audio: 0 };

  constructor(journal: Journal, camera: string, numbers: GapNumbers) {
    this.#journal = journal;
    this.#camera = camera;
    this.#numbers = numbers;
  }

  count(kind: TrackKind): number {
    return this.#counts[kind];
  }

  /** The cause that holds now for a track. */
  cause(kind: TrackKind): GapCause | null {
    return this.#open.find(({ track }) => track === 'all' || track === kind)?.cause ?? null;
  }

  /** The whole camera is away. While it is, the first cause stands. */
  openAll(cause: GapCause, from: At, at: At, detail?: string): void {
    this.#returning = false;
    if (this.isAway) return;
    this.#begin('all', cause, from, at, 0, detail);
  }

  /** True while a gap of the whole camera is open. */
  get isAway(): boolean {
    return this.#open.some(({ track }) => track === 'all');
  }

  /** A file has begun that will end the gap of the whole camera: what is lost from now on is not covered by it. */
  returns(): void {
    this.#returning = true;
  }

  /** The camera is on disk again, from `to` on. */
  closeAll(to: At, at: At): void {
    this.#returning = false;
    for (const gap of this.#open.filter(({ track }) => track === 'all')) this.#end(gap, to, at);
  }

  /**
   * Something of one track is missing behind the frame of `from`. Not while the whole camera is away: that gap
   * holds it, and a stream that loses for hours onto a full disk must not fill the journal.
   */
  loss(track: TrackKind, cause: GapCause, packets: number, from: At, at: At): void {
    if (!this.#returning && this.isAway) return;
    const open = this.#open.find((gap) => gap.track === track && gap.cause === cause);
    const gap = open ?? this.#begin(track, cause, from, at, 0);
    gap.lostPackets += packets;
    gap.lastLossMonoMs = at.monoMs;
    gap.back = null;
  }

  /** Like `loss`, of something that may be counted already: where a loss of the track is open, that one goes on. */
  uncounted(track: TrackKind, cause: GapCause, from: At, at: At): void {
    const open = this.#open.find((gap) => gap.track === track);
    this.loss(track, open?.cause ?? cause, 0, from, at);
  }

  /** A decodable frame arrived: losses before it may end with it. */
  frame(track: TrackKind, at: At): void {
    for (const gap of this.#open) if (gap.track === track) gap.back ??= at;
  }

  /** Closes losses that stayed away for `lossMergeMs`. */
  tick(at: At): void {
    for (const gap of this.#open.slice()) {
      if (gap.back && gap.track !== 'all' && at.monoMs - gap.lastLossMonoMs > lossMergeMs)
        this.#end(gap, gap.back, at);
    }
  }

  /** The session ends; what is open then never came back. */
  finish(to: At, at: At): void {
    for (const gap of this.#open.slice()) this.#end(gap, gap.back ?? to, at, gap.back === null);
  }

  #begin(
    track: TrackKind | 'all',
    cause: GapCause,
    from: At,
    at: At,
    lostPackets: number,
    detail?: string,
  ): OpenGap {
    const gap: OpenGap = {
      gap: this.#numbers.next++,
      track,
      cause,
      from,
      lostPackets,
      lastLossMonoMs: at.monoMs,
      back: null,
    };
    this.#open.push(gap);
    if (track !== 'audio') this.#counts.video += 1;
    if (track !== 'video') this.#counts.audio += 1;
    this.#journal.append(
      {
        type: 'gap-opened',
        gap: gap.gap,
        camera: this.#camera,
        track,
        cause,
        from,
        ...(detail === undefined ? {} : { detail }),
      },
      at,
    );
    return gap;
  }

  #end(gap: OpenGap, to: At, at: At, unrecovered = false): void {
    this.#open = this.#open.filter((each) => each !== gap);
    const { gap: number, track, cause, from, lostPackets } = gap;
    this.#journal.append(
      {
        type: 'gap-closed',
        gap: number,
        camera: this.#camera,
        track,
        cause,
        from,
        to,
        ...(lostPackets > 0 ? { lostPackets } : {}),
        ...(unrecovered ? { unrecovered } : {}),
      },
      at,
    );
  }
}
