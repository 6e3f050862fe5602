// A session's journal: numbered JSON lines, synced before they are told. A torn last line is cut on opening.
import path from 'node:path';
import { sleep } from '../../config/clock.ts';
import type { Log } from '../../config/log.ts';
import { journalFile, maxJournalBytes, readJournal } from './read-journal.ts';
import type { RecordingDisk, RecordingFile } from './recording-disk.ts';
import type { At, JournalFact, JournalRecord } from './recorder-protocol.ts';

/** Records that wait for a disk which takes nothing; more are counted, and the count is a record of its own. */
export const maxWaitingRecords = 10_000;
/** Records beyond them for what a session cannot be closed without. */
export const reservedRecords = 1000;
/** Facts that may use the reserve: they are few, and each stands for files. */
const kept: ReadonlySet<JournalFact['type']> = new Set([
  'started',
  'segment-opened',
  'segment-sealed',
  'resumed',
  'stopped',
]);
/** Milliseconds between two tries on a disk that refuses. */
export const journalRetryMs = 1000;
/** From here on a journal takes only what may use the reserve, so that it can always be read and closed. */
export const fullJournalBytes = maxJournalBytes - 16 * 1024 * 1024;

export class Journal {
  readonly #file: RecordingFile;
  readonly #onSynced: (record: JournalRecord) => void;
  readonly #log: Log;
  #offset: number;
  #n: number;
  #waiting: JournalRecord[] = [];
  #writing: Promise<void> | null = null;
  #closed = false;
  #dropped: { count: number; readonly from: At; to: At } | null = null;

  private constructor(
    file: RecordingFile,
    offset: number,
    n: number,
    onSynced: (record: JournalRecord) => void,
    log: Log,
  ) {
    this.#file = file;
    this.#offset = offset;
    this.#n = n;
    this.#onSynced = onSynced;
    this.#log = log;
  }

  /** Opens or makes the journal of `folder`; `past` is what stands in it. */
  static async open(
    disk: RecordingDisk,
    folder: string,
    onSynced: (record: JournalRecord) => void,
    log: Log,
  ): Promise<{ journal: Journal; past: readonly JournalRecord[] }> {
    const { records, bytes } = await readJournal(folder);
    const file = await disk.open(path.join(folder, journalFile));
    await file.truncate(bytes);
    await file.sync();
    await disk.syncFolder(folder);
    return { journal: new Journal(file, bytes, records.at(-1)?.n ?? 0, onSynced, log), past: records };
  }

  get last(): number {
    return this.#n;
  }

  /**
   * Numbers the fact and writes it behind those before. Never throws: a refusing disk is tried again, and a fact that
   * finds no room is counted in the one `records-dropped` that is written in its place.
   */
  append(fact: JournalFact, at: At): void {
    if (this.#closed) return;
    const reserved = kept.has(fact.type);
    const limit = maxWaitingRecords + (reserved ? reservedRecords : 0);
    if (this.#waiting.length >= limit || (!reserved && this.#offset >= fullJournalBytes)) {
      if (!this.#dropped) this.#log.error('journal records dropped: no room for them', { type: fact.type });
      this.#dropped ??= { count: 0, from: at, to: at };
      this.#dropped.count += 1;
      this.#dropped.to = at;
      return;
    }
    this.#tellDropped();
    this.#push(fact, at);
    this.#writing ??= this.#run();
  }

  #push(fact: JournalFact, at: At): void {
    this.#n += 1;
    // Last, so that nothing in the fact can take their place.
    this.#waiting.push({ ...fact, n: this.#n, at });
  }

  /** Before whatever comes after the drop, so that a session's last record stays its last. */
  #tellDropped(): void {
    if (!this.#dropped) return;
    const { count, from, to } = this.#dropped;
    this.#dropped = null;
    this.#push({ type: 'records-dropped', count, from, to }, to);
  }

  /** True when nothing waits for the disk within that time. */
  async flushed(withinMs: number): Promise<boolean> {
    await Promise.race([this.flush(), sleep(withinMs)]);
    return this.#writing === null;
  }

  /** Resolves when everything appended is synced. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Waits at most `withinMs` for what is not yet written. */
  async close(withinMs = 2000): Promise<void> {
    await Promise.race([this.flush(), sleep(withinMs)]);
    this.#closed = true;
    await this.#file.close();
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // records of one moment share one sync
    while (this.#waiting.length > 0 && !this.#closed) {
      const batch = [...this.#waiting];
      const text = Buffer.from(batch.map((record) => `${JSON.stringify(record)}\n`).join(''));
      try {
        await this.#file.write([text], this.#offset);
        await this.#file.sync();
      } catch (error) {
        this.#log.error('the journal cannot be written', { error });
        await sleep(journalRetryMs);
        continue;
      }
      this.#offset += text.length;
      this.#waiting = this.#waiting.slice(batch.length);
      if (this.#offset < fullJournalBytes) this.#tellDropped();
      for (const record of batch) this.#onSynced(record);
    }
    this.#writing = null;
  }
}
