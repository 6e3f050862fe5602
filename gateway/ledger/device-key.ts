// The box's own Ed25519 key: made once, kept in a file that only the service can read, used to sign checkpoints
// and segments. The private key never leaves this file.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { fchmodSync, fstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LiuhenError } from '../../config/errors.ts';
import { keyFingerprint } from '../../protocols/hq/chain.ts';

export interface DeviceKey {
  readonly publicKeyPem: string;
  /** SHA-256 over the public key in DER. */
  readonly fingerprint: Uint8Array;
  /** Ed25519 (RFC 8032), 64 bytes. */
  sign(text: Uint8Array): Uint8Array;
}

/** Reads the key of `file`, or makes it. Throws DEVICE_KEY when it is unusable or others can read it. */
export function openDeviceKey(file: string): DeviceKey {
  let key: KeyObject;
  try {
    if (!existsSync(file)) make(file);
    key = read(file);
  } catch (error) {
    if (error instanceof LiuhenError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new LiuhenError('DEVICE_KEY', { file, why }, { cause: error });
  }
  const publicKeyPem = createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string;
  return { publicKeyPem, fingerprint: keyFingerprint(publicKeyPem), sign: (text) => sign(null, text, key) };
}

function make(file: string): void {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.new`;
  const descriptor = openSync(fresh, 'w', 0o600);
  fchmodSync(descriptor, 0o600); // a file left by a crash, or a wide umask
  writeFileSync(descriptor, pem);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(fresh, file);
  const folder = openSync(path.dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function read(file: string): KeyObject {
  const descriptor = openSync(file, 'r');
  try {
    const mode = fstatSync(descriptor).mode & 0o777;
    if ((mode & 0o077) !== 0) {
      throw new LiuhenError('DEVICE_KEY', { file, why: `its mode is ${mode.toString(8)}` });
    }
    const key = createPrivateKey(readFileSync(descriptor, 'utf8'));
    if (key.asymmetricKeyType !== 'ed25519') {
      throw new LiuhenError('DEVICE_KEY', { file, why: `it is a key for ${key.asymmetricKeyType}` });
    }
    return key;
  } finally {
    closeSync(descriptor);
  }
}
