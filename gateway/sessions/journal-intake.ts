// Takes the recorder's journal of one session into the ledger, each record exactly once and in order (P4, P5).
// Live records come as events; whatever was missed is read from the recorder's journal on disk.
import type { JournalRecord } from '../recording/recorder-protocol.ts';
import type { LedgerBody, LedgerPort } from './ledger-port.ts';
import type { RecorderPort } from './recorder-link.ts';

/** Most live records waiting for the ledger; beyond, they are dropped here and read from the journal later. */
export const maxPendingRecords = 512;
/** Records asked for at a time. */
export const journalPage = 256;

export interface SegmentSeal {
  readonly signature: Uint8Array;
  readonly keySha256: Uint8Array;
}

/** Signs a sealed segment with the device key. */
export type SignSegment = (segment: {
  readonly session: string;
  readonly file: string;
  readonly merkleRoot: Uint8Array;
  readonly chainHead: Uint8Array;
}) => SegmentSeal;

export interface JournalIntakeOptions {
  readonly session: string;
  /** Absolute. */
  readonly folder: string;
  readonly ledger: LedgerPort;
  readonly recorder: RecorderPort;
  readonly sign: SignSegment;
}

export class JournalIntake {
  readonly #options: JournalIntakeOptions;
  readonly #pending: JournalRecord[] = [];
  /** The last record that was taken in, also those that leave no entry. */
  #last: number;
  /** Clock steps at the head of what is read again that the ledger has already: they carry no number there. */
  #skipSteps: number;
  #sealed = false;
  #chain: Promise<void> = Promise.resolve();

  constructor(options: JournalIntakeOptions) {
    this.#options = options;
    const known = options.ledger.fold.open.get(options.session);
    this.#last = known?.lastJournal ?? 0;
    this.#skipSteps = known?.stepsSince ?? 0;
  }

  get last(): number {
    return this.#last;
  }

  /** The journal's last record so far says `stopped`: every file is sealed. */
  get sealed(): boolean {
    return this.#sealed;
  }

  /** A live record. Resolves when it, and any that was missed before it, is in the ledger. */
  take(record: JournalRecord): Promise<void> {
    if (this.#pending.length < maxPendingRecords) this.#pending.push(record);
    return this.#inTurn(() => this.#drain());
  }

  /** Reads the journal to its end, or at least up to `upTo`. */
  catchUp(): Promise<void> {
    return this.#inTurn(() => this.#readOn());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#chain.then(work);
    // The next in turn runs whether or not this one failed; the caller of this one hears of the failure.
    this.#chain = result.catch(() => undefined);
    return result;
  }

  async #drain(): Promise<void> {
    const records = this.#pending.splice(0);
    const first = records.find((record) => record.n > this.#last);
    if (first && first.n > this.#last + 1) await this.#readOn();
    await this.#enter(records);
  }

  async #readOn(): Promise<void> {
    const { session, folder, recorder } = this.#options;
    for (;;) {
      const asked = { session, folder, after: this.#last, limit: journalPage };
      const { records } = await recorder.ask('journal', asked);
      const before = this.#last;
      await this.#enter(records);
      if (records.length === 0 || this.#last === before) return;
    }
  }

  /** One after the other: the number taken in must never run ahead of an append that failed. */
  async #enter(records: readonly JournalRecord[]): Promise<void> {
    for (const record of records) {
      if (record.n !== this.#last + 1) continue;
      const known = record.type === 'clock-stepped' && this.#skipSteps > 0;
      if (known) this.#skipSteps -= 1;
      const body = known ? null : journalEntry(this.#options.session, record, this.#options.sign);
      if (body) {
        await this.#options.ledger.append(body);
        if (record.type !== 'clock-stepped') this.#skipSteps = 0;
      }
      this.#last = record.n;
      this.#sealed = record.type === 'stopped';
    }
  }
}

/** The ledger's entry for a journal record; null for one that control itself has said in its own words. */
export function journalEntry(session: string, record: JournalRecord, sign: SignSegment): LedgerBody | null {
  const journal = record.n;
  switch (record.type) {
    case 'started':
    case 'stopped':
      return null;
    case 'segment-opened': {
      const { camera, file, first } = record;
      const tracks = record.tracks.map(({ kind, codec, width = 0, height = 0 }) => ({
        kind,
        codec,
        width,
        height,
      }));
      return { case: 'segmentOpened', value: { session, journal, camera, file, tracks, first } };
    }
    case 'segment-sealed': {
      const { camera, file, bytes, parts, frames, first, last, recovered } = record;
      const merkleRoot = Buffer.from(record.merkleRoot, 'hex');
      const chainHead = Buffer.from(record.chainHead, 'hex');
      return {
        case: 'segmentSealed',
        value: {
          session,
          journal,
          camera,
          file,
          bytes,
          parts,
          videoFrames: frames.video,
          audioFrames: frames.audio,
          first,
          last,
          merkleRoot,
          chainHead,
          ...sign({ session, file, merkleRoot, chainHead }),
          recovered: recovered !== undefined,
          cutBytes: recovered?.cutBytes ?? 0,
        },
      };
    }
    case 'gap-opened': {
      const { gap, camera, track, cause, from, detail = '' } = record;
      return { case: 'gapOpened', value: { session, journal, gap, camera, track, cause, from, detail } };
    }
    case 'gap-closed': {
      const { gap, camera, track, cause, from, to, lostPackets = 0, unrecovered = false } = record;
      return {
        case: 'gapClosed',
        value: { session, journal, gap, camera, track, cause, from, to, lostPackets, unrecovered },
      };
    }
    case 'degraded':
    case 'restored': {
      const { camera, track, what } = record;
      const name = record.type === 'degraded' ? 'trackDegraded' : 'trackRestored';
      return { case: name, value: { session, journal, camera, track, what } };
    }
    case 'clock-stepped':
      return { case: 'clockStepped', value: { deltaMs: record.deltaMs, session } };
    case 'records-dropped': {
      const { count, from, to } = record;
      return { case: 'recordsDropped', value: { session, journal, count, from, to } };
    }
    case 'resumed':
      return { case: 'sessionResumed', value: { session, journal, cause: record.cause } };
  }
}
