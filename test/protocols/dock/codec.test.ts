// The dock's messages: golden vectors both ways, the contract's 64-bit fields, limits, and bytes that mean nothing.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import * as codec from '../../../protocols/dock/codec.ts';
import { checkFirmware, signFirmware } from '../../../protocols/dock/firmware-image.ts';
import { FrameReader } from '../../../protocols/dock/frame-reader.ts';
import { encodeFrame } from '../../../protocols/dock/frame.ts';
import { dockHeaderText } from '../../../protocols/dock/header-text.ts';
import { chunkOverheadBytes, minPayloadBytes } from '../../../protocols/dock/limits.ts';
import { lampWords, refusalWords, stepWords, targetWords } from '../../../protocols/dock/messages.ts';
import { fromJson, readVectors, type AnyMessage, type FrameVector } from './dock-vectors.ts';

const encode = {
  request: codec.encodeRequest,
  reply: codec.encodeReply,
  error: codec.encodeRefusal,
  event: codec.encodeEvent,
} as Readonly<Record<string, (message: AnyMessage) => Uint8Array>>;
const decode = {
  request: codec.decodeRequest,
  reply: codec.decodeReply,
  error: codec.decodeRefusal,
  event: codec.decodeEvent,
} as const;
const contract = readFileSync('protocols/dock/dock.proto', 'utf8').replace(/\/\/.*/g, '');
const { vectors } = readVectors<{ vectors: FrameVector[] }>('frames.json');

t.test('the golden frames are what we write and what we read', async (t) => {
  for (const { what, version, type, sequence, message, hex } of vectors) {
    const value = fromJson(message);
    const payload = encode[type]?.(value) ?? new Uint8Array();
    t.equal(encodeFrame({ version, type, sequence, payload }).toString('hex'), hex, what);
    const [frame] = new FrameReader().push(Buffer.from(hex, 'hex'));
    t.match(frame, { version, type, sequence }, what);
    // Bytes come as views of a slab; what they hold is what counts.
    t.same(plain(decode[type](frame?.payload ?? new Uint8Array())), plain(value), what);
  }
});

t.test('every call has a golden frame for what is asked and one for what is answered', async (t) => {
  const calls = /message Request \{([^]*?)\n\}/.exec(contract)?.[1] ?? '';
  const names = [...calls.matchAll(/ (\w+) = \d+;/g)].map(([, name = '']) =>
    name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
  );
  t.equal(names.length, 19);
  for (const type of ['request', 'reply'])
    t.same(
      names.filter((name) => !vectors.some((one) => one.type === type && caseOf(one.message) === name)),
      [],
      type,
    );
});

t.test('every 64-bit field and every word of the contract is known by its name', async (t) => {
  const fields = [...contract.matchAll(/\b(u?int64) (\w+) =/g)].map(([, kind = '', name = '']) => [
    name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    kind,
  ]);
  t.same(Object.fromEntries(fields), codec.dockSixtyFourBitFields);
  const others = [...contract.matchAll(/\b(?:uint32|int32|bool|string|bytes) (\w+) =/g)].map(
    ([, name = '']) => name,
  );
  t.notOk(
    others.some(
      (name) => codec.dockSixtyFourBitFields[name.replace(/_(.)/g, (_, l: string) => l.toUpperCase())],
    ),
  );
  for (const [name, words] of Object.entries({
    ErrorCode: refusalWords,
    Lamp: lampWords,
    FirmwareTarget: targetWords,
    FirmwareStep: stepWords,
  })) {
    const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(contract)?.[1] ?? '';
    t.same(
      [...body.matchAll(/(\w+) = (\d+);/g)].map(([, word = '']) => word.toLowerCase().replace(/_/g, '-')),
      words,
    );
  }
});

t.test('dock.h is what npm run docs makes, and the fixed numbers of a released version stay', async (t) => {
  const header = readFileSync('protocols/dock/dock.h', 'utf8');
  t.equal(header, dockHeaderText());
  for (const line of [
    'MAX_PAYLOAD_BYTES 4096u',
    'MAX_ENCODED_BYTES 4121u',
    'FRAME_TYPE_EVENT 4u',
    'REFUSAL_DEVICE_CHANGED 10u',
    'LAMP_FAST 3u',
  ])
    t.match(header, `#define LH_DOCK_${line}\n`);
});

t.test('the numbers that SPEC.md names are those of limits.ts', async (t) => {
  const spec = readFileSync('protocols/dock/SPEC.md', 'utf8');
  const header = dockHeaderText();
  const named = [...spec.matchAll(/`([A-Z][A-Z0-9_]+)` \((\d+)/g)];
  t.ok(named.length >= 15, `${named.length} numbers`);
  for (const [, name = '', value = ''] of named) t.match(header, `#define LH_DOCK_${name} ${value}u\n`, name);
  for (const word of refusalWords.slice(1))
    t.match(spec, `\`${word.toUpperCase().replace(/-/g, '_')}\``, word);
});

t.test('bytes that mean nothing are an error of ours, or a message within its limits', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const read of Object.values(decode)) {
        try {
          read(bytes);
        } catch (error) {
          t.match(error, { code: 'DOCK_MESSAGE' });
        }
      }
    }),
    { numRuns: 300 },
  );
});

t.test('texts and lists over their limits are refused on the way in', async (t) => {
  const long = codec.encodeReply({
    case: 'deviceInfo',
    value: {
      vendor: '字'.repeat(22),
      model: '',
      serial: '',
      officerNumber: '',
      officerName: '',
      unit: '',
      firmware: '',
    },
  });
  t.throws(() => codec.decodeReply(long), { code: 'DOCK_MESSAGE', message: /over 64 bytes/ });
  const slots = Array.from({ length: 33 }, (_, slot) => ({
    at: { slot, insertion: 0 },
    locked: false,
    lamp: 'off' as const,
    diskMode: false,
  }));
  t.throws(() => codec.decodeReply(codec.encodeReply({ case: 'listSlots', value: { slots } })), {
    code: 'DOCK_MESSAGE',
  });
});

t.test('whatever has to fit into the smallest payload fits, with every field at its widest', async (t) => {
  const far = 2n ** 64n - 1n;
  const at = { slot: 31, insertion: 2 ** 32 - 1 };
  const wide = 'x'.repeat(64);
  const clip = {
    id: wide,
    sizeBytes: far,
    beginWallMs: -1n,
    endWallMs: -1n,
    sha256: new Uint8Array(32),
    caseMark: wide,
    path: 'x'.repeat(128),
  };
  const slot = { at, locked: true, lamp: 'fast', diskMode: true } as const;
  const chunk = new Uint8Array(minPayloadBytes - chunkOverheadBytes);
  const most = [
    codec.encodeReply({ case: 'listSlots', value: { slots: Array.from({ length: 32 }, () => slot) } }),
    codec.encodeReply({ case: 'listClips', value: { clips: [clip], total: 10_000 } }),
    codec.encodeReply({ case: 'readClip', value: { offsetBytes: far, data: chunk, last: true } }),
    codec.encodeRequest({ case: 'firmwareChunk', value: { offsetBytes: far, data: chunk } }),
    codec.encodeRequest({ case: 'eraseClip', value: { at, id: wide, sizeBytes: far, sha256: clip.sha256 } }),
    codec.encodeRequest({
      case: 'firmwareBegin',
      value: {
        manifest: codec.encodeManifest({
          target: 'body-cam',
          model: wide,
          name: wide,
          build: 2 ** 32 - 1,
          sizeBytes: far,
          sha256: clip.sha256,
        }),
        signature: new Uint8Array(64),
        at,
      },
    }),
  ];
  for (const bytes of most) t.ok(bytes.length <= minPayloadBytes, `${bytes.length} bytes`);
});

t.test('a refusal that a newer dock has is unknown, not another one', async (t) => {
  t.match(codec.decodeRefusal(Buffer.from('087f', 'hex')), { code: 'unknown' });
  t.equal(codec.decodeRequest(Buffer.from('fa0700', 'hex')), undefined);
});

t.test('firmware: what a dock answers to an image before its first byte', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const stranger = generateKeyPairSync('ed25519');
  const about = { target: 'dock', model: 'DK-8', name: '1.5', build: 150 } as const;
  const image = signFirmware(about, Buffer.from('code'), privateKey);
  const device = { target: 'dock', model: 'DK-8', build: 142 } as const;
  t.match(checkFirmware(image, device, publicKey), { build: 150, sizeBytes: 4n });
  const bent = Buffer.from(image.manifest);
  bent[bent.length - 1] = (bent[bent.length - 1] ?? 0) ^ 1;
  for (const [what, tried, key, answer] of [
    ['same build', { ...device, build: 150 }, publicKey, null],
    ['older', { ...device, build: 151 }, publicKey, 'image-downgrade'],
    ['other model', { ...device, model: 'DK-4' }, publicKey, 'image-model'],
    ['other target', { ...device, target: 'body-cam' }, publicKey, 'image-model'],
    ['other key', device, stranger.publicKey, 'image-signature'],
  ] as const) {
    const said = checkFirmware(image, tried, key);
    t.equal(typeof said === 'string' ? said : null, answer, what);
  }
  t.equal(checkFirmware({ ...image, manifest: bent }, device, publicKey), 'image-signature');
  t.equal(checkFirmware({ ...image, signature: new Uint8Array(3) }, device, publicKey), 'image-signature');
  t.throws(() => signFirmware(about, new Uint8Array(), privateKey), { code: 'DOCK_IMAGE' });
});

function caseOf(message: unknown): string {
  return (message as { case?: string }).case ?? '';
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, field: unknown) => {
      if (typeof field === 'bigint') return `${field}`;
      // JSON.stringify asks a Buffer for its own JSON before it asks us.
      const data = (field as { type?: unknown; data?: number[] } | null)?.data;
      if (Array.isArray(data)) return Buffer.from(data).toString('hex');
      return field instanceof Uint8Array ? Buffer.from(field).toString('hex') : field;
    }),
  );
}
