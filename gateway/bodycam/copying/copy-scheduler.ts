// Which clip is copied next: several cards at once, one clip of each, the card that is done first before the others.
// Stops at once, and altogether when the store is full. What an outcome means for a device is up to who asked.
import { monotonicTime, type MonoMs } from '../../../config/clock.ts';
import { BlockPool } from './block-pool.ts';
import { copyClip, type ClipToCopy, type CopyWays } from './clip-copy.ts';
import type { CopyOutcome } from './clip-outcome.ts';
import { capWhileRecording, RateCap } from './rate-cap.ts';

/** Cards that are read at once. Four fill the disk of a box (bench/README.md); each costs 8 MiB of memory. */
export const defaultSlots = 4;
export const maxSlots = 16;
/** Clips that wait or are copied; beyond them none is taken. */
export const maxQueued = 100_000;
/** Bytes per second that a card is taken for before it was measured: a slow card over USB 2. */
export const assumedRate = 20_000_000;
/** Of a new measurement, so much counts. */
const newRateShare = 0.5;

export interface SchedulerParts
  extends Pick<CopyWays, 'disk' | 'keepFreeBytes' | 'stallMs' | 'syncEveryBytes'> {
  /** Called once for each clip that was added, unless it is stopped. */
  readonly done: (clip: ClipToCopy, outcome: CopyOutcome) => void;
  /** Called when copying stops because the store is full, and when it goes on. */
  readonly full: (isFull: boolean) => void;
  readonly slots?: number;
  readonly now?: () => MonoMs;
  readonly copy?: typeof copyClip;
}

/** - `disk-full`: nothing is copied until goOn(); what is safe stays, and nothing is erased. */
export type SchedulerState = 'idle' | 'copying' | 'disk-full' | 'stopped';

interface Job {
  readonly clip: ClipToCopy;
  readonly store: string;
}

interface Running {
  readonly job: Job;
  readonly stop: AbortController;
  copied: number;
  /** Nobody wants the clip any more. */
  dropped: boolean;
  ended: Promise<void>;
}

/** A card: what waits on it, and how fast it is. */
interface Card {
  readonly waiting: Job[];
  running: Running | null;
  rate: number | null;
  /** The clip of it that met the full disk, and how often; null when none did, or one as long has been copied since. */
  noRoom: { readonly bytes: number; readonly times: number } | null;
}

export class CopyScheduler {
  readonly #parts: SchedulerParts;
  readonly #slots: number;
  readonly #pool: BlockPool;
  readonly #cap: RateCap;
  readonly #now: () => MonoMs;
  readonly #copy: typeof copyClip;
  readonly #cards = new Map<string, Card>();
  #queued = 0;
  #full = false;
  #stopped = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#slots = Math.min(Math.max(1, parts.slots ?? defaultSlots), maxSlots);
    this.#pool = new BlockPool(this.#slots);
    this.#now = parts.now ?? monotonicTime;
    this.#cap = new RateCap(this.#now);
    this.#copy = parts.copy ?? copyClip;
  }

  get state(): SchedulerState {
    if (this.#stopped) return 'stopped';
    if (this.#full) return 'disk-full';
    return this.#queued > 0 ? 'copying' : 'idle';
  }

  /** Clips that wait or are copied. */
  get queued(): number {
    return this.#queued;
  }

  /** Takes a clip to be copied into the folder `store`; false when there are too many, or after stop(). */
  add(clip: ClipToCopy, store: string): boolean {
    if (this.#stopped || this.#queued >= maxQueued) return false;
    const card = this.#cards.get(clip.root) ?? { waiting: [], running: null, rate: null, noRoom: null };
    this.#cards.set(clip.root, card);
    card.waiting.push({ clip, store });
    this.#queued += 1;
    this.#fillSlots();
    return true;
  }

  /** While a room records, copying is held to `perSecond` bytes that are read. */
  setRecording(recording: boolean, perSecond: number = capWhileRecording): void {
    this.#cap.set(recording ? perSecond : null);
  }

  /** The store has room again. */
  goOn(): void {
    if (!this.#full || this.#stopped) return;
    this.#full = false;
    this.#parts.full(false);
    this.#fillSlots();
  }

  /** Forgets the clips of a volume, as when its device is taken out; resolves when none of it is read any more. */
  async drop(root: string): Promise<void> {
    const card = this.#cards.get(root);
    if (!card) return;
    this.#queued -= card.waiting.length;
    card.waiting.length = 0;
    const { running } = card;
    if (!running) {
      this.#cards.delete(root);
      return;
    }
    running.dropped = true;
    running.stop.abort();
    await running.ended;
  }

  /** Stops everything for good; resolves when nothing is read or written any more. What is safe stays in the store. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#cards.keys()].map((root) => this.drop(root)));
  }

  /** Seconds until the card is done, as far as is known: of the clip that is copied only what is left. */
  secondsLeft(root: string): number | null {
    const card = this.#cards.get(root);
    if (!card) return null;
    let bytes = card.running ? card.running.job.clip.bytes - card.running.copied : 0;
    for (const { clip } of card.waiting) bytes += clip.bytes;
    return bytes / (card.rate ?? assumedRate);
  }

  #fillSlots(): void {
    if (this.#full || this.#stopped) return;
    const cards = [...this.#cards];
    let free = this.#slots - cards.filter(([, card]) => card.running).length;
    if (free <= 0) return;
    // Who is done first can go back to an officer first. A card is read in one place at a time: it is quicker so.
    const next = cards
      .filter(([, card]) => !card.running && card.waiting.length > 0)
      .map(([root, card]) => ({ card, seconds: this.secondsLeft(root) ?? 0, mayFit: startable(card).mayFit }))
      .toSorted((one, other) => Number(other.mayFit) - Number(one.mayFit) || one.seconds - other.seconds);
    for (const { card, mayFit } of next) {
      // What met the full disk stops all others when it does so again: it is tried when no other is copied.
      if (free === 0 || (!mayFit && free < this.#slots)) return;
      free -= 1;
      this.#start(card);
    }
  }

  #start(card: Card): void {
    // Deadlines run from when footage was made: the oldest first.
    let job: Job | undefined;
    for (const each of startable(card).jobs)
      if (job === undefined || each.clip.modifiedMs < job.clip.modifiedMs) job = each;
    if (!job) return;
    card.waiting.splice(card.waiting.indexOf(job), 1);
    const stop = new AbortController();
    const running: Running = { job, stop, copied: 0, dropped: false, ended: Promise.resolve() };
    card.running = running;
    running.ended = this.#run(card, running);
  }

  async #run(card: Card, running: Running): Promise<void> {
    const { job, stop } = running;
    const { disk, keepFreeBytes, stallMs, syncEveryBytes } = this.#parts;
    let first: { at: number; mono: MonoMs } | null = null;
    const outcome = await this.#copy(job.clip, {
      disk,
      keepFreeBytes,
      stallMs,
      syncEveryBytes,
      store: job.store,
      pool: this.#pool,
      signal: stop.signal,
      pace: (bytes) => this.#cap.take(bytes, stop.signal),
      progress: (bytes) => {
        running.copied = bytes;
        const now = this.#now();
        first ??= { at: bytes, mono: now };
        // Not while it is capped: that is not how fast the card is.
        if (this.#cap.perSecond !== null || now - first.mono < 200) return;
        const rate = ((bytes - first.at) * 1000) / (now - first.mono);
        if (rate > 0)
          card.rate = card.rate === null ? rate : card.rate * (1 - newRateShare) + rate * newRateShare;
        first = { at: bytes, mono: now };
      },
    });
    card.running = null;
    this.#ended(card, running, outcome);
    this.#fillSlots();
  }

  #ended(card: Card, { job, stop, dropped }: Running, outcome: CopyOutcome): void {
    const { clip } = job;
    const unfinished = outcome.state === 'disk-full' || outcome.state === 'stopped';
    if (unfinished && !dropped) {
      card.waiting.unshift(job);
      // Who was told to stop because another met the full disk tells nothing new, even when it met it too: there may be
      // room again by now.
      if (!stop.signal.aborted) {
        card.noRoom = { bytes: clip.bytes, times: (card.noRoom?.times ?? 0) + 1 };
        this.#becomeFull();
      }
      return;
    }
    if (outcome.state === 'verified')
      for (const each of this.#cards.values())
        if (each.noRoom !== null && each.noRoom.bytes <= clip.bytes) each.noRoom = null;
    this.#queued -= 1;
    const others = outcome.state === 'pulled-out' ? card.waiting.splice(0) : [];
    this.#queued -= others.length;
    if (card.waiting.length === 0) this.#cards.delete(clip.root);
    if (!unfinished) this.#parts.done(clip, outcome);
    for (const other of others) this.#parts.done(other.clip, { ...outcome, safeBytes: 0, resumedFrom: 0 });
  }

  /** Every write meets the same full disk. */
  #becomeFull(): void {
    if (this.#full) return;
    this.#full = true;
    for (const { running } of this.#cards.values()) running?.stop.abort();
    this.#parts.full(true);
  }
}

/** Clips of a card that are shorter than the one that met the full disk twice; all of them where there is none shorter. */
function startable({ waiting, noRoom }: Card): { readonly jobs: readonly Job[]; readonly mayFit: boolean } {
  // Once may have been anybody's: there may be room for all again.
  if (noRoom === null || noRoom.times < 2) return { jobs: waiting, mayFit: true };
  const shorter = waiting.filter(({ clip }) => clip.bytes < noRoom.bytes);
  return shorter.length > 0 ? { jobs: shorter, mayFit: true } : { jobs: waiting, mayFit: false };
}
