// The golden vectors of protocols/dock/vectors as values: bytes as hex, 64-bit integers as decimal texts.
import { readFileSync } from 'node:fs';
import { dockSixtyFourBitFields } from '../../../protocols/dock/codec.ts';
import type { DockEvent, DockReply, DockRequest, Refusal } from '../../../protocols/dock/messages.ts';

const byteFields = new Set(['sha256', 'data', 'manifest', 'signature']);

export interface FrameVector {
  readonly what: string;
  readonly version: number;
  readonly type: 'request' | 'reply' | 'error' | 'event';
  readonly sequence: number;
  readonly message: unknown;
  readonly hex: string;
}

export function readVectors<T>(name: string): T {
  return JSON.parse(
    readFileSync(new URL(`../../../protocols/dock/vectors/${name}`, import.meta.url), 'utf8'),
  ) as T;
}

export type AnyMessage = DockRequest | DockReply | DockEvent | Refusal;

export function fromJson(value: unknown): AnyMessage {
  return JSON.parse(JSON.stringify(value), (key, field: unknown) => {
    if (dockSixtyFourBitFields[key] !== undefined) return BigInt(field as string);
    return byteFields.has(key) ? new Uint8Array(Buffer.from(field as string, 'hex')) : field;
  }) as AnyMessage;
}
