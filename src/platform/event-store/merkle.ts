import { hash } from 'node:crypto';

const NODE_MARK = Buffer.of(1);

/** A tree from its leaves to its root; each level has the hashes of the pairs of the one below, and what is left over as it is. */
export type MerkleTree = readonly (readonly Buffer[])[];

/** The Merkle tree over leaf hashes, as RFC 6962 section 2.1 defines it; leaves are hashed already. At least one leaf. */
export function merkleTree(leaves: readonly Buffer[]): MerkleTree {
  if (leaves.length === 0) throw new Error('A Merkle tree needs at least one leaf.');
  const levels = [leaves];
  for (let level = leaves; level.length > 1; levels.push(level)) level = levelAbove(level);
  return levels;
}

/** The root of the Merkle tree over leaf hashes. At least one leaf. */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  const [root] = merkleTree(leaves).at(-1) ?? [];
  if (root === undefined) throw new Error('A Merkle tree has a root.');
  return root;
}

/** The hash of two neighbours; RFC 6962's mark keeps it from being taken for a leaf. */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([NODE_MARK, left, right]), 'buffer');
}

/** Where a tree of `count` leaves, two at least, is split: the left side is full, the right side no larger. */
export function largestPowerOfTwoBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}

function levelAbove(level: readonly Buffer[]): readonly Buffer[] {
  const above: Buffer[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = level.slice(index, index + 2);
    if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}
