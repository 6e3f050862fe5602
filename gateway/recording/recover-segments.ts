// After a crash: every `.part` file is trimmed to its whole parts, indexed where lines are missing, and sealed.
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { MerkleAccumulator } from '../../protocols/hq/merkle.ts';
import { decodeIndexLine, encodeIndexLine, noChain, type IndexEntry } from './index-line.ts';
import { readParts } from './read-segment.ts';
import { replaceFile, type RecordingDisk } from './recording-disk.ts';
import type { At, JournalFact, JournalRecord } from './recorder-protocol.ts';
import { indexSuffix } from './segment-writer.ts';

export type SealedFact = Extract<JournalFact, { type: 'segment-sealed' }>;

/** No part is longer, in milliseconds: the file's own numbers are believed up to here. */
const maxPartMs = 5000;

const name = /^(.+)-(\d{4,})\.mp4(\.part)?$/;

/** The number behind the highest segment of a camera in the folder. */
export function nextSegment(files: readonly string[], camera: string): number {
  let highest = 0;
  for (const file of files) {
    const match = name.exec(file);
    if (match?.[1] === camera) highest = Math.max(highest, Number(match[2]));
  }
  return highest + 1;
}

/**
 * Recovers the folder. `past` is its journal: a file that was renamed but not told of is told of now. Answers
 * the facts to append, in order of file names.
 */
export async function recoverSegments(
  disk: RecordingDisk,
  folder: string,
  past: readonly JournalRecord[],
): Promise<SealedFact[]> {
  const told = new Set(past.flatMap((record) => (record.type === 'segment-sealed' ? [record.file] : [])));
  const facts: SealedFact[] = [];
  for (const file of [...(await disk.list(folder))].sort()) {
    const match = name.exec(file);
    if (!match) continue;
    const final = file.replace(/\.part$/, '');
    if (!match[3] && told.has(file)) continue;
    const opened = past.find((record) => record.type === 'segment-opened' && record.file === final);
    const first: At = opened?.type === 'segment-opened' ? opened.first : { wallMs: 0, monoMs: 0 };
    const fact = await recoverOne(disk, folder, file, final, match[1] ?? '', first);
    if (fact) facts.push(fact);
  }
  return facts;
}

async function recoverOne(
  disk: RecordingDisk,
  folder: string,
  file: string,
  final: string,
  camera: string,
  opened: At,
): Promise<SealedFact | null> {
  const full = path.join(folder, file);
  const known = await readLines(path.join(folder, final + indexSuffix));
  const merkle = new MerkleAccumulator();
  const lines: string[] = [];
  const frames = { video: 0, audio: 0 };
  let chain = noChain;
  let bytes = 0;
  let first = opened;
  let last = opened;
  let mediaEndMs: number | null = null;
  let trusted = true;
  const handle = await fs.open(full, constants.O_RDWR);
  try {
    const { size } = await handle.stat();
    for await (const part of readParts(handle, size)) {
      const old: IndexEntry | null = trusted ? read(known[part.n], chain) : null;
      const sha256 = part.sha256.toString('hex');
      // From the first line that is missing or does not hold, lines are made anew and say so.
      trusted =
        old !== null && old.offset === part.offset && old.length === part.length && old.sha256 === sha256;
      const before = last;
      last = later(before, part.mediaMs[1] - (mediaEndMs ?? part.mediaMs[0]));
      const entry: IndexEntry =
        old && trusted
          ? old
          : {
              n: part.n,
              offset: part.offset,
              length: part.length,
              mediaMs: part.mediaMs,
              first: before,
              last,
              frames: part.frames,
              sha256,
              recovered: true,
            };
      if (part.n === 0) first = entry.first;
      last = entry.last;
      if (part.n > 0) mediaEndMs = part.mediaMs[1];
      const encoded = encodeIndexLine(entry, chain);
      chain = encoded.chain;
      lines.push(`${encoded.line}\n`);
      merkle.add(part.sha256);
      frames.video += part.frames.video;
      frames.audio += part.frames.audio;
      bytes += part.length;
    }
    if (lines.length === 0) return null; // not even an init section: nothing was said to be durable
    if (bytes < size) await handle.truncate(bytes);
    await handle.sync();
    await replaceFile(disk, path.join(folder, final + indexSuffix), Buffer.from(lines.join('')));
    if (file !== final) {
      await disk.rename(full, path.join(folder, final));
      await disk.syncFolder(folder);
    }
    return {
      type: 'segment-sealed',
      camera,
      file: final,
      bytes,
      parts: lines.length,
      frames,
      first,
      last,
      merkleRoot: Buffer.from(merkle.root()).toString('hex'),
      chainHead: chain,
      recovered: { cutBytes: size - bytes },
    };
  } finally {
    await handle.close();
  }
}

/** As much later as the part's media is long: without it, what was recovered would lie inside the gap behind it. */
function later({ wallMs, monoMs }: At, mediaMs: number): At {
  const ms = Math.round(Math.min(Math.max(0, mediaMs), maxPartMs));
  return { wallMs: wallMs + ms, monoMs: monoMs + ms };
}

function read(line: string | undefined, before: string): IndexEntry | null {
  if (line === undefined) return null;
  try {
    return decodeIndexLine(line, before).entry;
  } catch {
    return null; // the line is made anew, with `recovered`
  }
}

async function readLines(file: string): Promise<string[]> {
  try {
    return (await fs.readFile(file, 'utf8')).split('\n').slice(0, -1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
