// The mapper against bytes that protoc made, its refusals, and bytes from nowhere.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import * as codec from '../../../protocols/hq/codec.ts';
import type { Command, Reply } from '../../../protocols/hq/command-messages.ts';
import type { Body, Header } from '../../../protocols/hq/messages.ts';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/hq/${name}.binpb`, import.meta.url));
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

const header: Header = {
  gateway: 'box-1',
  epoch: 3n,
  seq: 2n ** 64n - 1n,
  wallMs: -(2n ** 63n),
  monoUs: 2n ** 32n,
  previous: text('P'.repeat(32)),
  bodyHash: text('B'.repeat(32)),
};
const sealed: Body = {
  case: 'segmentSealed',
  value: {
    session: 's-2026-0001',
    journal: 2n ** 53n + 1n,
    camera: 'hearing-front',
    file: 'hearing-front-0001.mp4',
    bytes: 2n ** 64n - 1n,
    parts: 600,
    videoFrames: 15000n,
    audioFrames: 28125n,
    first: { wallMs: -1n, monoUs: 123456789012n },
    last: { wallMs: 1795239905000n, monoUs: 723456789012n },
    merkleRoot: text('R'.repeat(32)),
    chainHead: text('C'.repeat(32)),
    signature: text('SSSS'),
    keySha256: text('KKKK'),
    recovered: true,
    cutBytes: 4096n,
  },
};
const opened: Body = {
  case: 'sessionOpened',
  value: {
    session: 's-2026-0002',
    room: 'hearing-1',
    kind: 'hearing',
    officers: [
      { name: '王芳', certificate: '31010001' },
      { name: '李强', certificate: '31010002' },
    ],
    caseNumber: '沪环罚〔2026〕12号',
    caseName: '',
    parties: ['某某公司', ''],
    openedBy: 'cli:root',
    urgent: false,
    opened: { wallMs: 1795239905000n, monoUs: 0n },
    folder: 'sessions/s-2026-0002',
    cameras: [{ camera: 'hearing-front', required: ['video', 'audio'] }],
    stage: '',
    duty: '', // later than the fixture: an empty text is not on the wire
    article: 'HY 7(2)',
  },
};

const hint: Body = {
  case: 'cameraHint',
  value: {
    camera: 'hearing-front',
    topic: 'signal-lost',
    detail: 'tns1:VideoSource/SignalLoss Source=1',
    state: 'began',
  },
};

const command: Command = {
  id: '0190-9f3c-1a2b',
  issuedWallMs: 1795239905000n,
  expiresWallMs: 1795239965000n,
  by: '值班员',
  addressee: 'shanghai/east/box-1',
  command: {
    case: 'open',
    value: {
      room: 'hearing-1',
      kind: 'hearing',
      officers: [{ name: '王芳', certificate: '31010001' }],
      caseNumber: '沪环罚〔2026〕12号',
      caseName: '',
      parties: ['某某公司'],
      stage: '听证',
      urgent: true,
    },
  },
};
const reply: Reply = {
  id: '0190-9f3c-1a2b',
  ok: true,
  code: '',
  message: '',
  rooms: [],
  session: '20261121T0945-hearing-1-ab12',
  booking: '',
  seq: 2n ** 63n,
  article: 'HY 7(2)',
  details: [{ name: 'room', value: 'hearing-1' }],
  debts: [{ debt: 'officers', article: 'HY 9', dueWallMs: 1795326305000n }],
};

t.test('the header is byte for byte what protoc makes, at the ends of the 64-bit range', async (t) => {
  t.same(Buffer.from(codec.encodeHeader(header)), fixture('header'));
  t.strictSame(codec.decodeHeader(new Uint8Array(fixture('header'))), header);
});

t.test('bodies are byte for byte what protoc makes', async (t) => {
  t.same(Buffer.from(codec.encodeBody(sealed, text('0123456789abcdef'))), fixture('segment-sealed'));
  t.strictSame(codec.decodeBody(new Uint8Array(fixture('segment-sealed'))), sealed);
  t.same(Buffer.from(codec.encodeBody(opened, text('fedcba9876543210'))), fixture('session-opened'));
  t.strictSame(codec.decodeBody(new Uint8Array(fixture('session-opened'))), opened);
  t.same(Buffer.from(codec.encodeBody(hint, text('fedcba9876543210'))), fixture('camera-hint'));
  t.strictSame(codec.decodeBody(new Uint8Array(fixture('camera-hint'))), hint);
});

t.test('a command and its reply are byte for byte what protoc makes', async (t) => {
  t.same(Buffer.from(codec.encodeCommand(command)), fixture('command'));
  t.strictSame(codec.decodeCommand(new Uint8Array(fixture('command'))), command);
  t.same(Buffer.from(codec.encodeReply(reply)), fixture('reply'));
  t.match(codec.decodeReply(new Uint8Array(fixture('reply'))), reply);
});

t.test('every kind of command comes back as it was sent, also with nothing in it', async (t) => {
  const { command: open } = command;
  if (open?.case !== 'open') throw new Error('no opening');
  const { urgent: _urgent, ...matter } = open.value;
  const kinds: readonly NonNullable<Command['command']>[] = [
    open,
    { case: 'replay', value: { fromSeq: 2n ** 64n - 1n } },
    { case: 'snapshot', value: {} },
    { case: 'close', value: { room: '', session: 's-1', reason: '' } },
    { case: 'mark', value: { room: 'r', session: 's-1', label: 'evidence', text: '一' } },
    { case: 'book', value: { ...matter, from: '2026-11-21T09:00', to: '', endsItself: true } },
    { case: 'unbook', value: { booking: '' } },
  ];
  for (const work of kinds) {
    const sent = { ...command, command: work };
    t.strictSame(codec.decodeCommand(codec.encodeCommand(sent)), sent, work.case);
  }
  t.equal(codec.decodeCommand(codec.encodeCommand({ ...command, command: undefined })).command, undefined);
  const long = { ...open.value, stage: 'x'.repeat(codec.maxCommandBytes) };
  const tooLong = { ...command, command: { case: 'open', value: long } } as const;
  t.throws(() => codec.encodeCommand(tooLong), { code: 'HQ_MESSAGE_INVALID' });
});

t.test('a 64-bit field that is no bigint in range is refused, never 0', async (t) => {
  for (const seq of [-1n, 2n ** 64n, 1, '1', 'x', Number.NaN, null]) {
    const wrong = { ...header, seq } as unknown as Header;
    t.throws(() => codec.encodeHeader(wrong), { code: 'HQ_MESSAGE_INVALID' }, String(seq));
  }
  t.throws(() => codec.encodeHeader({ ...header, wallMs: 2n ** 63n }), { code: 'HQ_MESSAGE_INVALID' });
});

t.test('the table of 64-bit fields is the contract', async (t) => {
  const contract = readFileSync(new URL('../../../protocols/hq/liuhen.proto', import.meta.url), 'utf8');
  const seen = new Map<string, string>();
  const others = new Set<string>();
  for (const [, type = '', snake = ''] of contract.matchAll(
    /(?<=^|[{;])\s*(?:repeated )?(\w+) (\w+) = \d+;/gm,
  )) {
    const name = snake.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (type === 'int64' || type === 'uint64') seen.set(name, type);
    else others.add(name);
  }
  t.same(Object.fromEntries(seen), codec.sixtyFourBitFields);
  t.same(
    [...seen.keys()].filter((name) => others.has(name)),
    [],
    'no such name has another type elsewhere',
  );
});

t.test('a body of a case that is not known yet is undefined, not an error', async (t) => {
  const unknown = Uint8Array.of(0x92, 0x3f, 0x00); // field 1010, length-delimited, empty
  t.equal(codec.decodeBody(unknown), undefined);
});

t.test('what is too long is refused before it is read', async (t) => {
  t.throws(() => codec.decodeHeader(new Uint8Array(codec.maxHeaderBytes + 1)), {
    code: 'HQ_MESSAGE_INVALID',
  });
  t.throws(() => codec.decodeBody(new Uint8Array(codec.maxBodyBytes + 1)), { code: 'HQ_MESSAGE_INVALID' });
});

t.test('any bytes decode or give the named error', async (t) => {
  const decoders = [codec.decodeHeader, codec.decodeBody, codec.decodeEntry, codec.decodeBatch].concat([
    codec.decodeStatus,
    codec.decodeRoomState,
    codec.decodeReceipt,
    codec.decodeCommand,
    codec.decodeReply,
  ] as never[]);
  const golden = ['header', 'segment-sealed', 'session-opened', 'command', 'reply'].map(
    (name) => new Uint8Array(fixture(name)),
  );
  const flipped = fc
    .tuple(fc.constantFrom(...golden), fc.nat(), fc.integer({ min: 1, max: 255 }))
    .map(([bytes, at, mask]) => bytes.map((byte, n) => (n === at % bytes.length ? byte ^ mask : byte)));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), flipped), (bytes) => {
      for (const decode of decoders) {
        try {
          decode(bytes);
        } catch (error) {
          if (!isLiuhenError(error, 'HQ_MESSAGE_INVALID')) throw error;
        }
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('P5: a text with half a character can be read again, and keeps the rest', (t) => {
  const half = '😀'.slice(0, 1);
  const value = { ...opened.value, caseName: `甲${half}乙😀`, parties: [half] } as typeof opened.value;
  const body = { case: 'sessionOpened', value } as Body;
  t.match(codec.decodeBody(codec.encodeBody(body, new Uint8Array(codec.saltBytes))), {
    value: { caseName: '甲\ufffd乙😀', parties: ['\ufffd'] },
  });
  t.end();
});
