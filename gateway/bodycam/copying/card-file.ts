// Opens a file on a card by the raw bytes of its path, and nothing else: no link on the way, no way out of the
// volume, no device or pipe. Cards are filled by others; which files there are is clip-scan.ts's.
import { Buffer } from 'node:buffer';
import fs from 'node:fs/promises';
import { openPlainFile } from '../../recording/plain-file.ts';

/** A path on a card may be this long, as Linux has it; FAT and exFAT allow less. */
export const maxCardPathBytes = 4096;

/** Where a volume is mounted, and a path below it as the bytes that the card holds; they need not be UTF-8. */
export interface CardFile {
  readonly root: string;
  readonly path: Buffer;
}

/** Whether a path stays below the root by its words alone. */
export function isPlainPath(path: Buffer): boolean {
  if (path.length === 0 || path.length > maxCardPathBytes || path.includes(0)) return false;
  // Latin-1 keeps each byte one character, so that what is not UTF-8 is looked at as it is.
  return path
    .toString('latin1')
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..');
}

/**
 * Open for reading; null when the volume has no ordinary file of that path. `flags` are added to those of open(2).
 * Rejects when the disk does.
 */
export async function openCardFile(file: CardFile, flags = 0): Promise<fs.FileHandle | null> {
  if (!isPlainPath(file.path)) return null;
  const root = await fs.realpath(file.root, 'buffer');
  const whole = Buffer.concat([root, Buffer.from('/'), file.path]);
  const handle = await openPlainFile(whole, flags);
  if (!handle) return null;
  try {
    // O_NOFOLLOW is about the last name only: where the kernel ended up tells of links and mounts before it.
    const [opened, volume] = [await handle.stat(), await fs.stat(root)];
    const seen = await fs.readlink(`/proc/self/fd/${handle.fd}`, 'buffer');
    if (opened.dev === volume.dev && seen.equals(whole)) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return null;
}

/** A path as people and logs may have it: one line, nothing that a terminal obeys, at most 200 characters. */
export function shownPath(path: Buffer): string {
  const text = path.toString('utf8').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
