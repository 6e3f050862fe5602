// Bodies as the control process speaks of them (numbers, milliseconds of the monotonic clock) and as the contract
// does (bigint, microseconds). Only these two differ, so the walk goes by field names alone.
import { LiuhenError } from '../../config/errors.ts';
import { sixtyFourBitFields } from '../../protocols/hq/codec.ts';
import type { Body } from '../../protocols/hq/messages.ts';
import type { LedgerBody } from '../sessions/ledger-port.ts';

/** For `Ledger.append`. Fractions are rounded to the contract's unit. Throws HQ_MESSAGE_INVALID for no number. */
export function contractBody(body: LedgerBody): Body {
  return walk(body, (name, value) => {
    if (name === 'monoMs') return ['monoUs', whole('monoUs', Number(value) * 1000)];
    return sixtyFourBitFields[name] === undefined ? null : [name, whole(name, Number(value))];
  }) as Body;
}

/** For the fold. Throws HQ_MESSAGE_INVALID for a number beyond what JavaScript counts exactly (2^53). */
export function controlBody(body: Body): LedgerBody {
  return walk(body, (name, value) => {
    if (typeof value !== 'bigint') return null;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw invalid(name, String(value));
    return name === 'monoUs' ? ['monoMs', number / 1000] : [name, number];
  }) as LedgerBody;
}

type Change = (name: string, value: unknown) => readonly [name: string, value: unknown] | null;

function walk(value: unknown, change: Change): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, change));
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const [to, changed] = change(name, field) ?? [name, walk(field, change)];
    out[to] = changed;
  }
  return out;
}

function whole(name: string, value: number): bigint {
  const rounded = Math.round(value);
  if (!Number.isSafeInteger(rounded)) throw invalid(name, String(value));
  return BigInt(rounded);
}

function invalid(name: string, value: string): LiuhenError {
  return new LiuhenError('HQ_MESSAGE_INVALID', { message: 'Body', why: `${name} is ${value}` });
}
