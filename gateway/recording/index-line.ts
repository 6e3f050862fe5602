// The index beside a segment: one JSON line per part. Line 0 is the init section, so that the lines cover
// every byte. `chain` = SHA-256(chain of the line before || the text of this line without its chain).
import { createHash } from 'node:crypto';
import { LiuhenError } from '../../config/errors.ts';
import type { At } from './recorder-protocol.ts';

export interface IndexEntry {
  readonly n: number;
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  readonly length: number;
  /** Of the first and behind the last frame, milliseconds of media time; the same twice for line 0. */
  readonly mediaMs: readonly [number, number];
  /** When the first and the last frame arrived. */
  readonly first: At;
  readonly last: At;
  readonly frames: { readonly video: number; readonly audio: number };
  readonly sha256: string;
  /** Set when recovery made the line from the file; its times follow from the line before and the media time. */
  readonly recovered?: true;
}

export const maxIndexLineBytes = 2048;
/** The chain before line 0. */
export const noChain = '0'.repeat(64);

/** The line without its end of line, and its chained hash in hex. */
export function encodeIndexLine(entry: IndexEntry, before: string): { line: string; chain: string } {
  const text = JSON.stringify(entry);
  const chain = link(before, text);
  return { line: `${text.slice(0, -1)},"chain":"${chain}"}`, chain };
}

/** Reads a line and checks its chain. Throws LiuhenError INDEX_LINE. */
export function decodeIndexLine(line: string, before: string): { entry: IndexEntry; chain: string } {
  const at = line.length - 76; // ,"chain":"<64>"}
  const text = `${line.slice(0, at)}}`;
  const chain = line.slice(at + 10, at + 74);
  const shaped = at > 0 && line.slice(at, at + 10) === ',"chain":"' && line.endsWith('"}');
  if (!shaped || line.length > maxIndexLineBytes) throw new LiuhenError('INDEX_LINE', { why: 'shape' });
  if (link(before, text) !== chain) throw new LiuhenError('INDEX_LINE', { why: 'chain' });
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch (cause) {
    throw new LiuhenError('INDEX_LINE', { why: 'not JSON' }, { cause });
  }
  // The chain is no signature: anybody can make a line that fits it.
  if (!isIndexEntry(entry)) throw new LiuhenError('INDEX_LINE', { why: 'fields' });
  return { entry, chain };
}

function isIndexEntry(value: unknown): value is IndexEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { n, offset, length, mediaMs, first, last, frames, sha256 } = value as Record<string, unknown>;
  if (![n, offset, length].every(Number.isSafeInteger) || typeof sha256 !== 'string') return false;
  if (!Array.isArray(mediaMs) || mediaMs.length !== 2 || !mediaMs.every(Number.isFinite)) return false;
  return (
    [first, last].every((at) => hasNumbers(at, ['wallMs', 'monoMs'])) &&
    hasNumbers(frames, ['video', 'audio'])
  );
}

function hasNumbers(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => Number.isFinite((value as Record<string, unknown>)[name]));
}

function link(before: string, text: string): string {
  return createHash('sha256').update(Buffer.from(before, 'hex')).update(text).digest('hex');
}
