// The text of ledger.jsonl, line by line: the file list, the ledger's entries, the checkpoint over them. One form
// only: what does not encode to the same text again is refused, so that no bit can hide. README.md has the format.
import type { CheckpointMessage, LedgerEntry } from '../../protocols/hq/messages.ts';
import type { FileLine } from './session-files.ts';

/** First line: the folder's files at the close. */
export function encodeFilesLine(files: readonly FileLine[]): string {
  return JSON.stringify({ files });
}

/** An entry; an empty body is withheld. */
export function encodeEntryLine({ header, body }: LedgerEntry): string {
  const text = { header: base64(header) };
  return JSON.stringify(body.length === 0 ? text : { ...text, body: base64(body) });
}

/** Last line: the signature over the entry before it. Without its own header, which nothing here would cover. */
export function encodeCheckpointLine({ uptoSeq, head, signature, keySha256 }: CheckpointMessage): string {
  return JSON.stringify({
    checkpoint: {
      uptoSeq: String(uptoSeq),
      head: hex(head),
      signature: hex(signature),
      keySha256: hex(keySha256),
    },
  });
}

/** Null for a line that is none, or not in its one form. */
export function decodeFilesLine(line: string): readonly FileLine[] | null {
  const { files } = json(line);
  if (!Array.isArray(files) || !files.every(isFileLine)) return null;
  return encodeFilesLine(files) === line ? files : null;
}

export function decodeEntryLine(line: string): LedgerEntry | null {
  const { header, body = '' } = json(line);
  if (typeof header !== 'string' || typeof body !== 'string') return null;
  const entry = { header: Buffer.from(header, 'base64'), body: Buffer.from(body, 'base64') };
  return encodeEntryLine(entry) === line ? entry : null;
}

export function decodeCheckpointLine(line: string): CheckpointMessage | null {
  const { checkpoint } = json(line);
  if (typeof checkpoint !== 'object' || checkpoint === null) return null;
  const { uptoSeq, head, signature, keySha256 } = checkpoint as Record<string, unknown>;
  if (typeof uptoSeq !== 'string' || !/^\d{1,20}$/.test(uptoSeq)) return null;
  if (typeof head !== 'string' || typeof signature !== 'string' || typeof keySha256 !== 'string') return null;
  const message = {
    uptoSeq: BigInt(uptoSeq),
    head: Buffer.from(head, 'hex'),
    signature: Buffer.from(signature, 'hex'),
    keySha256: Buffer.from(keySha256, 'hex'),
  };
  const sized = message.head.length === 32 && message.signature.length === 64;
  return sized && encodeCheckpointLine(message) === line ? message : null;
}

function isFileLine(value: unknown): value is FileLine {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [name, bytes, digest] = value as unknown[];
  return typeof name === 'string' && Number.isSafeInteger(bytes) && typeof digest === 'string';
}

function json(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {}; // the caller says that the line is none
    throw error;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
