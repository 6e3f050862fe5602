// A file that takes up room so that the ledger can still be written on a full disk: it is deleted when a write
// fails, and made again at the next start when there is room.
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';

export const defaultReserveBytes = 8 * 1024 * 1024;
const blockBytes = 256 * 1024;

/** Makes or completes the reserve; a disk that has no room for it keeps none, and answers false. */
export function fillReserve(file: string, bytes: number = defaultReserveBytes): boolean {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === bytes) return true;
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'w', 0o600);
    // Real bytes, not a hole: a hole reserves nothing. Not zeros either, which some disks do not store.
    const block = Buffer.alloc(blockBytes, 0xa5);
    for (let at = 0; at < bytes; at += blockBytes) {
      writeSync(descriptor, block, 0, Math.min(blockBytes, bytes - at), at);
    }
    fsyncSync(descriptor);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    rmSync(file, { force: true });
    return false;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** Gives the room back; false when there was none to give. */
export function freeReserve(file: string): boolean {
  const was = statSync(file, { throwIfNoEntry: false }) !== undefined;
  rmSync(file, { force: true });
  return was;
}
