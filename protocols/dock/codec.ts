// The one mapper between dock.proto's bytes and the values of messages.ts, with the limits of what a payload may hold.
// What a message means in which state is SPEC.md's; frames are frame.ts's.
import { LiuhenError } from '../../config/errors.ts';
import { contractOf, oneOf, type Plain, type SixtyFourBit } from '../protobuf-values.ts';
import { liuhen } from './generated/dock.js';
import { maxClipsPerReply, maxPathBytes, maxPayloadBytes, maxSlots, maxTextBytes } from './limits.ts';
import {
  lampWords,
  refusalWords,
  stepWords,
  targetWords,
  type DockEvent,
  type DockReply,
  type DockRequest,
  type FirmwareManifest,
  type Refusal,
} from './messages.ts';

const v1 = liuhen.dock.v1;

/** Every 64-bit field of the contract by its name, which never names anything else there; a test compares. */
export const dockSixtyFourBitFields: Readonly<Record<string, SixtyFourBit>> = {
  expected: 'uint64',
  totalBytes: 'uint64',
  freeBytes: 'uint64',
  wallMs: 'int64',
  sizeBytes: 'uint64',
  beginWallMs: 'int64',
  endWallMs: 'int64',
  offsetBytes: 'uint64',
  nextOffsetBytes: 'uint64',
};

const { encode, decode } = contractOf({
  sixtyFourBitFields: dockSixtyFourBitFields,
  words: { code: refusalWords, lamp: lampWords, target: targetWords, step: stepWords },
  // No device has insertion 0, so a command that names none reaches none.
  absent: { at: { slot: 0, insertion: 0 } },
  invalid,
});

/** Throws DOCK_MESSAGE, as everything here does, for what does not fit. */
export function encodeRequest(request: DockRequest): Uint8Array {
  return encode(request.case, v1.Request, { [request.case]: request.value }, maxPayloadBytes);
}

/** Undefined for a call that a newer host makes. */
export function decodeRequest(payload: Uint8Array): DockRequest | undefined {
  return oneOf<DockRequest>(bounded(decode<Plain>('request', v1.Request, payload, maxPayloadBytes)), '');
}

export function encodeReply(reply: DockReply): Uint8Array {
  return encode(reply.case, v1.Reply, { [reply.case]: reply.value }, maxPayloadBytes);
}

/** Undefined for a reply that is unknown here. */
export function decodeReply(payload: Uint8Array): DockReply | undefined {
  return oneOf<DockReply>(bounded(decode<Plain>('reply', v1.Reply, payload, maxPayloadBytes)), '');
}

export function encodeRefusal(refusal: Refusal): Uint8Array {
  return encode('refusal', v1.Refusal, refusal, maxPayloadBytes);
}

export function decodeRefusal(payload: Uint8Array): Refusal {
  return bounded(decode<Refusal>('refusal', v1.Refusal, payload, maxPayloadBytes));
}

export function encodeEvent(event: DockEvent): Uint8Array {
  return encode('event', v1.Event, { [event.case]: event.value }, maxPayloadBytes);
}

/** Undefined for an event that is unknown here. */
export function decodeEvent(payload: Uint8Array): DockEvent | undefined {
  return oneOf<DockEvent>(decode<Plain>('event', v1.Event, payload, maxPayloadBytes), '');
}

export function encodeManifest(manifest: FirmwareManifest): Uint8Array {
  return encode('manifest', v1.FirmwareManifest, manifest, maxPayloadBytes);
}

export function decodeManifest(bytes: Uint8Array): FirmwareManifest {
  return bounded(decode<FirmwareManifest>('manifest', v1.FirmwareManifest, bytes, maxPayloadBytes));
}

const listLimits: Readonly<Record<string, number>> = { slots: maxSlots, clips: maxClipsPerReply };

/** What people and files are named by has a length, so that no reply fills a page or a path. */
function bounded<T>(value: T, name = ''): T {
  if (typeof value === 'string') {
    const atMost = name === 'path' ? maxPathBytes : maxTextBytes;
    if (Buffer.byteLength(value) > atMost) throw invalid(name, `a text of over ${atMost} bytes`);
  } else if (Array.isArray(value)) {
    if (value.length > (listLimits[name] ?? 0)) throw invalid(name, `${value.length} items`);
    for (const item of value) bounded(item, name);
  } else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array))
    for (const [key, field] of Object.entries(value)) bounded(field, key);
  return value;
}

function invalid(message: string, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('DOCK_MESSAGE', { message, why }, { cause });
}
