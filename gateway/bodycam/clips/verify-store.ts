// Whether the store has what the ledger says (C3): every clip is read and compared by size and SHA-256, and what lies in
// the store and is entered nowhere is named. Reads only; where the entries come from is the caller's.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { caseFolder } from './case-links.ts';
import type { CataloguedClip } from './catalogued-clip.ts';
import { receiptFolder } from '../custody/store-folder.ts';

/** Folders below the store are looked at this deep. */
const maxDepth = 8;
/** Bytes of one reading. */
const blockBytes = 1024 ** 2;

export type EnteredClip = Pick<CataloguedClip, 'file' | 'bytes' | 'sha256' | 'seq'>;

export interface StoreFinding {
  /** Below the store. */
  readonly file: string;
  /**
   * `foreign`: no entry names it. `draft`: the part of a copy that has not ended, or one that was kept because it
   * differed: no clip, and nothing is wrong. `unreadable`: the disk did not give it, with the code.
   */
  readonly what: 'missing' | 'size' | 'differs' | 'unreadable' | 'foreign' | 'draft';
  readonly detail: string;
  /** Of its entry; 0 where it has none. */
  readonly seq: number;
}

export interface StoreReport {
  readonly store: string;
  readonly clips: number;
  readonly bytes: number;
  readonly findings: readonly StoreFinding[];
}

export interface VerifyOptions {
  /** All that the ledger has, also those that are not to be read: what is in none of them is foreign. Null: not looked for. */
  readonly entered: ReadonlyMap<string, EnteredClip> | null;
  readonly signal: AbortSignal;
  /** Hears each clip that was read. */
  readonly done?: (clip: EnteredClip, finding: StoreFinding | null) => void;
}

/** Reads `clips` one after the other. Rejects when `signal` aborts; what a disk refuses is a finding. */
export async function verifyStore(
  store: string,
  clips: Iterable<EnteredClip>,
  { entered, signal, done }: VerifyOptions,
): Promise<StoreReport> {
  const findings: StoreFinding[] = [];
  let count = 0;
  let bytes = 0;
  for (const clip of clips) {
    signal.throwIfAborted();
    const finding = await verifyClip(store, clip, signal);
    if (finding) findings.push(finding);
    count += 1;
    bytes += clip.bytes;
    done?.(clip, finding);
  }
  if (entered) findings.push(...(await strangers(store, entered)));
  return { store, clips: count, bytes, findings };
}

async function verifyClip(
  store: string,
  clip: EnteredClip,
  signal: AbortSignal,
): Promise<StoreFinding | null> {
  const { file, seq } = clip;
  const found = (what: StoreFinding['what'], detail = ''): StoreFinding => ({ file, what, detail, seq });
  try {
    // Through no link: the clip is this file, and not what somebody put in its place.
    const handle = await fs.open(
      path.join(store, file),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) return found('differs', 'it is no ordinary file');
      if (facts.size !== clip.bytes) return found('size', `${facts.size}, entered ${clip.bytes}`);
      const sha256 = await hashOf(handle, signal);
      return sha256 === clip.sha256 ? null : found('differs', sha256);
    } finally {
      await handle.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return found('missing');
    if (code === 'ELOOP') return found('differs', 'it is a link');
    return found('unreadable', code);
  }
}

async function hashOf(handle: fs.FileHandle, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(blockBytes);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(block, 0, blockBytes, null);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(block.subarray(0, bytesRead));
  }
}

/** What lies in the store and is no clip of the ledger, no name of one by case, and no receipt. */
async function strangers(
  store: string,
  entered: ReadonlyMap<string, EnteredClip>,
): Promise<readonly StoreFinding[]> {
  const own = new Set<string>();
  const findings: StoreFinding[] = [];
  const linked: string[] = [];
  const walk = async (below: string, depth: number): Promise<void> => {
    const entries = await fs
      .readdir(path.join(store, below), { withFileTypes: true })
      .catch((error: unknown) => {
        const { code = String(error) } = error as NodeJS.ErrnoException;
        // A store into which nothing has come yet.
        if (!(below === '' && code === 'ENOENT'))
          findings.push({ file: below || '.', what: 'unreadable', detail: code, seq: 0 });
        return [];
      });
    for (const each of entries) {
      const file = path.join(below, each.name);
      if (below === '' && each.name === receiptFolder && each.isDirectory()) continue;
      if (each.isDirectory() && depth < maxDepth) await walk(file, depth + 1);
      else if (entered.has(file)) own.add(await inodeOf(path.join(store, file)));
      else if (file.startsWith(`${caseFolder}${path.sep}`)) linked.push(file);
      else findings.push(strange(file));
    }
  };
  await walk('', 0);
  for (const file of linked)
    if (!own.has(await inodeOf(path.join(store, file)))) findings.push(strange(file));
  return findings;
}

function strange(file: string): StoreFinding {
  const draft = /\.part(\.state)?$|\.differs-\d$/.test(file);
  return { file, what: draft ? 'draft' : 'foreign', detail: '', seq: 0 };
}

/** '' for one that has gone meanwhile. */
async function inodeOf(file: string): Promise<string> {
  try {
    const { dev, ino } = await fs.lstat(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
