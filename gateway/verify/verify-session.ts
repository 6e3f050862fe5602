// Checks a session's folder offline, with nothing but its files and, where given, the device's public key. Every
// file is named in the list that the ledger binds, every part is under a seal, every seal in the signed chain.
import { createPublicKey } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { keyFingerprint, sameBytes, segmentText, signedBy } from '../../protocols/hq/chain.ts';
import { verifySegment } from '../recording/verify-segment.ts';
import { partSuffix } from '../recording/segment-writer.ts';
import { journalFile } from '../recording/read-journal.ts';
import { openPlainFile } from '../recording/plain-file.ts';
import { checkExcerpt, maxExcerptBytes, type CheckedExcerpt } from './check-excerpt.ts';
import {
  excerptFile,
  fileKind,
  filesSha256,
  maxSessionFiles,
  proofTemporarySuffix,
  publicKeyFile,
  sessionFiles,
} from './session-files.ts';

/** Beyond, a file that is wrong is named once. */
export const maxFindings = 10_000;
const maxKeyBytes = 16 * 1024;

export interface Finding {
  readonly file: string;
  /** A line of a text file from 1, or a byte of a recording. */
  readonly line?: number;
  readonly offset?: number;
  /** Contract: stable words, such as `part-hash-wrong` or `file-changed`. */
  readonly what: string;
  readonly detail?: string;
}

export interface GapSummary {
  readonly camera: string;
  readonly track: string;
  readonly cause: string;
  readonly fromWallMs: number;
  /** Null while it is open. */
  readonly toWallMs: number | null;
  readonly lostPackets: number;
}

export interface SessionReport {
  readonly folder: string;
  readonly session: string;
  /** `holds`: everything; `open`: not closed yet, and right so far; `wrong`: at least one finding. */
  readonly verdict: 'holds' | 'open' | 'wrong';
  readonly findings: readonly Finding[];
  readonly segments: number;
  readonly bytes: number;
  readonly frames: { readonly video: number; readonly audio: number };
  readonly gaps: readonly GapSummary[];
  /** How long before the opening its files begin, ms (H2); null while there is no proof. */
  readonly prerollMs: number | null;
  /** Hex SHA-256 of the key that signed; '' while there is no proof. */
  readonly keySha256: string;
  /** True when the key was given from outside, not taken from the folder. */
  readonly keyPinned: boolean;
}

export interface VerifyOptions {
  /** PEM of the device's public key, known from elsewhere. */
  readonly publicKeyPem?: string;
}

/** Checks one folder. Rejects only when the disk does; whatever is wrong with the files is a finding. */
export async function verifySession(folder: string, options: VerifyOptions = {}): Promise<SessionReport> {
  const findings: Finding[] = [];
  const entries = await fs.readdir(folder, { withFileTypes: true });
  const names: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    // A link leads out of the folder, and in a folder anything may lie: neither is what the list can bind.
    if (entry.isFile()) names.push(entry.name);
    else findings.push({ file: entry.name, what: 'not-a-file' });
  }
  if (names.length > maxSessionFiles) {
    findings.push({ file: '.', what: 'too-many-files', detail: `more than ${maxSessionFiles}` });
    names.length = 0;
  }
  for (const name of names) {
    if (fileKind(name) !== 'unknown') continue;
    // What a crash left of an unfinished proof is no part of a session that is still open.
    if (name.endsWith(proofTemporarySuffix) && !names.includes(excerptFile)) continue;
    findings.push({ file: name, what: 'file-unknown' });
  }
  const proved = names.includes(excerptFile);
  const key = proved ? await readKey(folder, names.includes(publicKeyFile), options, findings) : null;
  const excerpt = proved && key !== null ? await readExcerpt(folder, key, findings) : null;
  // With the proof there, the list says whether the journal is missing.
  if (!proved && findings.length === 0 && !names.includes(journalFile)) {
    findings.push({ file: journalFile, what: 'file-missing' });
  }
  if (excerpt !== null) await checkFiles(folder, excerpt, findings);
  const seen = await checkRecordings(folder, names, excerpt, key, findings);
  const verdict = findings.length > 0 ? 'wrong' : proved ? 'holds' : 'open';
  return {
    folder,
    session: excerpt?.session || path.basename(folder),
    verdict,
    findings,
    ...seen,
    gaps: excerpt?.gaps ?? [],
    prerollMs: excerpt?.prerollMs ?? null,
    keySha256: key === null ? '' : Buffer.from(keyFingerprint(key)).toString('hex'),
    keyPinned: options.publicKeyPem !== undefined,
  };
}

async function readExcerpt(folder: string, key: string, findings: Finding[]): Promise<CheckedExcerpt | null> {
  const text = await readText(path.join(folder, excerptFile), maxExcerptBytes);
  if (text !== null) return checkExcerpt(text, key, findings);
  findings.push({
    file: excerptFile,
    what: 'excerpt-too-long',
    detail: `more than ${maxExcerptBytes} bytes`,
  });
  return null;
}

/** Null when it is longer, or no ordinary file. */
async function readText(file: string, maxBytes: number): Promise<string | null> {
  const handle = await openPlainFile(file);
  if (handle === null) return null;
  try {
    return (await handle.stat()).size > maxBytes ? null : await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** The key to check with; the folder's own must be in its one form and, where one is given, be that one. */
async function readKey(
  folder: string,
  there: boolean,
  options: VerifyOptions,
  findings: Finding[],
): Promise<string | null> {
  const bad = (what: string, detail?: string): null => {
    findings.push({ file: publicKeyFile, what, ...(detail === undefined ? {} : { detail }) });
    return null;
  };
  const own = await readText(path.join(folder, publicKeyFile), maxKeyBytes);
  if (own === null) return bad(there ? 'key-unusable' : 'file-missing');
  try {
    const key = createPublicKey(own);
    if (key.asymmetricKeyType !== 'ed25519') return bad('key-unusable', 'no Ed25519 key');
    if (key.export({ type: 'spki', format: 'pem' }) !== own)
      return bad('file-changed', 'not in its one form');
  } catch (error) {
    return bad('key-unusable', (error as Error).message);
  }
  const { publicKeyPem } = options;
  if (publicKeyPem !== undefined && !sameBytes(keyFingerprint(publicKeyPem), keyFingerprint(own))) {
    bad('key-differs', 'not the key that was given');
    return publicKeyPem;
  }
  return own;
}

/** The list that SessionClosed binds against what lies in the folder. */
async function checkFiles(folder: string, excerpt: CheckedExcerpt, findings: Finding[]): Promise<void> {
  const { files, filesHash } = excerpt;
  if (files === null) return;
  if (filesHash !== null && !sameBytes(filesSha256(files), filesHash)) {
    findings.push({ file: excerptFile, line: 1, what: 'files-list-differs', detail: 'from SessionClosed' });
  }
  const there = new Map((await sessionFiles(folder)).map((line) => [line[0], line]));
  const listed = new Set(files.map(([name]) => name));
  for (const [name, bytes, digest] of files) {
    const found = there.get(name);
    if (found === undefined) findings.push({ file: name, what: 'file-missing' });
    else if (found[1] !== bytes) {
      findings.push({ file: name, what: 'size-wrong', detail: `${found[1]} bytes instead of ${bytes}` });
    } else if (found[2] !== digest) {
      // A recording is bound by its index: when that was changed, the change is named there.
      const file = digest.startsWith('chain:') ? `${name}.index` : name;
      if (!findings.some((finding) => finding.file === file)) findings.push({ file, what: 'file-changed' });
    }
  }
  for (const name of there.keys()) {
    if (!listed.has(name)) findings.push({ file: name, what: 'file-not-listed' });
  }
}

async function checkRecordings(
  folder: string,
  names: readonly string[],
  excerpt: CheckedExcerpt | null,
  key: string | null,
  findings: Finding[],
): Promise<{ segments: number; bytes: number; frames: { video: number; audio: number } }> {
  const recordings = names.filter((name) => fileKind(name) === 'recording');
  const frames = { video: 0, audio: 0 };
  let bytes = 0;
  for (const name of recordings) {
    const seal = excerpt?.seals.get(name);
    const sealed = seal && {
      bytes: Number(seal.bytes),
      parts: seal.parts,
      merkleRoot: Buffer.from(seal.merkleRoot).toString('hex'),
      chainHead: Buffer.from(seal.chainHead).toString('hex'),
    };
    const check = await verifySegment(folder, name, sealed);
    if (findings.length < maxFindings) findings.push(...check.findings);
    else if (check.findings.length > 0) findings.push({ file: name, what: 'more-findings' });
    frames.video += check.frames.video;
    frames.audio += check.frames.audio;
    bytes += check.bytes;
    if (excerpt === null) continue;
    if (seal === undefined) {
      findings.push({ file: name, what: name.endsWith(partSuffix) ? 'not-sealed' : 'seal-missing' });
    } else if (key !== null) {
      const text = segmentText(excerpt.session, name, seal.merkleRoot, seal.chainHead);
      if (!signedBy(key, text, seal.signature)) findings.push({ file: name, what: 'signature-wrong' });
    }
  }
  const recorded = new Set(recordings);
  for (const file of excerpt?.seals.keys() ?? []) {
    if (!recorded.has(file)) findings.push({ file, what: 'file-missing' });
  }
  return { segments: recordings.length, bytes, frames };
}
