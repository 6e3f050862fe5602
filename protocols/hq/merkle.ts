// Merkle tree hashes of RFC 6962 §2.1 over SHA-256: the root in a segment's seal. The tree is built as leaves
// come, in memory that grows with the logarithm of their number. Signing the root is left to the gateway.
import { createHash } from 'node:crypto';

/** Most leaves of one tree: 2^32 parts of 250 ms are 34 years. */
export const maxMerkleLeaves = 2 ** 32;

const leafPrefix = Uint8Array.of(0x00);
const nodePrefix = Uint8Array.of(0x01);

/** RFC 6962 §2.1: SHA-256(0x00 || data). */
export function merkleLeafHash(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(leafPrefix).update(data).digest();
}

/** RFC 6962 §2.1: SHA-256(0x01 || left || right). */
export function merkleNodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(nodePrefix).update(left).update(right).digest();
}

/** The root over `leaves` in order (RFC 6962 §2.1, MTH); SHA-256 of nothing when there are none. */
export function merkleRoot(leaves: Iterable<Uint8Array>): Uint8Array {
  const tree = new MerkleAccumulator();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

/** Takes leaves one by one; `root()` may be asked at any time and does not disturb what follows. */
export class MerkleAccumulator {
  /** Roots of full subtrees, largest first: the binary digits of `#count`. */
  readonly #full: { readonly size: number; readonly hash: Uint8Array }[] = [];
  #count = 0;

  /** Leaves so far. */
  get count(): number {
    return this.#count;
  }

  /** Appends a leaf. Throws a RangeError beyond `maxMerkleLeaves`. */
  add(data: Uint8Array): void {
    if (this.#count >= maxMerkleLeaves) throw new RangeError(`more than ${maxMerkleLeaves} leaves`);
    this.#count += 1;
    let size = 1;
    let hash = merkleLeafHash(data);
    for (let last = this.#full.at(-1); last?.size === size; last = this.#full.at(-1)) {
      this.#full.pop();
      hash = merkleNodeHash(last.hash, hash);
      size *= 2;
    }
    this.#full.push({ size, hash });
  }

  /** The root over the leaves so far. */
  root(): Uint8Array {
    const smallest = this.#full.at(-1);
    if (!smallest) return createHash('sha256').digest();
    return this.#full
      .slice(0, -1)
      .reduceRight((hash, left) => merkleNodeHash(left.hash, hash), smallest.hash);
  }
}
