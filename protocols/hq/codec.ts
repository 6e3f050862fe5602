// The one mapper between liuhen.proto's bytes and the values of messages.ts. Ranges of 64-bit fields are
// ../protobuf-values.ts's business, what the bytes mean for the chain is chain.ts's.
import { LiuhenError } from '../../config/errors.ts';
import { contractOf, oneOf, type Plain, type SixtyFourBit } from '../protobuf-values.ts';
import { liuhen } from './generated/liuhen.js';
import type { Command, Reply } from './command-messages.ts';
import type { Body, BodyCase, GatewayStatus, Header, LedgerEntry, Receipt, RoomState } from './messages.ts';

/** Longest encoded body, in bytes. */
export const maxBodyBytes = 64 * 1024;
/** Longest encoded header, in bytes. */
export const maxHeaderBytes = 512;
/** Longest message on the wire, in bytes. */
export const maxMessageBytes = 1024 * 1024;
/** Longest encoded command, in bytes: fifty officers and parties with names of 200 characters, in Chinese, fit. */
export const maxCommandBytes = 128 * 1024;
/** Most entries in one batch. */
export const maxBatchEntries = 256;
export const saltBytes = 16;

const v1 = liuhen.v1;

/** Every 64-bit field of the contract by its name, which never names anything else there; a test compares. */
export const sixtyFourBitFields: Readonly<Record<string, SixtyFourBit>> = {
  epoch: 'uint64',
  seq: 'uint64',
  wallMs: 'int64',
  monoUs: 'uint64',
  uptoSeq: 'uint64',
  deltaMs: 'int64',
  freeBytes: 'uint64',
  skewMs: 'int64',
  dueWallMs: 'int64',
  lastJournalRecord: 'uint64',
  bytes: 'uint64',
  journal: 'uint64',
  videoFrames: 'uint64',
  audioFrames: 'uint64',
  cutBytes: 'uint64',
  gap: 'uint64',
  lostPackets: 'uint64',
  ledgerSeq: 'uint64',
  fromSeq: 'uint64',
  frames: 'uint64',
  expectedMs: 'int64',
  recordedMs: 'int64',
  fromWallMs: 'int64',
  toWallMs: 'int64',
  issuedWallMs: 'int64',
  expiresWallMs: 'int64',
  totalBytes: 'uint64',
  clockOffsetMs: 'int64',
  beginDeviceMs: 'int64',
  endDeviceMs: 'int64',
  beginWallMs: 'int64',
  endWallMs: 'int64',
  recordedToWallMs: 'int64',
  oldestWallMs: 'int64',
  returnedWallMs: 'int64',
};
/** The fields of a command beside its one-of. */
const commandHead = ['id', 'issuedWallMs', 'expiresWallMs', 'by', 'addressee'];

const noMoment = { wallMs: 0n, monoUs: 0n };
const { encode, decode } = contractOf({
  sixtyFourBitFields,
  absent: {
    ...Object.fromEntries(
      ['opened', 'closed', 'at', 'first', 'last', 'from', 'to'].map((name) => [name, noMoment]),
    ),
    officer: { name: '', certificate: '' },
  },
  invalid,
});

/** Encodes a header; the result is what is hashed. Throws HQ_MESSAGE_INVALID for a value out of range. */
export function encodeHeader(header: Header): Uint8Array {
  return encode('Header', v1.Header, header, maxHeaderBytes);
}

/** Throws HQ_MESSAGE_INVALID. */
export function decodeHeader(bytes: Uint8Array): Header {
  return decode<Header>('Header', v1.Header, bytes, maxHeaderBytes);
}

/** Encodes a body with its salt of `saltBytes` random bytes. Throws HQ_MESSAGE_INVALID. */
export function encodeBody(body: Body, salt: Uint8Array): Uint8Array {
  if (salt.length !== saltBytes) throw invalid('Body', `a salt of ${salt.length} bytes`);
  return encode('Body', v1.Body, { salt, [body.case]: body.value }, maxBodyBytes);
}

/** The body; undefined when a newer gateway wrote a case that is unknown here. Throws HQ_MESSAGE_INVALID. */
export function decodeBody(bytes: Uint8Array): Body | undefined {
  return oneOf<Body & { case: BodyCase }>(decode<Plain>('Body', v1.Body, bytes, maxBodyBytes), 'salt');
}

export function encodeEntry(entry: LedgerEntry): Uint8Array {
  return encode('LedgerEntry', v1.LedgerEntry, entry, maxHeaderBytes + maxBodyBytes + 16);
}

/** Throws HQ_MESSAGE_INVALID; the two inner encodings are bounded but not looked into. */
export function decodeEntry(bytes: Uint8Array): LedgerEntry {
  return bounded(
    decode<LedgerEntry>('LedgerEntry', v1.LedgerEntry, bytes, maxHeaderBytes + maxBodyBytes + 16),
  );
}

/** At most `maxBatchEntries` entries and `maxMessageBytes` in all; more is HQ_MESSAGE_INVALID. */
export function encodeBatch(entries: readonly LedgerEntry[]): Uint8Array {
  if (entries.length > maxBatchEntries) throw invalid('LedgerBatch', `${entries.length} entries`);
  return encode('LedgerBatch', v1.LedgerBatch, { entries }, maxMessageBytes);
}

export function decodeBatch(bytes: Uint8Array): readonly LedgerEntry[] {
  const { entries } = decode<{ entries: LedgerEntry[] }>(
    'LedgerBatch',
    v1.LedgerBatch,
    bytes,
    maxMessageBytes,
  );
  if (entries.length > maxBatchEntries) throw invalid('LedgerBatch', `${entries.length} entries`);
  return entries.map(bounded);
}

export function encodeStatus(status: GatewayStatus): Uint8Array {
  return encode('GatewayStatus', v1.GatewayStatus, status, maxMessageBytes);
}

export function decodeStatus(bytes: Uint8Array): GatewayStatus {
  return decode('GatewayStatus', v1.GatewayStatus, bytes, maxMessageBytes);
}

export function encodeRoomState(state: RoomState): Uint8Array {
  return encode('RoomState', v1.RoomState, state, maxMessageBytes);
}

export function decodeRoomState(bytes: Uint8Array): RoomState {
  return decode('RoomState', v1.RoomState, bytes, maxMessageBytes);
}

export function encodeReceipt(receipt: Receipt): Uint8Array {
  return encode('Receipt', v1.Receipt, receipt, maxMessageBytes);
}

export function decodeReceipt(bytes: Uint8Array): Receipt {
  return decode('Receipt', v1.Receipt, bytes, maxMessageBytes);
}

export function encodeCommand(command: Command): Uint8Array {
  const { command: work, ...others } = command;
  const message = work ? { ...others, [work.case]: work.value } : others;
  return encode('Command', v1.Command, message, maxCommandBytes);
}

export function decodeCommand(bytes: Uint8Array): Command {
  const plain = decode<Plain & Command>('Command', v1.Command, bytes, maxCommandBytes);
  const { id, issuedWallMs, expiresWallMs, by, addressee } = plain;
  return { id, issuedWallMs, expiresWallMs, by, addressee, command: oneOf(plain, ...commandHead) };
}

export function encodeReply(reply: Reply): Uint8Array {
  return encode('Reply', v1.Reply, reply, maxMessageBytes);
}

export function decodeReply(bytes: Uint8Array): Reply {
  return decode('Reply', v1.Reply, bytes, maxMessageBytes);
}

function bounded(entry: LedgerEntry): LedgerEntry {
  if (entry.header.length > maxHeaderBytes) throw invalid('LedgerEntry', 'header too long');
  if (entry.body.length > maxBodyBytes) throw invalid('LedgerEntry', 'body too long');
  return entry;
}

function invalid(message: string, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('HQ_MESSAGE_INVALID', { message, why }, { cause });
}
