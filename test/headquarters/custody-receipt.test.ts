// Headquarters checks the signature of a custody receipt as the box made it, and every field of it counts.
import { generateKeyPairSync, sign } from 'node:crypto';
import t from 'tap';
import { monoMs, wallMs } from '../../config/clock.ts';
import { receiptBody, receiptPage } from '../../gateway/bodycam/custody/custody-receipt.ts';
import { contractBody } from '../../gateway/ledger/plain-body.ts';
import { judgeEntry, judgeReceipt, keyPin } from '../../headquarters/key-pin.ts';
import type { Bodies } from '../../protocols/hq/messages.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pin = keyPin(publicKey.export({ type: 'spki', format: 'pem' }).toString());
const safe = (clip: string, seq: number) => {
  return {
    clip,
    file: `bc-1/2026-05-04/${clip}.mp4`,
    bytes: 10 * seq,
    sha256: `${seq}`.repeat(64).slice(0, 64),
    seq,
    receipt: '',
  };
};
const of = {
  gateway: 'gw-01',
  timezone: 'Asia/Shanghai',
  place: { dock: 'field', room: 'talk', slot: 2, serial: 'BC00001', device: 'bc-1', unit: '一队' },
  officer: { name: '张三', certificate: 'A-1' },
  clips: [safe('MOV_1', 7), safe('MOV_2', 9)],
  at: { wallMs: wallMs(1_777_860_000_000.4), monoMs: monoMs(5) },
};
const body = receiptBody(of, (text) => ({
  signature: sign(null, text, privateKey),
  keySha256: pin.fingerprint,
}));
const receipt = contractBody(body).value as Bodies['custodyReceipt'];

t.test('P6: a receipt as the box entered it is good, and each field that is changed is found', async (t) => {
  t.equal(judgeReceipt(pin, 'gw-01', receipt), null);
  t.match(
    await judgeEntry(pin, 'gw-01', { case: 'custodyReceipt', value: receipt }, [], () =>
      Promise.resolve(undefined),
    ),
    { ok: true },
  );
  const changes: Partial<Bodies['custodyReceipt']>[] = [
    { receipt: 'other' },
    { dock: 'other' },
    { slot: 3 },
    { serial: 'BC00002' },
    { device: 'bc-2' },
    { officer: { name: '李四', certificate: 'A-1' } },
    { at: { ...receipt.at, wallMs: receipt.at.wallMs + 1n } },
    { clipCount: 3 },
    { bytes: receipt.bytes + 1n },
    { filesSha256: new Uint8Array(32) },
    { fromSeq: 6n },
    { uptoSeq: 10n },
    { signature: new Uint8Array(64) },
  ];
  for (const change of changes)
    t.equal(
      judgeReceipt(pin, 'gw-01', { ...receipt, ...change }),
      'signature-wrong',
      Object.keys(change).join(),
    );
  t.equal(judgeReceipt(pin, 'gw-02', receipt), 'signature-wrong');
  t.equal(judgeReceipt(pin, 'gw-01', { ...receipt, keySha256: new Uint8Array(32) }), 'key-changed');
  t.equal(judgeReceipt(null, 'gw-01', receipt), 'key-unknown');
  t.match(
    await judgeEntry(pin, 'gw-02', { case: 'custodyReceipt', value: receipt }, [], () =>
      Promise.resolve(undefined),
    ),
    { ok: false, fault: 'signature-wrong' },
  );
});

t.test('the page of a receipt names device, officer and every clip with its hash, in both languages', (t) => {
  const page = receiptPage(body, of);
  for (const word of [
    '接收单',
    'Custody receipt',
    'bc-1',
    'BC00001',
    '张三 A-1',
    'MOV_1.mp4',
    'MOV_2.mp4',
    '7 - 9',
    '2026-05-04 10:00:00',
  ])
    t.match(page, word);
  for (const { sha256 } of of.clips) t.match(page, sha256);
  t.end();
});
