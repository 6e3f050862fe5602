// Reads a session's journal back, in pieces, so that the process that records is never held up by a long one. What is
// written there is journal.ts's.
import fs from 'node:fs/promises';
import path from 'node:path';
import { LiuhenError } from '../../config/errors.ts';
import type { JournalRecord } from './recorder-protocol.ts';

export const journalFile = 'journal.jsonl';
/** Some days of four cameras that lose packets every other second. */
export const maxJournalBytes = 256 * 1024 * 1024;
/** Read at a time; other work goes on between two. */
const pieceBytes = 256 * 1024;
/** No record is as long. */
const maxLineBytes = 1024 * 1024;

/**
 * Reads whole, well-numbered records; `bytes` is where the first torn or bad line begins.
 * @throws LiuhenError JOURNAL_TOO_LONG beyond `maxJournalBytes`.
 */
export async function readJournal(
  folder: string,
): Promise<{ records: readonly JournalRecord[]; bytes: number }> {
  const records: JournalRecord[] = [];
  let bytes = 0;
  for await (const { line, end } of lines(folder)) {
    const record = parsed(line, records.length + 1);
    if (record === null) break; // torn or not ours: everything from here on is cut
    records.push(record);
    bytes = end;
  }
  return { records, bytes };
}

/** At most `limit` records behind number `after`; those before are skipped unread. Throws as `readJournal` does. */
export async function readJournalPage(
  folder: string,
  after: number,
  limit: number,
): Promise<readonly JournalRecord[]> {
  const records: JournalRecord[] = [];
  let n = 0;
  if (limit <= 0) return records;
  for await (const { line } of lines(folder)) {
    n += 1;
    if (n <= after) continue;
    const record = parsed(line, n);
    if (record === null) break;
    records.push(record);
    if (records.length >= limit) break;
  }
  return records;
}

function parsed(line: Buffer, n: number): JournalRecord | null {
  try {
    const record = JSON.parse(line.toString('utf8')) as JournalRecord;
    return record.n === n ? record : null;
  } catch {
    return null; // half a line, as a crash leaves it
  }
}

/** Lines that end, without their ends; `end` is the offset behind each. None when there is no journal. */
async function* lines(folder: string): AsyncGenerator<{ line: Buffer; end: number }> {
  let file: fs.FileHandle;
  try {
    file = await fs.open(path.join(folder, journalFile));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if ((await file.stat()).size > maxJournalBytes)
      throw new LiuhenError('JOURNAL_TOO_LONG', { folder, maxBytes: maxJournalBytes });
    let rest = Buffer.alloc(0);
    let offset = 0;
    for (let at = 0; ; ) {
      const piece = Buffer.alloc(pieceBytes);
      const { bytesRead } = await file.read(piece, 0, pieceBytes, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      rest = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
      let from = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
        yield { line: rest.subarray(from, end), end: offset + end + 1 };
        from = end + 1;
      }
      offset += from;
      rest = rest.subarray(from);
      if (rest.length > maxLineBytes) return; // not ours
    }
  } finally {
    await file.close();
  }
}
