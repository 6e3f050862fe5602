// The device keys that headquarters was told to expect: one PEM file a gateway. What they are measured against is
// key-pin.ts's.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { LiuhenError } from '../config/errors.ts';
import type { GatewayAddress } from '../protocols/hq/topics.ts';
import { keyPin, maxExpectedKeys, type KeyPin } from './key-pin.ts';

/** Longest key file, in bytes. */
export const maxKeyFileBytes = 16 * 1024;
const block = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g;

/**
 * The keys in `<folder>/<agency>/<site>/<gateway>.pem`, oldest first, at most `maxExpectedKeys`; empty when there is
 * no such file. Throws EXPECTED_KEY for a file without a usable Ed25519 key.
 */
export function readExpectedKeys(
  folder: string,
  { agency, site, gateway }: GatewayAddress,
): readonly KeyPin[] {
  const file = path.join(folder, agency, site, `${gateway}.pem`);
  if (!existsSync(file)) return [];
  try {
    if (statSync(file).size > maxKeyFileBytes) throw new RangeError(`more than ${maxKeyFileBytes} bytes`);
    const keys = (readFileSync(file, 'utf8').match(block) ?? []).map(keyPin);
    if (keys.length === 0 || keys.length > maxExpectedKeys) throw new RangeError(`${keys.length} keys`);
    return keys;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LiuhenError('EXPECTED_KEY', { file, why }, { cause });
  }
}
