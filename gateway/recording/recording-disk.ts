// The file layer of the recorder: the few calls it needs, so that a test can make a disk full, slow or broken.
import fs from 'node:fs/promises';
import path from 'node:path';

export interface RecordingFile {
  /** Writes all of `buffers` at `offset`, or throws; a short write is taken up where it ended. */
  write(buffers: readonly Uint8Array[], offset: number): Promise<void>;
  /** fdatasync, in the thread pool. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface RecordingDisk {
  /** Opens for writing; made when missing, never emptied. */
  open(file: string): Promise<RecordingFile>;
  makeFolder(folder: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  syncFolder(folder: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  /** Bytes free to us on the file system of `folder`. */
  freeBytes(folder: string): Promise<number>;
}

export const nodeDisk: RecordingDisk = {
  open: async (file) => {
    const handle = await fs.open(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o640);
    return {
      write: async (buffers, offset) => {
        let rest = buffers;
        let at = offset;
        while (rest.length > 0) {
          const { bytesWritten } = await handle.writev(rest as Uint8Array[], at);
          at += bytesWritten;
          rest = skip(rest, bytesWritten);
        }
      },
      sync: () => handle.datasync(),
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    };
  },
  makeFolder: async (folder) => {
    await fs.mkdir(folder, { recursive: true, mode: 0o750 });
  },
  rename: (from, to) => fs.rename(from, to),
  remove: (file) => fs.rm(file, { force: true }),
  syncFolder: async (folder) => {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  list: (folder) => fs.readdir(folder),
  freeBytes: async (folder) => {
    const { bavail, bsize } = await fs.statfs(folder);
    return bavail * bsize;
  },
};

/** Puts a few bytes under a name at once: written, synced, renamed, folder synced. */
export async function replaceFile(disk: RecordingDisk, file: string, content: Uint8Array): Promise<void> {
  const draft = `${file}.new`;
  const handle = await disk.open(draft);
  try {
    await handle.truncate(0);
    await handle.write([content], 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await disk.rename(draft, file);
  await disk.syncFolder(path.dirname(file));
}

function skip(buffers: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count;
  let index = 0;
  for (; index < buffers.length; index++) {
    const length = buffers[index]?.length ?? 0;
    if (left < length) break;
    left -= length;
  }
  const rest = buffers.slice(index);
  const first = rest[0];
  if (first && left > 0) rest[0] = first.subarray(left);
  return rest;
}
