// The one mapper between liuhen.proto's bytes and the values of messages.ts, and the one door to protobufjs.
// protobufjs encodes a bigint or a bad string in a 64-bit field as 0 without a word: here every 64-bit field is a
// bigint in range, or an error. What the bytes mean for the chain is chain.ts's business.
import { LiuhenError } from '../../config/errors.ts';
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
export const sixtyFourBitFields: Readonly<Record<string, 'int64' | 'uint64'>> = {
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
};
/** The fields of a command beside its one-of. */
const commandHead = ['id', 'issuedWallMs', 'expiresWallMs', 'by', 'addressee'];
const momentFields = new Set(['opened', 'closed', 'at', 'first', 'last', 'from', 'to']);

/**
 * Half of a surrogate pair, as of a text that was cut in the middle of a character: protobufjs writes it as bytes that
 * are no UTF-8, and no one could ever read that entry again.
 */
const halfCharacters = /\p{Cs}/gu;

type Plain = Record<string, unknown>;

/** What this file uses of a generated message class. */
interface MessageClass {
  verify(message: Plain): string | null;
  encode(message: never): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: never, options: Plain): Plain;
}

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

// ---- the mapper -----------------------------------------------------------------------------------------

function encode(name: string, type: MessageClass, value: object, limit: number): Uint8Array {
  const message = toMessage(name, value) as Plain;
  const fault = type.verify(message);
  if (fault !== null) throw invalid(name, fault);
  const bytes = type.encode(message as never).finish();
  if (bytes.length > limit) throw invalid(name, `${bytes.length} bytes, at most ${limit}`);
  return bytes;
}

function decode<T>(name: string, type: MessageClass, bytes: Uint8Array, limit: number): T {
  if (bytes.length > limit) throw invalid(name, `${bytes.length} bytes, at most ${limit}`);
  let plain: Plain;
  try {
    plain = type.toObject(type.decode(bytes) as never, { defaults: true, arrays: true, longs: String });
  } catch (error) {
    throw invalid(name, error instanceof Error ? error.message : String(error), error);
  }
  return fromMessage(plain) as T;
}

/** Checked 64-bit values in protobufjs's own shape; defaults are left out, as every other encoder does. */
function toMessage(place: string, value: unknown): unknown {
  if (typeof value === 'string') return value.replace(halfCharacters, '\ufffd');
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, at) => toMessage(`${place}[${at}]`, item));
  const message: Plain = {};
  for (const [name, field] of Object.entries(value)) {
    const at = `${place}.${name}`;
    const kind = sixtyFourBitFields[name];
    if (kind !== undefined) {
      if (typeof field !== 'bigint') throw invalid(place, `${name} is no bigint`);
      const fits = kind === 'int64' ? BigInt.asIntN(64, field) : BigInt.asUintN(64, field);
      if (fits !== field) throw invalid(place, `${name} is no ${kind}`);
      if (field === 0n) continue;
      message[name] = {
        low: Number(BigInt.asIntN(32, field)),
        high: Number(BigInt.asIntN(32, field >> 32n)),
        unsigned: kind === 'uint64',
      };
    } else if (typeof field === 'bigint') throw invalid(place, `${name} is a bigint`);
    else if (field === undefined || field === '' || field === 0 || field === false) continue;
    else if (field instanceof Uint8Array && field.length === 0) continue;
    else message[name] = toMessage(at, field);
  }
  return message;
}

function fromMessage(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromMessage);
  const plain: Plain = {};
  for (const [name, field] of Object.entries(value)) {
    if (sixtyFourBitFields[name] !== undefined) plain[name] = BigInt(field as string);
    else if (field !== null) plain[name] = fromMessage(field);
    else if (momentFields.has(name)) plain[name] = { wallMs: 0n, monoUs: 0n };
  }
  return plain;
}

function oneOf<T>(plain: Plain, ...besides: readonly string[]): T | undefined {
  const name = Object.keys(plain).find((key) => !besides.includes(key));
  return name === undefined ? undefined : ({ case: name, value: plain[name] } as T);
}

function bounded(entry: LedgerEntry): LedgerEntry {
  if (entry.header.length > maxHeaderBytes) throw invalid('LedgerEntry', 'header too long');
  if (entry.body.length > maxBodyBytes) throw invalid('LedgerEntry', 'body too long');
  return entry;
}

function invalid(message: string, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('HQ_MESSAGE_INVALID', { message, why }, { cause });
}
