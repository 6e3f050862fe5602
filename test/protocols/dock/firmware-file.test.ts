// The file of a firmware image (SPEC.md annex A): by its golden vector, broken in every field, and by random bytes.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { encodeManifest } from '../../../protocols/dock/codec.ts';
import {
  encodeFirmwareFile,
  firmwareFileMagic,
  maxFirmwareFileBytes,
  readFirmwareFile,
} from '../../../protocols/dock/firmware-file.ts';
import { checkFirmware, signFirmware } from '../../../protocols/dock/firmware-image.ts';
import { maxImageBytes, maxManifestBytes } from '../../../protocols/dock/limits.ts';
import { readVectors } from './dock-vectors.ts';

interface Vector {
  readonly publicKeyPem: string;
  readonly target: 'dock' | 'body-cam';
  readonly model: string;
  readonly name: string;
  readonly build: number;
  readonly image: string;
  readonly hex: string;
}

const { privateKey } = generateKeyPairSync('ed25519');
const about = { target: 'dock', model: 'DK-4', name: '1.5.0', build: 150 } as const;
const signed = signFirmware(about, Buffer.from('the image'), privateKey);
const good = Buffer.from(encodeFirmwareFile(signed));

function reads(bytes: Uint8Array): void {
  try {
    readFirmwareFile(bytes);
  } catch (error) {
    if (!isLiuhenError(error, 'DOCK_IMAGE')) throw error;
  }
}

t.test('the golden file says what the specification says, and its signature holds', (t) => {
  for (const vector of readVectors<Vector[]>('firmware-file.json')) {
    const bytes = Buffer.from(vector.hex, 'hex');
    const { image, manifest } = readFirmwareFile(bytes);
    const { target, model, name, build } = vector;
    t.match(manifest, { target, model, name, build });
    t.equal(Buffer.from(image.image).toString('hex'), vector.image);
    t.not(
      typeof checkFirmware(image, { target, model, build }, createPublicKey(vector.publicKeyPem)),
      'string',
      'a dock takes it',
    );
    t.same(Buffer.from(encodeFirmwareFile(image)), bytes, 'written again it is the same');
  }
  t.end();
});

t.test('a file that is broken says in which field', (t) => {
  const changed = (at: number, ...bytes: readonly number[]): Buffer => {
    const bent = Buffer.from(good);
    bent.set(bytes, at);
    return bent;
  };
  const manifestLength = good.readUInt16BE(8);
  const withManifest = (change: object): Uint8Array =>
    encodeFirmwareFile({
      ...signed,
      manifest: encodeManifest({
        ...readFirmwareFile(good).manifest,
        ...change,
      }),
    });
  for (const [what, bytes, why] of [
    ['nothing', Buffer.alloc(0), /does not begin/],
    ['another file', Buffer.from('#!/bin/sh\n echo an update for you\n'), /does not begin/],
    ['sent as text', Buffer.from(good.toString('latin1').replace('\r\n', '\n'), 'latin1'), /does not begin/],
    ['only the magic', firmwareFileMagic, /header ends after 8/],
    ['another version', changed(7, 2), /version 2/],
    ['no manifest', changed(8, 0, 0), /manifest of 0 bytes/],
    ['a huge manifest', changed(8, 0xff, 0xff), /manifest of 65535 bytes/],
    ['a short signature', changed(10, 0, 63), /signature of 63 bytes/],
    ['an empty image', changed(12, 0, 0, 0, 0), /image of 0 bytes/],
    ['a huge image', changed(12, 0xff, 0xff, 0xff, 0xff), /image of 4294967295 bytes/],
    ['cut at its end', good.subarray(0, -1), /header says/],
    ['longer than it says', Buffer.concat([good, Buffer.of(0)]), /header says/],
    ['another manifest', changed(16, 0xff, 0xff, 0xff), /manifest cannot be read/],
    ['no model', withManifest({ model: '' }), /no model/],
    ['no name', withManifest({ name: '' }), /no firmware/],
    ['another size', withManifest({ sizeBytes: 4n }), /of an image of 4 bytes, this one has 9/],
    ['another image', changed(16 + manifestLength + 64, 0x21), /SHA-256/],
  ] as const)
    t.throws(() => readFirmwareFile(bytes), { code: 'DOCK_IMAGE', details: { why } }, what);
  t.throws(() => encodeFirmwareFile({ ...signed, manifest: Buffer.alloc(maxManifestBytes + 1) }), {
    code: 'DOCK_IMAGE',
  });
  t.throws(() => encodeFirmwareFile({ ...signed, signature: Buffer.alloc(0) }), { code: 'DOCK_IMAGE' });
  t.ok(maxFirmwareFileBytes > maxImageBytes);
  t.end();
});

t.test('whatever a file holds, it is an image or DOCK_IMAGE', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), reads), { numRuns: 300 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (rest) => reads(Buffer.concat([firmwareFileMagic, rest]))),
    { numRuns: 300 },
  );
  const flips = fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(flips, fc.nat({ max: good.length }), (at, length) => {
      const bent = Buffer.from(good);
      for (const [index, by] of at) bent[index] = (bent[index] ?? 0) ^ by;
      reads(bent);
      reads(bent.subarray(0, length));
    }),
    { numRuns: 500 },
  );
  t.end();
});
