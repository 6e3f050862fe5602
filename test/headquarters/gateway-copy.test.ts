// Headquarters' copy of a ledger believes signatures, not words: keys are pinned, checkpoints are checked against
// what is stored, and nothing from a bad entry on is kept.
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import t, { type Test } from 'tap';
import { openStore, type Store } from '../../config/store.ts';
import { Ledger } from '../../gateway/ledger/ledger.ts';
import { GatewayCopy, readStoredEntries } from '../../headquarters/gateway-copy.ts';
import { judgeCheckpoint, judgeSeal, keyPin } from '../../headquarters/key-pin.ts';
import { checkpointText, segmentText, sha256 } from '../../protocols/hq/chain.ts';
import { decodeBatch, decodeHeader, encodeBatch, encodeHeader } from '../../protocols/hq/codec.ts';
import type { Bodies, Body, GatewayStatus, LedgerEntry } from '../../protocols/hq/messages.ts';

const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };
const note = (why: string): Body => ({ case: 'boxStopped', value: { why } });
const started = (publicKeyPem: string): Body => ({
  case: 'boxStarted',
  value: { version: 'test', bootId: 'b', publicKeyPem },
});
const seal = (
  signed: Pick<Bodies['segmentSealed'], 'merkleRoot' | 'chainHead' | 'signature' | 'keySha256'>,
): Bodies['segmentSealed'] => ({
  session: 's-1',
  journal: 2n,
  camera: 'a',
  file: 'a-0001.mp4',
  bytes: 1n,
  parts: 1,
  videoFrames: 1n,
  audioFrames: 0n,
  first: { wallMs: 1n, monoUs: 1n },
  last: { wallMs: 2n, monoUs: 2n },
  ...signed,
  recovered: false,
  cutBytes: 0n,
});
const otherKey = (): string =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) as string;

async function box(t: Test): Promise<{ ledger: Ledger; store: Store; all: () => Promise<LedgerEntry[]> }> {
  const folder = t.testdir();
  const ledger = await Ledger.open({
    folder: path.join(folder, 'ledger'),
    gateway: 'box-1',
    reserveBytes: 4096,
  });
  const store = await openStore(path.join(folder, 'hq'));
  t.teardown(async () => {
    await ledger.close();
    await store.close();
  });
  return { ledger, store, all: async () => (await ledger.read(1n)).map(({ raw }) => raw) };
}

const status = (ledger: Ledger, change: Partial<GatewayStatus> = {}): GatewayStatus => ({
  gateway: 'box-1',
  epoch: ledger.epoch,
  online: true,
  wallMs: 0n,
  expiresAfterMs: 1000,
  ledgerSeq: ledger.head.seq,
  ledgerHead: ledger.head.hash,
  version: 'test',
  ...change,
});

t.test('the first key of a box is pinned, and its checkpoints are good', async (t) => {
  const { ledger, store, all } = await box(t);
  await ledger.append(started(ledger.key.publicKeyPem));
  await ledger.append(note('1'));
  await ledger.checkpoint();
  const copy = await GatewayCopy.open(store, address);
  const { events, fault } = await copy.take(await all());
  t.equal(fault, null);
  t.same(copy.head, ledger.head);
  t.match(events[0], { type: 'key', fingerprint: ledger.key.fingerprint, expected: false, seq: 1n });
  t.equal(events.length, 4, 'the key is told once');
  await ledger.checkpoint();
  const reopened = await GatewayCopy.open(store, address);
  t.same(reopened.pin, copy.pin, 'the pin is kept');
  const again = await reopened.take(await all());
  t.match(
    again,
    { fault: null, events: [{ type: 'entry' }] },
    'what is stored is dropped, the new one is good',
  );
});

t.test(
  'a checkpoint with a wrong signature, key or head is named, and neither it nor more is kept',
  async (t) => {
    const { ledger, store, all } = await box(t);
    await ledger.append(started(ledger.key.publicKeyPem));
    const { seq: uptoSeq, hash: head } = ledger.head;
    const { fingerprint: keySha256 } = ledger.key;
    const signature = ledger.key.sign(checkpointText('box-1', uptoSeq, head));
    const good = { uptoSeq, head, signature, keySha256 };
    const flipped = Uint8Array.from(signature, (byte, at) => (at === 10 ? byte ^ 1 : byte));
    const elsewhere = Uint8Array.from(head, (byte) => byte ^ 1);
    const cases = [
      ['signature-wrong', { ...good, signature: flipped }],
      ['signature-wrong', { ...good, signature: new Uint8Array() }],
      ['key-changed', { ...good, keySha256: elsewhere }],
      [
        'checkpoint-differs',
        { ...good, head: elsewhere, signature: ledger.key.sign(checkpointText('box-1', uptoSeq, elsewhere)) },
      ],
      ['checkpoint-differs', { ...good, uptoSeq: 999n }],
    ] as const;
    for (const [at, [, value]] of cases.entries()) {
      await ledger.append(note(`before case ${at}`));
      await ledger.append({ case: 'checkpoint', value });
    }
    const entries = await all();
    const first = entries.slice(0, 3);
    const copy = await GatewayCopy.open(store, address);
    const taken = await copy.take(entries);
    t.match(taken.fault, { fault: 'signature-wrong', seq: 3n });
    t.equal(copy.head.seq, 2n, 'what is before it is kept');
    t.match(
      (await copy.take(first)).fault,
      { fault: 'signature-wrong', seq: 3n },
      'also when it comes again',
    );
    for (const [fault, value] of cases) {
      const stored = value.uptoSeq === 1n ? head : undefined;
      t.equal(judgeCheckpoint(copy.pin, 'box-1', value, stored), fault);
    }
  },
);

t.test('a box that comes back with another key is named, unless headquarters was told of it', async (t) => {
  const { ledger, store, all } = await box(t);
  const own = ledger.key.publicKeyPem;
  const next = otherKey();
  await ledger.append(started(own));
  await ledger.append(started(own));
  await ledger.append(started(next));
  const copy = await GatewayCopy.open(store, address);
  const { fault } = await copy.take(await all());
  t.same(fault, { fault: 'key-changed', seq: 3n });
  t.same(copy.head.seq, 2n);
  const told = await GatewayCopy.open(store, address, [keyPin(own), keyPin(next)]);
  t.match(await told.take(await all()), { fault: null, events: [{ type: 'key', expected: true }, {}] });
  await ledger.append(started(own));
  t.same(
    (await told.take(await all())).fault,
    { fault: 'key-changed', seq: 4n },
    'never back to an older key',
  );
});

t.test('a key that is not among the expected ones is refused from the first entry on', async (t) => {
  const { ledger, store, all } = await box(t);
  await ledger.append(started(ledger.key.publicKeyPem));
  const copy = await GatewayCopy.open(store, address, [keyPin(otherKey())]);
  t.same((await copy.take(await all())).fault, { fault: 'key-not-expected', seq: 1n });
  t.equal(copy.head.seq, 0n);
});

t.test('a pin of the first sight gives way to the expected keys', async (t) => {
  const { ledger, store, all } = await box(t);
  await ledger.append(started(ledger.key.publicKeyPem));
  await (await GatewayCopy.open(store, address)).take(await all());
  await ledger.checkpoint();
  const copy = await GatewayCopy.open(store, address, [keyPin(otherKey())]);
  t.same((await copy.take(await all())).fault, { fault: 'key-unknown', seq: 2n });
});

t.test('a checkpoint before any key is named', async (t) => {
  const { ledger, store, all } = await box(t);
  await ledger.append(note('1'));
  await ledger.checkpoint();
  const copy = await GatewayCopy.open(store, address);
  t.same((await copy.take(await all())).fault, { fault: 'key-unknown', seq: 2n });
  t.equal(copy.head.seq, 1n);
});

t.test('a key that is no Ed25519 key is named', async (t) => {
  const { ledger, store, all } = await box(t);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  await ledger.append(started(rsa.export({ type: 'spki', format: 'pem' }) as string));
  const copy = await GatewayCopy.open(store, address);
  t.same((await copy.take(await all())).fault, { fault: 'key-unusable', seq: 1n });
});

t.test('a store from before keys were pinned finds the key in its entries', async (t) => {
  const { ledger, store, all } = await box(t);
  await ledger.append(started(ledger.key.publicKeyPem));
  await (await GatewayCopy.open(store, address)).take(await all());
  await store.write([{ type: 'del', key: 'g/shanghai/east/box-1/key' }]);
  const copy = await GatewayCopy.open(store, address);
  t.same(copy.pin?.fingerprint, ledger.key.fingerprint);
});

t.test('a status that names another head for a stored entry, or a shorter ledger, is named', async (t) => {
  const { ledger, store, all } = await box(t);
  await ledger.append(note('1'));
  const { seq: ledgerSeq, hash: ledgerHead } = ledger.head;
  await ledger.append(note('2'));
  const copy = await GatewayCopy.open(store, address);
  t.equal(await copy.judgeStatus(status(ledger)), null, 'of what is not here nothing can be said');
  await copy.take(await all());
  t.equal(await copy.judgeStatus(status(ledger)), null);
  const older = { ledgerSeq, ledgerHead };
  t.equal(await copy.judgeStatus(status(ledger, older)), null, 'a retained status may be older');
  const wrong = Uint8Array.from(ledgerHead, (byte) => byte ^ 1);
  t.same(await copy.judgeStatus(status(ledger, { ...older, ledgerHead: wrong })), {
    fault: 'head-differs',
    seq: 1n,
  });
  t.same(await copy.judgeStatus(status(ledger, { ...older, epoch: ledger.epoch + 1n })), {
    fault: 'ledger-shorter',
    seq: 1n,
  });
  const empty = { ledgerSeq: 0n, ledgerHead: new Uint8Array(32), epoch: ledger.epoch + 1n };
  t.match(await copy.judgeStatus(status(ledger, empty)), { fault: 'ledger-shorter' }, 'an empty ledger too');
});

t.test('a seal with a wrong signature, key or digest is named as a checkpoint is', async (t) => {
  const { ledger, store, all } = await box(t);
  await ledger.append(started(ledger.key.publicKeyPem));
  const merkleRoot = new Uint8Array(32).fill(1);
  const chainHead = new Uint8Array(32).fill(2);
  const signature = ledger.key.sign(segmentText('s-1', 'a-0001.mp4', merkleRoot, chainHead));
  const good = seal({ merkleRoot, chainHead, signature, keySha256: ledger.key.fingerprint });
  await ledger.append({ case: 'segmentSealed', value: good });
  const copy = await GatewayCopy.open(store, address);
  t.equal((await copy.take(await all())).fault, null);
  const flipped = Uint8Array.from(signature, (byte, at) => (at === 40 ? byte ^ 4 : byte));
  for (const [fault, change] of [
    ['signature-wrong', { signature: flipped }],
    ['signature-wrong', { file: 'b-0001.mp4' }],
    ['signature-wrong', { session: 's-2' }],
    ['signature-wrong', { merkleRoot: chainHead }],
    ['signature-wrong', { merkleRoot: new Uint8Array(5) }],
    ['key-changed', { keySha256: merkleRoot }],
  ] as const) {
    t.equal(judgeSeal(copy.pin, { ...good, ...change }), fault);
  }
  t.equal(judgeSeal(null, good), 'key-unknown');
  await ledger.append({ case: 'segmentSealed', value: { ...good, signature: flipped } });
  t.same((await copy.take(await all())).fault, { fault: 'signature-wrong', seq: 3n });
  t.equal(copy.head.seq, 2n);
});

t.test('an entry whose chained body cannot be read is named, and what is before it is kept', async (t) => {
  const { ledger, store, all } = await box(t);
  await ledger.append(note('1'));
  await ledger.append(note('2'));
  const [first, second] = await all();
  if (!first || !second) return t.fail('two entries');
  const body = Uint8Array.of(0x52, 0x7f);
  const header = encodeHeader({ ...decodeHeader(second.header), bodyHash: sha256(body) });
  const copy = await GatewayCopy.open(store, address);
  t.same((await copy.take([first, { header, body }])).fault, { fault: 'undecodable', seq: 2n });
  t.equal(copy.head.seq, 1n);
});

t.test('what a newer gateway adds to a body is kept byte by byte', async (t) => {
  const { ledger, store, all } = await box(t);
  await ledger.append(note('1'));
  const [entry] = await all();
  if (!entry) return t.fail('an entry');
  // Field 200 of Body, and field 300 of the header, are of no contract yet.
  const unknown = Uint8Array.of(0xc2, 0x0c, 3, 1, 2, 3);
  const body = Buffer.concat([entry.body, unknown]);
  const known = encodeHeader({ ...decodeHeader(entry.header), bodyHash: sha256(body) });
  const header = Buffer.concat([known, Uint8Array.of(0xe2, 0x12, 1, 7)]);
  const copy = await GatewayCopy.open(store, address);
  const { fault } = await copy.take(decodeBatch(encodeBatch([{ header, body }])));
  t.equal(fault, null);
  for await (const stored of readStoredEntries(store, address)) {
    t.same(Buffer.from(stored.header), header);
    t.same(Buffer.from(stored.body), body);
  }
  const reopened = await GatewayCopy.open(store, address);
  t.same(reopened.head.hash, sha256(header), 'the hash is over the bytes that came');
});

t.test('entries out of order, doubled, or doubled with one changed byte', async (t) => {
  const { ledger, store, all } = await box(t);
  for (const why of ['1', '2', '3', '4']) await ledger.append(note(why));
  const [a, b, c, d] = await all();
  if (!a || !b || !c || !d) return t.fail('four entries');
  const copy = await GatewayCopy.open(store, address);
  t.match(await copy.take([c, d]), { gap: true, fault: null, events: [] });
  t.equal(copy.head.seq, 0n, 'nothing is taken across a hole');
  t.match(await copy.take([b, a]), { gap: true }, 'backwards: the first is beyond the next');
  await copy.take([a, b]);
  t.match(await copy.take([a, b]), { gap: false, fault: null, events: [] }, 'doubles are dropped');
  const spoilt = Uint8Array.from(b.body, (byte, at) => (at === 5 ? byte ^ 1 : byte));
  t.same((await copy.take([{ header: b.header, body: spoilt }, c])).fault, {
    fault: 'body-differs',
    seq: 2n,
  });
  t.equal(copy.head.seq, 2n);
  t.match(await copy.take([c, d]), { fault: null });
  t.same(copy.head, ledger.head);
});
