import { createHash } from 'node:crypto';

/** The root of a Merkle tree over leaf hashes, as RFC 6962 section 2.1 defines it; leaves are hashed already. At least one leaf. */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only === undefined) throw new Error('A Merkle tree needs at least one leaf.');
  if (leaves.length === 1) return only;
  const split = largestPowerOfTwoBelow(leaves.length);
  return nodeHash(merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)));
}

/** The hash of two neighbours; RFC 6962's mark keeps it from being taken for a leaf. */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}

/** Where a tree of `count` leaves, two at least, is split: the left side is full, the right side no larger. */
export function largestPowerOfTwoBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}
