// The real ledger in the shape that gateway.ts asks for: numbers for bigints, segments signed with the device
// key. Chain, key and codec are their own files'; closing and proving a session are handed in.
import { segmentText } from '../protocols/hq/chain.ts';
import type { LedgerStore } from './gateway-ports.ts';
import type { Entry, Ledger } from './ledger/ledger.ts';
import { contractBody, controlBody } from './ledger/plain-body.ts';
import type { FoldEntry } from './sessions/session-fold.ts';

/** How a session is closed and proved, over the files of its folder. */
export type SessionProver = Pick<LedgerStore, 'enterClosed' | 'hasProof' | 'prove'>;

/** For the fold; null for a case that only a newer version knows, which changes no state of this one. */
export function foldEntry({ header, body }: Entry): FoldEntry | null {
  return body ? { seq: Number(header.seq), body: controlBody(body), wallMs: Number(header.wallMs) } : null;
}

/** Wraps an open ledger; `close` closes it. */
export function ledgerStore(ledger: Ledger, prover: SessionProver): LedgerStore {
  const { key } = ledger;
  return {
    epoch: Number(ledger.epoch),
    publicKeyPem: key.publicKeyPem,
    sign: ({ session, file, merkleRoot, chainHead }) => ({
      signature: key.sign(segmentText(session, file, merkleRoot, chainHead)),
      keySha256: key.fingerprint,
    }),
    signText: (text) => ({ signature: key.sign(text), keySha256: key.fingerprint }),
    head: () => ({ seq: Number(ledger.head.seq), headHex: Buffer.from(ledger.head.hash).toString('hex') }),
    append: async (body) => {
      const { header } = await ledger.append(contractBody(body));
      return { seq: Number(header.seq), wallMs: Number(header.wallMs) };
    },
    checkpoint: async () => {
      await ledger.checkpoint();
    },
    enterClosed: (session, last, append) => prover.enterClosed(session, last, append),
    hasProof: (session) => prover.hasProof(session),
    prove: (session) => prover.prove(session),
    refillReserve: () => ledger.refillReserve(),
    close: () => ledger.close(),
  };
}
