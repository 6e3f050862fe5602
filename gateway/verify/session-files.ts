// The canonical list of a session folder's files, whose hash stands in SessionClosed: made when the session closes
// and made again by verify. Whether a recording is what its index says is verify-segment.ts's.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { noChain } from '../recording/index-line.ts';
import { journalFile } from '../recording/read-journal.ts';
import { openPlainFile } from '../recording/plain-file.ts';

/** The proof's own files, which the list leaves out. */
export const excerptFile = 'ledger.jsonl';
export const publicKeyFile = 'device.pub.pem';
/** A proof that is being written; a crash may leave one behind. */
export const proofTemporarySuffix = '.tmp';
/** Most files of a session: 24 cameras for a month in files of ten minutes are half of it. */
export const maxSessionFiles = 250_000;

const recordingName = /^[^/]+-\d{4,}\.mp4(?:\.part)?$/;
const indexName = /^[^/]+-\d{4,}\.mp4\.index$/;

/** name, bytes, and `sha256:<hex>` over the content or, for a recording, `chain:<hex>`, the last of its index. */
export type FileLine = readonly [name: string, bytes: number, digest: string];

/** What a name in a session folder stands for. */
export type FileKind = 'recording' | 'index' | 'journal' | 'proof' | 'unknown';

export function fileKind(name: string): FileKind {
  if (recordingName.test(name)) return 'recording';
  if (indexName.test(name)) return 'index';
  if (name === journalFile) return 'journal';
  return name === excerptFile || name === publicKeyFile ? 'proof' : 'unknown';
}

/**
 * Lists journal, indexes and recordings, sorted by name. A recording is bound by its size and its index's chain, so
 * that closing a session reads no gigabytes again. Names of no kind are left to verify. Rejects when the disk does.
 */
export async function sessionFiles(folder: string): Promise<readonly FileLine[]> {
  const found = await fs.readdir(folder, { withFileTypes: true });
  const names = found.filter((entry) => entry.isFile()).map((entry) => entry.name);
  if (names.length > maxSessionFiles) throw new RangeError(`more than ${maxSessionFiles} files in ${folder}`);
  const lines: FileLine[] = [];
  for (const name of names.toSorted()) {
    const kind = fileKind(name);
    if (kind === 'proof' || kind === 'unknown') continue;
    const file = path.join(folder, name);
    const { size } = await fs.stat(file);
    lines.push([
      name,
      size,
      kind === 'recording'
        ? `chain:${await lastChain(`${file.replace(/\.part$/, '')}.index`)}`
        : `sha256:${await fileSha256(file)}`,
    ]);
  }
  return lines;
}

/** SHA-256 over the list as JSON without white space, in UTF-8: `[["cam-0001.mp4",1024,"chain:…"],…]`. */
export function filesSha256(lines: readonly FileLine[]): Uint8Array {
  return createHash('sha256').update(JSON.stringify(lines)).digest();
}

async function fileSha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The chain of the last line, which is at the end of the file; zeros where there is none. */
async function lastChain(indexFile: string): Promise<string> {
  const handle = await openPlainFile(indexFile);
  if (handle === null) return noChain;
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, 128));
    await handle.read(tail, 0, tail.length, size - tail.length);
    return /"chain":"([0-9a-f]{64})"\}\n$/.exec(tail.toString('latin1'))?.[1] ?? noChain;
  } finally {
    await handle.close();
  }
}
