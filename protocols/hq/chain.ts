// The hash chain of a gateway's ledger: hashes, the step from one entry to the next, and the texts that are
// signed. Pure; who keeps the entries (gateway/ledger, headquarters, verify) brings them here.
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { LiuhenError } from '../../config/errors.ts';
import { decodeHeader } from './codec.ts';
import type { Header, LedgerEntry } from './messages.ts';

export const hashBytes = 32;
/** `previous` of the first entry of a box. */
export const noPrevious: Uint8Array = new Uint8Array(hashBytes);

/** Where a chain has got to. */
export interface ChainHead {
  readonly seq: bigint;
  readonly epoch: bigint;
  /** SHA-256 of the encoded header of `seq`. */
  readonly hash: Uint8Array;
}
/** Before the first entry of a box. */
export const emptyChain: ChainHead = { seq: 0n, epoch: 0n, hash: noPrevious };

export type ChainFault =
  | 'undecodable' // the header's bytes are no Header
  | 'other-gateway'
  | 'double' // seq is not above the head's, and nothing says that it differs from what is there
  | 'sequence-gap' // seq is above the next one
  | 'previous-differs' // it claims another entry before it: a fork or a change
  | 'epoch-goes-back'
  | 'body-differs'; // the body is not the one that the header binds

export type ChainStep =
  | { readonly ok: true; readonly head: ChainHead; readonly header: Header }
  | { readonly ok: false; readonly fault: ChainFault; readonly header?: Header };

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The entry's hash: SHA-256 over the encoded header, which binds the body by its own hash. */
export function entryHash(entry: LedgerEntry): Uint8Array {
  return sha256(entry.header);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/**
 * Whether `entry` follows `head` in the ledger of `gateway`. Never throws for bad bytes. `withheld` allows an
 * empty body, whose hash then is taken from the header.
 */
export function checkNext(
  head: ChainHead,
  entry: LedgerEntry,
  gateway: string,
  options: { readonly withheld?: boolean } = {},
): ChainStep {
  let header: Header;
  try {
    header = decodeHeader(entry.header);
  } catch (error) {
    if (error instanceof LiuhenError && error.code === 'HQ_MESSAGE_INVALID') {
      return { ok: false, fault: 'undecodable' };
    }
    throw error;
  }
  const fault = faultOf(head, entry, header, gateway, options.withheld === true);
  if (fault !== null) return { ok: false, fault, header };
  return { ok: true, header, head: { seq: header.seq, epoch: header.epoch, hash: entryHash(entry) } };
}

function faultOf(
  head: ChainHead,
  entry: LedgerEntry,
  header: Header,
  gateway: string,
  withheld: boolean,
): ChainFault | null {
  if (header.gateway !== gateway) return 'other-gateway';
  if (header.seq <= head.seq) return 'double';
  if (header.seq > head.seq + 1n) return 'sequence-gap';
  if (!sameBytes(header.previous, head.hash)) return 'previous-differs';
  if (header.epoch < head.epoch) return 'epoch-goes-back';
  if (withheld && entry.body.length === 0) return null;
  return sameBytes(header.bodyHash, sha256(entry.body)) ? null : 'body-differs';
}

/** What a checkpoint signs: see Checkpoint in liuhen.proto. */
export function checkpointText(gateway: string, uptoSeq: bigint, head: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`liuhen-checkpoint-v1\n${gateway}\n${uptoSeq}\n`), hash32(head)]);
}

/** What a segment's seal signs: see SegmentSealed in liuhen.proto. */
export function segmentText(
  session: string,
  file: string,
  merkleRoot: Uint8Array,
  chainHead: Uint8Array,
): Uint8Array {
  return Buffer.concat([
    Buffer.from(`liuhen-segment-v1\n${session}\n${file}\n`),
    hash32(merkleRoot),
    hash32(chainHead),
  ]);
}

/** SHA-256 over the key's SubjectPublicKeyInfo in DER: the fingerprint that people compare. */
export function keyFingerprint(publicKeyPem: string): Uint8Array {
  return sha256(createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' }));
}

/** Ed25519 (RFC 8032). False for a signature or a key of the wrong kind; throws for a PEM that is none. */
export function signedBy(publicKeyPem: string, text: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey(publicKeyPem);
  return key.asymmetricKeyType === 'ed25519' && verifySignature(null, text, key, signature);
}

function hash32(hash: Uint8Array): Uint8Array {
  if (hash.length !== hashBytes) throw new RangeError(`a hash of ${hash.length} bytes`);
  return hash;
}
