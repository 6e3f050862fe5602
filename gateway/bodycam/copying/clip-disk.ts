// The file layer of copying: the few calls it needs, so that a test can pull a card out, fill a disk or cut a file at
// any byte. Reads and writes go past the page cache where the file system lets them. Outcomes are clip-copy.ts's.
import { Buffer } from 'node:buffer';
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import { openPlainFile } from '../../recording/plain-file.ts';
import { pageBytes } from './block-pool.ts';
import { openCardFile, type CardFile } from './card-file.ts';

/** What must stay the same while a clip is read. */
export interface FileFacts {
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface ReadFile {
  /** Whether reads ask the disk each time; else the page cache may answer. */
  readonly direct: boolean;
  facts(): Promise<FileFacts>;
  /** Bytes read, fewer at the end of the file, 0 behind it. With `direct` at a multiple of pageBytes only. */
  read(into: Buffer, at: number): Promise<number>;
  close(): Promise<void>;
}

export interface WriteFile {
  /** Whether writes go past the page cache; then `at` is a multiple of pageBytes and the file may grow to one. */
  readonly direct: boolean;
  /** Writes the first `length` bytes of `block` at `at`, or throws; may overwrite the block behind them with zeros. */
  write(block: Buffer, length: number, at: number): Promise<void>;
  /** fdatasync: resolves when what was written is on disk, as far as the drive tells the truth. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface ClipDisk {
  /** Null: no ordinary file there. */
  openCard(file: CardFile): Promise<ReadFile | null>;
  /** The same for the second look, past the page cache where possible. */
  openCardAgain(file: CardFile): Promise<ReadFile | null>;
  /** A file of the store, past the page cache where possible. */
  openStored(file: string): Promise<ReadFile | null>;
  /** Opens for writing; made when missing, never emptied. */
  openPart(file: string): Promise<WriteFile>;
  openSidecar(file: string): Promise<WriteFile>;
  /** Gives a file another name, never that of a file that is there: rejects with EEXIST. May keep the first one too. */
  name(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  exists(file: string): Promise<boolean>;
  syncFolder(folder: string): Promise<void>;
  /** Bytes free to us on the file system of `folder`. */
  freeBytes(folder: string): Promise<number>;
  /** The first bytes of a file of the store; none when it is missing. */
  readSmall(file: string, maxBytes: number): Promise<Buffer>;
  /** The number of the device that is mounted at `root`; null when nothing is, or the device has gone. */
  volumeDevice(root: string): Promise<number | null>;
}

export const nodeClipDisk: ClipDisk = {
  openCard: async (file) => reader(await openCardFile(file), false),
  openCardAgain: (file) => directly((flags) => openCardFile(file, flags)),
  openStored: (file) => directly((flags) => openPlainFile(file, flags)),
  openPart: async (file) => {
    try {
      return writer(await openForWriting(file, constants.O_DIRECT), true);
    } catch (error) {
      if (!hasCode(error, 'EINVAL')) throw error;
      return writer(await openForWriting(file, 0), false);
    }
  },
  openSidecar: async (file) => writer(await openForWriting(file, 0), false),
  name: async (from, to) => {
    try {
      await fs.link(from, to);
    } catch (error) {
      // File systems without second names, such as exFAT. Nobody else writes to the store.
      if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
      await fs.rename(from, to);
    }
  },
  rename: (from, to) => fs.rename(from, to),
  remove: (file) => fs.rm(file, { force: true }),
  exists: async (file) => {
    try {
      await fs.lstat(file);
      return true;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    }
  },
  syncFolder: async (folder) => {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  freeBytes: async (folder) => {
    const { bavail, bsize } = await fs.statfs(folder);
    return bavail * bsize;
  },
  readSmall: async (file, maxBytes) => {
    const handle = await openPlainFile(file);
    if (!handle) return Buffer.alloc(0);
    try {
      const content = Buffer.alloc(Math.min((await handle.stat()).size, maxBytes));
      const { bytesRead } = await handle.read(content, 0, content.length, 0);
      return content.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  },
  volumeDevice: async (root) => {
    try {
      const { dev } = await fs.stat(root);
      const major = Math.floor(dev / 256) % 4096;
      const minor = (dev % 256) + Math.floor(dev / 2 ** 20) * 256;
      // A stick that was pulled out stays mounted and answers from memory, but the kernel no longer lists it. File
      // systems that stand on no single disk have major 0 and are listed nowhere.
      if (major !== 0) await fs.stat(`/sys/dev/block/${major}:${minor}`);
      return dev;
    } catch {
      // Whatever the disk said, there is no volume that answers.
      return null;
    }
  },
};

/** Whether an error of the file system has one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function openForWriting(file: string, flags: number): Promise<fs.FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  return fs.open(file, O_RDWR | O_CREAT | O_NOFOLLOW | flags, 0o640);
}

/**
 * What takes O_DIRECT and answers from memory all the same (statfs(2)): tmpfs, ramfs, and FUSE, whose program reads
 * the disk however it likes.
 */
const memoryTypes: readonly number[] = [0x01021994, 0x858458f6, 0x65735546];

/** Past the page cache; through it on file systems that have no such thing (EINVAL: some FUSE, old tmpfs). */
async function directly(open: (flags: number) => Promise<fs.FileHandle | null>): Promise<ReadFile | null> {
  let handle: fs.FileHandle | null;
  try {
    handle = await open(constants.O_DIRECT);
  } catch (error) {
    if (!hasCode(error, 'EINVAL')) throw error;
    return reader(await open(0), false);
  }
  if (!handle) return null;
  try {
    const { type } = await fs.statfs(`/proc/self/fd/${handle.fd}`);
    if (!memoryTypes.includes(type)) return reader(handle, true);
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return reader(await open(0), false);
}

function reader(handle: fs.FileHandle | null, direct: boolean): ReadFile | null {
  if (!handle) return null;
  const file = new PastCache(handle, direct, constants.O_RDONLY);
  return {
    get direct() {
      return file.direct;
    },
    facts: async () => {
      const { size, mtimeMs } = await file.handle.stat();
      return { bytes: size, modifiedMs: Math.floor(mtimeMs) };
    },
    read: (into, at) => file.run(async (open) => (await open.read(into, 0, into.length, at)).bytesRead),
    close: () => file.handle.close(),
  };
}

function writer(handle: fs.FileHandle, direct: boolean): WriteFile {
  const file = new PastCache(handle, direct, constants.O_RDWR);
  return {
    get direct() {
      return file.direct;
    },
    write: async (block, length, at) => {
      const whole = direct ? Math.ceil(length / pageBytes) * pageBytes : length;
      block.fill(0, length, whole);
      for (let done = 0; done < whole; )
        done += await file.run(
          async (open) => (await open.write(block, done, whole - done, at + done)).bytesWritten,
        );
    },
    sync: () => file.handle.datasync(),
    truncate: (length) => file.handle.truncate(length),
    close: () => file.handle.close(),
  };
}

/** A file opened with O_DIRECT on a file system that takes the flag and then refuses what is asked (EINVAL). */
class PastCache {
  handle: fs.FileHandle;
  direct: boolean;
  readonly #flags: number;
  #reopening: Promise<void> | null = null;

  constructor(handle: fs.FileHandle, direct: boolean, flags: number) {
    this.handle = handle;
    this.direct = direct;
    this.#flags = flags;
  }

  async run<T>(work: (open: fs.FileHandle) => Promise<T>): Promise<T> {
    const open = this.handle;
    try {
      return await work(open);
    } catch (error) {
      if (!this.direct && open === this.handle) throw error;
      if (!hasCode(error, 'EINVAL')) throw error;
    }
    this.#reopening ??= this.#reopen();
    await this.#reopening;
    return work(this.handle);
  }

  /** The same file, whatever its name is by now, through the page cache. */
  async #reopen(): Promise<void> {
    const before = this.handle;
    this.handle = await fs.open(`/proc/self/fd/${before.fd}`, this.#flags);
    this.direct = false;
    await before.close();
  }
}
