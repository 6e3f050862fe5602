// One life of a gateway's process in a test: its disk, its lines and its ledger answer until it is killed, and nothing
// of it goes on behind that. What the kernel had been given already is done all the same.
import type { Duplex } from 'node:stream';
import type { ClipDisk, ReadFile, WriteFile } from '../../../../gateway/bodycam/copying/clip-disk.ts';

export class Life {
  readonly #lines = new Set<Duplex>();
  #over = false;

  get over(): boolean {
    return this.#over;
  }

  /** SIGKILL: lines are cut by the kernel, nothing is closed in order. */
  end(): void {
    this.#over = true;
    for (const line of this.#lines) line.destroy();
    this.#lines.clear();
  }

  /** Throws when it is over. */
  must(): void {
    if (this.#over) throw new Error('killed');
  }

  async line(open: () => Duplex): Promise<Duplex> {
    await Promise.resolve();
    this.must();
    const line = open();
    this.#lines.add(line);
    line.once('close', () => this.#lines.delete(line));
    return line;
  }

  /** As `below`, as long as it lives: what was asked before the end is done, its answer never comes to anything. */
  disk(below: ClipDisk): ClipDisk {
    const lives = async <T>(work: () => Promise<T>): Promise<T> => {
      this.must();
      const answer = await work();
      this.must();
      return answer;
    };
    const opens = async <T extends { close(): Promise<void> } | null>(work: () => Promise<T>): Promise<T> => {
      this.must();
      const file = await work();
      // The kernel closes what a killed process had open.
      if (this.#over) await file?.close();
      this.must();
      return file;
    };
    const reads = (file: ReadFile | null): ReadFile | null =>
      file && {
        get direct() {
          return file.direct;
        },
        facts: () => lives(() => file.facts()),
        read: (into, at) => lives(() => file.read(into, at)),
        close: () => file.close(),
      };
    const writes = (file: WriteFile): WriteFile => ({
      get direct() {
        return file.direct;
      },
      write: (block, length, at) => lives(() => file.write(block, length, at)),
      sync: () => lives(() => file.sync()),
      truncate: (length) => lives(() => file.truncate(length)),
      close: () => file.close(),
    });
    return {
      openCard: async (file) => reads(await opens(() => below.openCard(file))),
      openCardAgain: async (file) => reads(await opens(() => below.openCardAgain(file))),
      openStored: async (file) => reads(await opens(() => below.openStored(file))),
      openPart: async (file) => writes(await opens(() => below.openPart(file))),
      openSidecar: async (file) => writes(await opens(() => below.openSidecar(file))),
      name: (from, to) => lives(() => below.name(from, to)),
      rename: (from, to) => lives(() => below.rename(from, to)),
      remove: (file) => lives(() => below.remove(file)),
      exists: (file) => lives(() => below.exists(file)),
      readSmall: (file, max) => lives(() => below.readSmall(file, max)),
      syncFolder: (folder) => lives(() => below.syncFolder(folder)),
      freeBytes: (folder) => lives(() => below.freeBytes(folder)),
      volumeDevice: (root) => lives(() => below.volumeDevice(root)),
    };
  }
}
