// The feed's messages as JSON, for tools that read no protobuf: 64-bit numbers as decimal text, bytes as hex. It is
// a mirror: what proves anything are the encoded bytes of liuhen.proto. Sending it is the uplink's.
import { redact } from '../../config/redact.ts';
import { entryHash } from './chain.ts';
import { decodeBody, decodeHeader } from './codec.ts';
import type { GatewayStatus, LedgerEntry, RoomState } from './messages.ts';

/** Any value of the contract as one line of JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) => plain(field));
}

export function statusJson(status: GatewayStatus): string {
  return mirrorText(status);
}

export function roomJson(room: RoomState): string {
  return mirrorText(room);
}

/**
 * `{"entries":[{"header":…,"hash":…,"body":{"case":…,"value":…}}]}`; the body is null for a case that only a newer
 * gateway knows. Salts are left out. Throws HQ_MESSAGE_INVALID.
 */
export function ledgerJson(entries: readonly LedgerEntry[]): string {
  return mirrorText({
    entries: entries.map((entry) => ({
      header: decodeHeader(entry.header),
      hash: entryHash(entry),
      body: decodeBody(entry.body) ?? null,
    })),
  });
}

/** What cameras say ends up in details: an address with a login in it must not go on from here. */
function mirrorText(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    typeof field === 'string' ? redact(field) : plain(field),
  );
}

function plain(field: unknown): unknown {
  if (typeof field === 'bigint') return field.toString();
  // Buffer's own toJSON has been applied before the replacer sees it.
  if (isBufferJson(field)) return Buffer.from(field.data).toString('hex');
  if (field instanceof Uint8Array) return Buffer.from(field).toString('hex');
  return field;
}

function isBufferJson(value: unknown): value is { readonly data: number[] } {
  if (typeof value !== 'object' || value === null) return false;
  const { type, data } = value as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data);
}
