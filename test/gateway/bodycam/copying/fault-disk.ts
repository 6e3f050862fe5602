// A disk for copying that fails where a test says: wraps the real one, so that the bytes and the files are real.
import { Buffer } from 'node:buffer';
import {
  nodeClipDisk,
  type ClipDisk,
  type ReadFile,
  type WriteFile,
} from '../../../../gateway/bodycam/copying/clip-disk.ts';

/** What a read of the card meets: an error code, so many bytes only, an answer that never comes, other bytes. */
export type ReadFault = { code: string } | { only: number } | 'hang' | 'flip' | null;

export interface Faults {
  /** `look`: 1 when copying, 2 when proving. */
  readonly read?: (at: number, wanted: number, look: 1 | 2) => ReadFault | Promise<ReadFault>;
  readonly stored?: (at: number) => ReadFault;
  /** Called before each step of the store; throws or never returns to fail it. */
  readonly step?: (step: string, at: number, length: number) => void | Promise<void>;
  readonly after?: (step: string, at: number) => void | Promise<void>;
  readonly freeBytes?: () => number;
  /** Opening the card's file never answers, at this look. */
  readonly openHangs?: 1 | 2;
  readonly volumeDevice?: () => number | null;
}

export function failure(code: string): Error {
  return Object.assign(new Error(`${code}: made by the test`), { code });
}

export function faultDisk(faults: Faults): ClipDisk {
  const real = nodeClipDisk;
  const step = async <T>(name: string, at: number, length: number, work: () => Promise<T>): Promise<T> => {
    await faults.step?.(name, at, length);
    const result = await work();
    await faults.after?.(name, at);
    return result;
  };
  const writes = (file: WriteFile, name: string): WriteFile => ({
    get direct() {
      return file.direct;
    },
    write: (block, length, at) => step(`${name}.write`, at, length, () => file.write(block, length, at)),
    sync: () => step(`${name}.sync`, 0, 0, () => file.sync()),
    truncate: (length) => step(`${name}.truncate`, length, 0, () => file.truncate(length)),
    close: () => file.close(),
  });
  return {
    openCard: async (file) =>
      faults.openHangs === 1
        ? new Promise(() => {})
        : reads(await real.openCard(file), (at, n) => faults.read?.(at, n, 1) ?? null),
    openCardAgain: async (file) =>
      faults.openHangs === 2
        ? new Promise(() => {})
        : reads(await real.openCardAgain(file), (at, n) => faults.read?.(at, n, 2) ?? null),
    openStored: async (file) => reads(await real.openStored(file), (at) => faults.stored?.(at) ?? null),
    openPart: async (file) => writes(await real.openPart(file), 'part'),
    openSidecar: async (file) => writes(await real.openSidecar(file), 'sidecar'),
    name: (from, to) => step('name', 0, 0, () => real.name(from, to)),
    rename: (from, to) => step('rename', 0, 0, () => real.rename(from, to)),
    remove: (file) => step('remove', 0, 0, () => real.remove(file)),
    exists: (file) => real.exists(file),
    readSmall: (file, max) => real.readSmall(file, max),
    syncFolder: (folder) => step('folder.sync', 0, 0, () => real.syncFolder(folder)),
    freeBytes: async (folder) => faults.freeBytes?.() ?? real.freeBytes(folder),
    volumeDevice: async (root) => (faults.volumeDevice ? faults.volumeDevice() : real.volumeDevice(root)),
  };
}

function reads(
  file: ReadFile | null,
  fault: (at: number, wanted: number) => ReadFault | Promise<ReadFault>,
): ReadFile | null {
  return (
    file && {
      get direct() {
        return file.direct;
      },
      facts: () => file.facts(),
      close: () => file.close(),
      read: async (into: Buffer, at: number): Promise<number> => {
        const met = await fault(at, into.length);
        if (met === 'hang') return new Promise<number>(() => {});
        if (met && typeof met === 'object' && 'code' in met) throw failure(met.code);
        const got = await file.read(into, at);
        if (met === 'flip' && got > 0) into[got >> 1] = (into[got >> 1] ?? 0) ^ 1;
        return met && typeof met === 'object' && 'only' in met ? Math.min(met.only, got) : got;
      },
    }
  );
}
