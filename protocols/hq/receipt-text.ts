// The text of a custody receipt, byte for byte as the box signs it and headquarters checks it (liuhen.proto,
// CustodyReceipt), and the hash over its clips. When one is given is the box's.
import { createHash } from 'node:crypto';

/** A receipt without its signature; integers as numbers or bigints, which print alike. */
export interface ReceiptFacts {
  readonly receipt: string;
  readonly dock: string;
  readonly slot: number;
  readonly serial: string;
  readonly device: string;
  readonly officer: { readonly name: string; readonly certificate: string };
  readonly at: { readonly wallMs: number | bigint };
  readonly clipCount: number;
  readonly bytes: number | bigint;
  readonly filesSha256: Uint8Array;
  readonly fromSeq: number | bigint;
  readonly uptoSeq: number | bigint;
}

/** UTF-8, one JSON array of texts and a newline, so that no name can look like the next field. */
export function receiptText(gateway: string, facts: ReceiptFacts): Uint8Array {
  const { receipt, dock, slot, serial, device, officer, at, clipCount, bytes } = facts;
  const { filesSha256, fromSeq, uptoSeq } = facts;
  const row = [
    'liuhen-custody-v1',
    gateway,
    receipt,
    dock,
    String(slot),
    serial,
    device,
    officer.name,
    officer.certificate,
    String(at.wallMs),
    String(clipCount),
    String(bytes),
    Buffer.from(filesSha256).toString('hex'),
    String(fromSeq),
    String(uptoSeq),
  ];
  return Buffer.from(`${JSON.stringify(row)}\n`);
}

/** SHA-256 over a line for each clip, `<sha256 hex> <bytes>`, sorted. */
export function clipsSha256(
  clips: readonly { readonly sha256: string; readonly bytes: number }[],
): Uint8Array {
  const lines = clips.map(({ sha256, bytes }) => `${sha256} ${bytes}\n`).toSorted();
  return createHash('sha256').update(lines.join('')).digest();
}
