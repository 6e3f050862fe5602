// Headquarters' copy of a ledger believes signatures, not words: keys are pinned, checkpoints are checked against
// what is stored, and nothing from a bad entry on is kept.
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import t, { type Test } from 'tap';
import { openStore, type Store } from '../../config/store.ts';
import { Ledger } from '../../gateway/ledger/ledger.ts';
import { GatewayCopy } from '../../headquarters/gateway-copy.ts';
import { judgeCheckpoint, keyPin } from '../../headquarters/key-pin.ts';
import { checkpointText } from '../../protocols/hq/chain.ts';
import type { Body, GatewayStatus, LedgerEntry } from '../../protocols/hq/messages.ts';

const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };
const note = (why: string): Body => ({ case: 'boxStopped', value: { why } });
const started = (publicKeyPem: string): Body => ({
  case: 'boxStarted',
  value: { version: 'test', bootId: 'b', publicKeyPem },
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
