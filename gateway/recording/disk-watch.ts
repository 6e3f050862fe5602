// What is known of the disk: room, sync latency, and whether it takes writes, also while nothing is recorded.
// What follows from it is recorder.ts's and the health page's.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Log } from '../../config/log.ts';
import type { RecordingDisk } from './recording-disk.ts';

/** Milliseconds between two looks at the free space: while something is recorded, and while nothing is. */
export const roomEveryMs = 1000;
export const idleRoomEveryMs = 5000;
/** Milliseconds between two test writes while nothing is recorded, and after a write has failed. */
export const writeTestEveryMs = 60_000;
export const failedWriteTestEveryMs = 5000;
/** Written, synced and removed again; below the folder that recordings go to. */
export const writeTestFile = '.write-test';

const testBytes = 512;

export class DiskWatch {
  readonly #disk: RecordingDisk;
  readonly #log: Log;
  readonly #folder: string | null;
  readonly #onTrouble: () => void;
  #freeBytes: number | null = null;
  #syncMs = 0;
  #writable = true;
  #lookedMonoMs = Number.NEGATIVE_INFINITY;
  #testedMonoMs = Number.NEGATIVE_INFINITY;
  #busy: Promise<void> | null = null;

  /** `folder` is where recordings will go: looked at while none does. Null: only folders of sessions are. */
  constructor(disk: RecordingDisk, folder: string | null, log: Log, onTrouble: () => void) {
    this.#disk = disk;
    this.#folder = folder;
    this.#log = log;
    this.#onTrouble = onTrouble;
  }

  /** Null until the disk has answered once. */
  get freeBytes(): number | null {
    return this.#freeBytes;
  }

  /** Milliseconds of a sync, averaged over some ten of them; 0 before the first. */
  get syncMs(): number {
    return this.#syncMs;
  }

  get writable(): boolean {
    return this.#writable;
  }

  synced(milliseconds: number): void {
    this.#syncMs = this.#syncMs === 0 ? milliseconds : this.#syncMs * 0.9 + milliseconds * 0.1;
    this.#writable = true;
  }

  failed(): void {
    this.#writable = false;
    this.#onTrouble();
  }

  /** Called a few times a second; looks when it is time. `recordedFolder` is one that is being written to. */
  tick(nowMonoMs: number, recordedFolder: string | undefined): void {
    const idle = recordedFolder === undefined;
    const folder = recordedFolder ?? this.#folder;
    if (folder === null || this.#busy) return;
    if (nowMonoMs - this.#lookedMonoMs >= (idle ? idleRoomEveryMs : roomEveryMs)) {
      this.#lookedMonoMs = nowMonoMs;
      void this.look(folder);
      return;
    }
    // What is recorded tests the disk with every part.
    if (
      !idle ||
      nowMonoMs - this.#testedMonoMs < (this.#writable ? writeTestEveryMs : failedWriteTestEveryMs)
    )
      return;
    this.#testedMonoMs = nowMonoMs;
    void this.#once(() => this.#testWrite(folder));
  }

  /** Asks for the free space now; resolves when the answer is there. Never rejects. */
  async look(folder: string): Promise<void> {
    await this.#busy;
    await this.#once(async () => {
      try {
        this.#freeBytes = await this.#disk.freeBytes(folder);
      } catch (error) {
        this.#log.warn('the disk does not answer', { folder, error });
        this.failed();
      }
    });
  }

  async #testWrite(folder: string): Promise<void> {
    const name = path.join(folder, writeTestFile);
    try {
      const file = await this.#disk.open(name);
      try {
        await file.write([randomBytes(testBytes)], 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#disk.remove(name);
      this.#writable = true;
    } catch (error) {
      if (this.#writable) this.#log.error('the disk takes no test write', { folder, error });
      this.failed();
    }
  }

  #once(work: () => Promise<void>): Promise<void> {
    this.#busy = work().finally(() => {
      this.#busy = null;
    });
    return this.#busy;
  }
}
