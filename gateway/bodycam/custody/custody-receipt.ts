// The receipt for what a docking brought: signed, on disk as a page that can be printed, and in the ledger. Nothing is
// erased from a device before it has one.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { WallMs } from '../../../config/clock.ts';
import { localDay } from '../../../config/local-day.ts';
import { clipsSha256, receiptText } from '../../../protocols/hq/receipt-text.ts';
import type { SignText } from '../../gateway-feature.ts';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import { nodeClipDisk } from '../copying/clip-disk.ts';
import type { ClipPlace } from './clip-entry.ts';
import type { DeviceOfficer } from '../devices/device-register.ts';
import type { SafeClip } from './offload-book.ts';
import { makeFolder, receiptFolder } from './store-folder.ts';

export interface ReceiptOf {
  readonly gateway: string;
  readonly timezone: string;
  readonly place: ClipPlace;
  readonly officer: DeviceOfficer | null;
  /** With their entries in the ledger; at least one. */
  readonly clips: readonly SafeClip[];
  readonly at: { readonly wallMs: number; readonly monoMs: number };
}

export type ReceiptBody = Extract<BodycamBody, { case: 'custodyReceipt' }>;

export function receiptBody({ gateway, place, officer, clips, at }: ReceiptOf, sign: SignText): ReceiptBody {
  const seqs = clips.map(({ seq }) => seq);
  const facts = {
    receipt: randomBytes(8).toString('hex'),
    dock: place.dock,
    slot: place.slot,
    serial: place.serial,
    device: place.device,
    officer: officer ?? { name: '', certificate: '' },
    at: { wallMs: Math.round(at.wallMs), monoMs: at.monoMs },
    clipCount: clips.length,
    bytes: clips.reduce((sum, { bytes }) => sum + bytes, 0),
    filesSha256: clipsSha256(clips),
    // Reduced, not spread: a card has more clips than a call has arguments.
    fromSeq: seqs.reduce((least, seq) => Math.min(least, seq)),
    uptoSeq: seqs.reduce((most, seq) => Math.max(most, seq)),
  };
  return { case: 'custodyReceipt', value: { ...facts, ...sign(receiptText(gateway, facts)) } };
}

/** The receipt as a page in both languages, with the signed text and the signature at its end. */
export function receiptPage({ value }: ReceiptBody, { gateway, timezone, clips }: ReceiptOf): string {
  const { officer, device, serial, dock, slot, receipt } = value;
  const when = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(value.at.wallMs);
  const who = [officer.name, officer.certificate].filter((each) => each !== '').join(' ') || '-';
  const rows = [
    `执法记录仪音像记录接收单 / Custody receipt ${receipt}`,
    '',
    `时间 / time: ${when} (${timezone})`,
    `网关 / gateway: ${gateway}    采集站 / dock: ${dock}    插槽 / slot: ${slot + 1}`,
    `设备编号 / device: ${device}    序列号 / serial: ${serial}`,
    `执法人员 / officer: ${who}`,
    `件数 / clips: ${value.clipCount}    字节 / bytes: ${value.bytes}`,
    `台账 / ledger: ${value.fromSeq} - ${value.uptoSeq}`,
    '',
    ...clips.map(({ sha256, bytes, file }) => `${sha256}  ${bytes}  ${file}`),
    '',
    'Ed25519:',
    Buffer.from(receiptText(gateway, value)).toString().trimEnd(),
    Buffer.from(value.signature).toString('base64'),
    `key sha256 ${Buffer.from(value.keySha256).toString('hex')}`,
  ];
  return `${rows.join('\n')}\n`;
}

/** Writes the page into the store, synced with its folder; gives its path below the store. Rejects as the disk does. */
export async function writeReceipt(body: ReceiptBody, of: ReceiptOf, store: string): Promise<string> {
  const day = localDay(of.at.wallMs as WallMs, of.timezone);
  const folder = await makeFolder(store, [receiptFolder, day]);
  const name = `${of.place.device}-${body.value.receipt}.txt`;
  // Over what an attempt left that met a full disk; the name is drawn, so that it is nobody else's.
  const handle = await fs.open(path.join(folder, name), 'w', 0o640);
  try {
    await handle.writeFile(receiptPage(body, of));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await nodeClipDisk.syncFolder(folder);
  return path.join(receiptFolder, day, name);
}
