// The Merkle tree hash of RFC 6962 §2.1 over a segment's part hashes.
import { createHash } from 'node:crypto';

/** Folds leaves as they come: one hash for each complete subtree is kept, so memory is logarithmic. */
export class MerkleRoot {
  readonly #subtrees: Buffer[] = []; // largest first
  #leaves = 0;

  add(leaf: Uint8Array): void {
    let hash: Buffer = createHash('sha256').update('\0').update(leaf).digest();
    for (let size = this.#leaves; size % 2 === 1; size = (size - 1) / 2) {
      hash = node(this.#subtrees.pop() ?? hash, hash);
    }
    this.#subtrees.push(hash);
    this.#leaves += 1;
  }

  /** Hex; of no leaves the hash of nothing. */
  root(): string {
    const hashes = [...this.#subtrees];
    let right = hashes.pop();
    if (!right) return createHash('sha256').digest('hex');
    for (let left = hashes.pop(); left; left = hashes.pop()) right = node(left, right);
    return right.toString('hex');
  }
}

function node(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update('\x01').update(left).update(right).digest();
}
