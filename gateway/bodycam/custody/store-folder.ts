// The folders of the store: made so that they outlive a power cut as the clips in them do. What is in them is
// clip-copy.ts's.
import fs from 'node:fs/promises';
import path from 'node:path';
import { wallMs } from '../../../config/clock.ts';
import { localDay } from '../../../config/local-day.ts';
import { hasCode, nodeClipDisk } from '../copying/clip-disk.ts';
import { heldMs } from './clip-times.ts';

/** For the receipts, below the store. */
export const receiptFolder = 'receipts';

/**
 * `<store>/<device>/<day>`, made where it is not there yet. Each folder up to the store is synced every time: one that is
 * there may have been made by a process that was killed before it was durable. Rejects as the file system does.
 */
export async function makeFolder(
  store: string,
  below: readonly string[],
  sync: (folder: string) => Promise<void> = (each) => nodeClipDisk.syncFolder(each),
): Promise<string> {
  const folder = path.join(store, ...below);
  const first = await fs.mkdir(folder, { recursive: true, mode: 0o750 });
  // A folder is durable when the one above it is synced. What is above the store is others', unless we made the store.
  const top = first !== undefined && first.length <= store.length ? path.dirname(first) : store;
  for (let each = folder; each.length > top.length; each = path.dirname(each)) await sync(path.dirname(each));
  return folder;
}

/** Whether the store lies on another disk than `data`; not while it is not there. Rejects as the file system does. */
export async function isOwnDisk(store: string, data: string): Promise<boolean> {
  try {
    return (await fs.stat(store)).dev !== (await fs.stat(data)).dev;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/**
 * Where clips of a device lie. The day is that of the device's own clock, right or wrong, at the site: it is what an
 * attempt that comes later finds again. When a clip was really made is in its entry.
 */
export function clipFolder(device: string, modifiedMs: number, timezone: string): readonly [string, string] {
  // The words of a day before our era, or of five-digit years, are no name of a folder.
  const known = heldMs(modifiedMs) === modifiedMs;
  return [device, known ? localDay(wallMs(modifiedMs), timezone) : 'undated'];
}
