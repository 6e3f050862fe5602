// A signed firmware image as one file on a host's disk (SPEC.md annex A): magic, lengths, manifest, signature, image.
// The signature is checked by the dock, which holds the key; here only what can be known without it.
import { createHash } from 'node:crypto';
import { LiuhenError } from '../../config/errors.ts';
import { decodeManifest } from './codec.ts';
import type { FirmwareImage } from './firmware-image.ts';
import * as limits from './limits.ts';
import type { FirmwareManifest } from './messages.ts';

/** A byte that is no text, the name, CR LF (a transfer as text breaks it), and the format's version. */
export const firmwareFileMagic = Buffer.from([0x89, 0x4c, 0x48, 0x46, 0x57, 0x0d, 0x0a, 0x01]);
/** The largest file that can be an image. */
export const maxFirmwareFileBytes =
  limits.firmwareFileHeaderBytes + limits.maxManifestBytes + limits.signatureBytes + limits.maxImageBytes;

export interface FirmwareFile {
  readonly image: FirmwareImage;
  readonly manifest: FirmwareManifest;
}

/** Throws DOCK_IMAGE for parts whose lengths the format does not allow. */
export function encodeFirmwareFile({ manifest, signature, image }: FirmwareImage): Uint8Array {
  const header = Buffer.alloc(limits.firmwareFileHeaderBytes);
  firmwareFileMagic.copy(header);
  checkLengths(manifest.length, signature.length, image.length);
  header.writeUInt16BE(manifest.length, 8);
  header.writeUInt16BE(signature.length, 10);
  header.writeUInt32BE(image.length, 12);
  return Buffer.concat([header, manifest, signature, image]);
}

/** Throws DOCK_IMAGE whose `why` names the field. What it gives shares the memory of `file`. */
export function readFirmwareFile(file: Uint8Array): FirmwareFile {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const { firmwareFileHeaderBytes: headerBytes } = limits;
  const version = firmwareFileMagic.length - 1;
  if (!bytes.subarray(0, version).equals(firmwareFileMagic.subarray(0, version)))
    throw unusable('image-magic', 'it does not begin as a firmware image does');
  if (bytes.length < headerBytes)
    throw unusable('image-header', `its header ends after ${bytes.length} bytes`);
  if (bytes[version] !== firmwareFileMagic[version])
    throw unusable(
      'image-version',
      `version ${bytes[version]} of the file format, only ${firmwareFileMagic[version]} is read`,
    );
  const [manifestBytes, signatureBytes] = [bytes.readUInt16BE(8), bytes.readUInt16BE(10)];
  const imageBytes = bytes.readUInt32BE(12);
  checkLengths(manifestBytes, signatureBytes, imageBytes);
  const whole = headerBytes + manifestBytes + signatureBytes + imageBytes;
  if (bytes.length !== whole)
    throw unusable('image-cut', `${bytes.length} bytes, and its header says ${whole}`);
  const signatureAt = headerBytes + manifestBytes;
  const image: FirmwareImage = {
    manifest: bytes.subarray(headerBytes, signatureAt),
    signature: bytes.subarray(signatureAt, signatureAt + signatureBytes),
    image: bytes.subarray(signatureAt + signatureBytes),
  };
  return { image, manifest: checked(image) };
}

function checked({ manifest, image }: FirmwareImage): FirmwareManifest {
  let read: FirmwareManifest;
  try {
    read = decodeManifest(manifest);
  } catch (cause) {
    throw unusable('image-manifest', 'its manifest cannot be read', cause);
  }
  if (read.model === '' || read.name === '')
    throw unusable('image-names', 'its manifest names no model or no firmware');
  if (read.sizeBytes !== BigInt(image.length))
    throw unusable(
      'image-size',
      `its manifest is of an image of ${read.sizeBytes} bytes, this one has ${image.length}`,
    );
  if (!createHash('sha256').update(image).digest().equals(read.sha256))
    throw unusable('image-sha256', 'its bytes are not those that the manifest has the SHA-256 of');
  return read;
}

function checkLengths(manifest: number, signature: number, image: number): void {
  if (manifest < 1 || manifest > limits.maxManifestBytes)
    throw unusable(
      'image-lengths',
      `a manifest of ${manifest} bytes, 1 to ${limits.maxManifestBytes} are allowed`,
    );
  if (signature !== limits.signatureBytes)
    throw unusable(
      'image-lengths',
      `a signature of ${signature} bytes, Ed25519 has ${limits.signatureBytes}`,
    );
  if (image < 1 || image > limits.maxImageBytes)
    throw unusable('image-lengths', `an image of ${image} bytes, 1 to ${limits.maxImageBytes} are allowed`);
}

/** `detail` is why in a word, for who reads Chinese. */
function unusable(detail: string, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('DOCK_IMAGE', { why, detail }, { cause });
}
