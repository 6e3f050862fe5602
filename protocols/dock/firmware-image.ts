// A signed firmware image: its manifest, the Ed25519 signature over it (RFC 8032), and what a dock asks of an image
// before it takes one byte. Sending is device-drivers', storing is the dock's.
import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { LiuhenError } from '../../config/errors.ts';
import { decodeManifest, encodeManifest } from './codec.ts';
import { maxImageBytes } from './limits.ts';
import type { FirmwareManifest, RefusalWord } from './messages.ts';

/** Stands before the manifest in what is signed, so that no other signature of the key can be used here. */
export const firmwareSignaturePrefix = 'liuhen dock firmware v1\0';

export interface FirmwareImage {
  readonly manifest: Uint8Array;
  readonly signature: Uint8Array;
  readonly image: Uint8Array;
}

/** Signs with an Ed25519 private key. Throws DOCK_IMAGE for an image that is empty or over maxImageBytes. */
export function signFirmware(
  about: Pick<FirmwareManifest, 'target' | 'model' | 'name' | 'build'>,
  image: Uint8Array,
  key: KeyObject,
): FirmwareImage {
  if (image.length === 0 || image.length > maxImageBytes)
    throw new LiuhenError('DOCK_IMAGE', {
      why: `${image.length} bytes, at most ${maxImageBytes}`,
      detail: 'image-lengths',
    });
  const sha256 = createHash('sha256').update(image).digest();
  const manifest = encodeManifest({ ...about, sizeBytes: BigInt(image.length), sha256 });
  return { manifest, signature: sign(null, signed(manifest), key), image };
}

/**
 * What a device of this kind answers to firmware_begin: the manifest, or why it refuses. The same build is no
 * downgrade: that is how an update is tried again whose end nobody saw.
 */
export function checkFirmware(
  { manifest, signature }: Pick<FirmwareImage, 'manifest' | 'signature'>,
  device: Pick<FirmwareManifest, 'target' | 'model' | 'build'>,
  key: KeyObject,
): FirmwareManifest | RefusalWord {
  if (!verify(null, signed(manifest), key, signature)) return 'image-signature';
  let read: FirmwareManifest;
  try {
    read = decodeManifest(manifest);
  } catch {
    // Signed, and still not to be read: whoever signed it meant another version of this contract.
    return 'bad-request';
  }
  if (read.target !== device.target || read.model !== device.model) return 'image-model';
  if (read.build < device.build) return 'image-downgrade';
  if (read.sizeBytes < 1n || read.sizeBytes > BigInt(maxImageBytes)) return 'range';
  return read;
}

function signed(manifest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(firmwareSignaturePrefix), manifest]);
}
