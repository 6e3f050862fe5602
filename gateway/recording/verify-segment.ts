// Checks one segment against its index, offline: boxes, byte coverage, hashes, chain, sizes, Merkle root. A flipped
// bit in the file or in the index is a finding. Signatures and the ledger are gateway/verify's.
import path from 'node:path';
import { isLiuhenError } from '../../config/errors.ts';
import { MerkleAccumulator } from '../../protocols/hq/merkle.ts';
import { decodeIndexLine, noChain, type IndexEntry } from './index-line.ts';
import { openPlainFile } from './plain-file.ts';
import { readParts } from './read-segment.ts';
import { indexSuffix, partSuffix } from './segment-writer.ts';

/** A segment of ten minutes in parts of 250 ms has 2400 lines of about 400 bytes. */
export const maxIndexBytes = 64 * 1024 * 1024;

/** Findings of one segment that are told one by one; the rest is counted. */
export const maxSegmentFindings = 1000;

/** Contract: reports and tests name these. */
export type SegmentFindingCode =
  | 'file-missing'
  | 'index-missing'
  | 'index-too-long'
  | 'index-line-bad'
  | 'index-line-torn'
  | 'index-wrong-extent'
  | 'index-wrong-frames'
  | 'index-wrong-time'
  | 'part-hash-wrong'
  | 'part-not-indexed'
  | 'part-missing'
  | 'torn-part'
  | 'bad-box'
  | 'size-wrong'
  | 'root-wrong'
  | 'chain-head-wrong'
  | 'more-findings';

export interface SegmentFinding {
  readonly file: string;
  /** Bytes from the beginning of `file`. */
  readonly offset?: number;
  readonly what: SegmentFindingCode;
  readonly detail?: string;
}

export interface SegmentCheck {
  readonly findings: readonly SegmentFinding[];
  /** What was found to hold, up to the first finding. */
  readonly bytes: number;
  readonly parts: number;
  readonly frames: { readonly video: number; readonly audio: number };
  readonly merkleRoot: string;
  readonly chainHead: string;
}

/** What `segment-sealed` said. */
export interface SealedAs {
  readonly bytes: number;
  readonly parts: number;
  readonly merkleRoot: string;
  readonly chainHead: string;
}

/**
 * Checks `file` (`…mp4`, or `…mp4.part` while it is written: then an end inside a part is no finding) in
 * `folder`, and against `sealed` when given. Reads the file once. Rejects only when the disk does.
 */
export async function verifySegment(folder: string, file: string, sealed?: SealedAs): Promise<SegmentCheck> {
  const found: SegmentFinding[] = [];
  // A file that is wrong in every part is wrong once more often than anybody reads.
  let more = 0;
  const findings = {
    push: (finding: SegmentFinding): void => {
      if (found.length < maxSegmentFindings) found.push(finding);
      else more += 1;
    },
  };
  const open = file.endsWith(partSuffix);
  const indexFile = (open ? file.slice(0, -partSuffix.length) : file) + indexSuffix;
  const frames = { video: 0, audio: 0 };
  const merkle = new MerkleAccumulator();
  let bytes = 0;
  let parts = 0;
  const index = await readIndex(folder, indexFile, open, findings);
  const handle = await openPlainFile(path.join(folder, file));
  if (!handle) findings.push({ file, what: 'file-missing' });
  else {
    try {
      const { size } = await handle.stat();
      const reader = readParts(handle, size);
      for (;;) {
        const step = await reader.next();
        if (step.done) {
          const stop = step.value;
          if (stop && !(open && stop.what === 'torn-part')) findings.push({ file, ...stop });
          break;
        }
        const part = step.value;
        const entry = index.entries[part.n];
        if (!entry) {
          // A part is on disk before its line: the last one of a file that is written may have none yet.
          if (!open) findings.push({ file, offset: part.offset, what: 'part-not-indexed' });
          break;
        }
        const at = { file, offset: part.offset };
        if (entry.offset !== part.offset || entry.length !== part.length || entry.n !== part.n)
          findings.push({ ...at, what: 'index-wrong-extent' });
        if (entry.sha256 !== part.sha256.toString('hex'))
          findings.push({ ...at, what: 'part-hash-wrong', detail: `part ${part.n}` });
        if (entry.frames.video !== part.frames.video || entry.frames.audio !== part.frames.audio)
          findings.push({ ...at, what: 'index-wrong-frames' });
        if (part.n > 0 && (entry.mediaMs[0] !== part.mediaMs[0] || entry.mediaMs[1] !== part.mediaMs[1]))
          findings.push({ ...at, what: 'index-wrong-time' });
        merkle.add(part.sha256);
        frames.video += part.frames.video;
        frames.audio += part.frames.audio;
        bytes += part.length;
        parts += 1;
      }
    } finally {
      await handle.close();
    }
    if (parts < index.entries.length)
      findings.push({
        file,
        offset: bytes,
        what: 'part-missing',
        detail: `${index.entries.length - parts} indexed`,
      });
  }
  const merkleRoot = Buffer.from(merkle.root()).toString('hex');
  const chainHead = index.chains[parts - 1] ?? noChain;
  if (sealed) {
    if (sealed.bytes !== bytes || sealed.parts !== parts)
      findings.push({ file, what: 'size-wrong', detail: `${bytes} bytes in ${parts} parts` });
    if (sealed.merkleRoot !== merkleRoot) findings.push({ file, what: 'root-wrong' });
    if (sealed.chainHead !== chainHead) findings.push({ file: indexFile, what: 'chain-head-wrong' });
  }
  if (more > 0) found.push({ file, what: 'more-findings', detail: `${more} more` });
  return { findings: found, bytes, parts, frames, merkleRoot, chainHead };
}

async function readIndex(
  folder: string,
  indexFile: string,
  open: boolean,
  findings: { push(finding: SegmentFinding): void },
): Promise<{ entries: IndexEntry[]; chains: string[] }> {
  const entries: IndexEntry[] = [];
  const chains: string[] = [];
  const handle = await openPlainFile(path.join(folder, indexFile));
  if (!handle) {
    findings.push({ file: indexFile, what: 'index-missing' });
    return { entries, chains };
  }
  let content: Buffer;
  try {
    if ((await handle.stat()).size > maxIndexBytes) {
      findings.push({ file: indexFile, what: 'index-too-long' });
      return { entries, chains };
    }
    content = await handle.readFile();
  } finally {
    await handle.close();
  }
  let at = 0;
  for (let end = content.indexOf(10); end >= 0; end = content.indexOf(10, at)) {
    try {
      const { entry, chain } = decodeIndexLine(content.toString('utf8', at, end), chains.at(-1) ?? noChain);
      entries.push(entry);
      chains.push(chain);
    } catch (error) {
      if (!isLiuhenError(error)) throw error;
      findings.push({ file: indexFile, offset: at, what: 'index-line-bad', detail: error.message });
      return { entries, chains };
    }
    at = end + 1;
  }
  if (at < content.length && !open) findings.push({ file: indexFile, offset: at, what: 'index-line-torn' });
  return { entries, chains };
}
