// Whose signatures a gateway's ledger must carry: the device key is pinned at its first `boxStarted`, or must be
// one of the keys that headquarters was given. Pure; the stored chain is gateway-copy.ts's.
import { createPublicKey } from 'node:crypto';
import {
  checkpointText,
  hashBytes,
  keyFingerprint,
  sameBytes,
  segmentText,
  signedBy,
} from '../protocols/hq/chain.ts';
import { coverageText } from '../protocols/hq/coverage-text.ts';
import { receiptText } from '../protocols/hq/receipt-text.ts';
import type { Bodies, Body, CheckpointMessage } from '../protocols/hq/messages.ts';

/** Keys of one gateway that may be expected: the one in use and those before it. */
export const maxExpectedKeys = 16;

export type KeyFault =
  | 'key-unusable' // the announced key is no Ed25519 key
  | 'key-changed' // another key than the pinned one
  | 'key-not-expected' // headquarters was told which keys to expect, and this is none of them
  | 'key-unknown' // a signature before any key was announced
  | 'signature-wrong'
  | 'checkpoint-differs'; // it signs another entry than the one that is stored

export interface KeyPin {
  readonly publicKeyPem: string;
  readonly fingerprint: Uint8Array;
}

export type KeyJudgement =
  | { readonly ok: true; readonly pin: KeyPin | null }
  | { readonly ok: false; readonly fault: KeyFault };

/** Throws for a PEM that is no Ed25519 public key. */
export function keyPin(publicKeyPem: string): KeyPin {
  const kind = createPublicKey(publicKeyPem).asymmetricKeyType;
  if (kind !== 'ed25519') throw new TypeError(`a key for ${kind}`);
  return { publicKeyPem, fingerprint: keyFingerprint(publicKeyPem) };
}

/**
 * What a started box's key does to the pin. With `expected` (oldest first) the key may go on to a later one of
 * them, never back; without, the first key stays for ever. Never throws for a bad key.
 */
export function judgeKey(
  pin: KeyPin | null,
  publicKeyPem: string,
  expected: readonly KeyPin[] = [],
): KeyJudgement {
  let key: KeyPin;
  try {
    key = keyPin(publicKeyPem);
  } catch {
    return { ok: false, fault: 'key-unusable' };
  }
  const at = place(expected, key);
  if (expected.length > 0 && at < 0) return { ok: false, fault: 'key-not-expected' };
  if (pin !== null && !sameBytes(pin.fingerprint, key.fingerprint)) {
    const later = expected.length > 0 && at > place(expected, pin);
    if (!later) return { ok: false, fault: 'key-changed' };
  }
  return { ok: true, pin: key };
}

/**
 * Whether the checkpoint was signed by the pinned key over what is stored: `storedHash` is the hash of the entry
 * `uptoSeq` in headquarters' own copy, undefined when there is none (liuhen.proto, Checkpoint). Null when good.
 */
export function judgeCheckpoint(
  pin: KeyPin | null,
  gateway: string,
  checkpoint: CheckpointMessage,
  storedHash: Uint8Array | undefined,
): KeyFault | null {
  if (pin === null) return 'key-unknown';
  const { uptoSeq, head, signature, keySha256 } = checkpoint;
  if (!sameBytes(keySha256, pin.fingerprint)) return 'key-changed';
  if (storedHash === undefined || !sameBytes(head, storedHash)) return 'checkpoint-differs';
  return signedBy(pin.publicKeyPem, checkpointText(gateway, uptoSeq, head), signature)
    ? null
    : 'signature-wrong';
}

/**
 * Whether a segment's seal was signed by the pinned key (liuhen.proto, SegmentSealed). Whether the file is what the
 * seal says, only verify can tell, beside the file. Null when good.
 */
export function judgeSeal(pin: KeyPin | null, seal: Bodies['segmentSealed']): KeyFault | null {
  if (pin === null) return 'key-unknown';
  const { session, file, merkleRoot, chainHead, signature, keySha256 } = seal;
  if (!sameBytes(keySha256, pin.fingerprint)) return 'key-changed';
  if (merkleRoot.length !== hashBytes || chainHead.length !== hashBytes) return 'signature-wrong';
  const text = segmentText(session, file, merkleRoot, chainHead);
  return signedBy(pin.publicKeyPem, text, signature) ? null : 'signature-wrong';
}

/** Whether a day's certificate was signed by the pinned key (liuhen.proto, CoverageCertified). Null when good. */
export function judgeCertificate(
  pin: KeyPin | null,
  gateway: string,
  certificate: Bodies['coverageCertified'],
): KeyFault | null {
  if (pin === null) return 'key-unknown';
  if (!sameBytes(certificate.keySha256, pin.fingerprint)) return 'key-changed';
  const text = coverageText(gateway, certificate);
  return signedBy(pin.publicKeyPem, text, certificate.signature) ? null : 'signature-wrong';
}

/** Whether a receipt for what a body-cam brought was signed by the pinned key (liuhen.proto, CustodyReceipt). */
export function judgeReceipt(
  pin: KeyPin | null,
  gateway: string,
  receipt: Bodies['custodyReceipt'],
): KeyFault | null {
  if (pin === null) return 'key-unknown';
  if (!sameBytes(receipt.keySha256, pin.fingerprint)) return 'key-changed';
  return signedBy(pin.publicKeyPem, receiptText(gateway, receipt), receipt.signature)
    ? null
    : 'signature-wrong';
}

/** The pin after an entry, or what is wrong with its key or signature. */
export async function judgeEntry(
  pin: KeyPin | null,
  gateway: string,
  body: Body | undefined,
  expected: readonly KeyPin[],
  hashAt: (seq: bigint) => Promise<Uint8Array | undefined>,
): Promise<KeyJudgement> {
  if (body?.case === 'boxStarted') return judgeKey(pin, body.value.publicKeyPem, expected);
  let fault: KeyFault | null = null;
  if (body?.case === 'checkpoint') {
    fault = judgeCheckpoint(pin, gateway, body.value, await hashAt(body.value.uptoSeq));
  } else if (body?.case === 'segmentSealed') fault = judgeSeal(pin, body.value);
  else if (body?.case === 'coverageCertified') fault = judgeCertificate(pin, gateway, body.value);
  else if (body?.case === 'custodyReceipt') fault = judgeReceipt(pin, gateway, body.value);
  return fault === null ? { ok: true, pin } : { ok: false, fault };
}

function place(keys: readonly KeyPin[], key: KeyPin): number {
  return keys.findIndex(({ fingerprint }) => sameBytes(fingerprint, key.fingerprint));
}
