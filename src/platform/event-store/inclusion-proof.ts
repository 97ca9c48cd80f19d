/**
 * How one leaf is shown to be under a root without the other leaves (RFC 9162, section 2.1.3).
 *
 * The proof is the hashes beside the way from the leaf to the root, the lowest first. Which side each belongs on follows from the
 * leaf's index and the size of the tree alone. Nothing in a proof vouches for the size: trees of different sizes can share the way from a
 * leaf to the root. Whoever checks a proof takes both from what is signed, here the positions of the seal.
 */
import { type MerkleTree, largestPowerOfTwoBelow, nodeHash } from './merkle.js';

const HASH_BYTES = 32;

/** The hashes that lead from the leaf at `index`, from 0, to the root; none in a tree of one leaf. Throws `RangeError` beyond it. */
export function inclusionProof(tree: MerkleTree, index: number): readonly Buffer[] {
  const leaves = tree[0] ?? [];
  if (leaves[index] === undefined) {
    throw new RangeError(`There is no leaf ${String(index)} among ${String(leaves.length)}.`);
  }
  const siblings = tree.map((level, height) => level[siblingOf(Math.floor(index / 2 ** height))]);
  return siblings.filter((sibling) => sibling !== undefined); // What is left over at the end of a level has none there.
}

/**
 * The root that a proof leads to, to be compared with the sealed one; null where it is no proof for a leaf at `index` of a tree of
 * `size`: an index beyond the tree, too few or too many hashes, or one that is not 32 bytes long.
 */
export function rootFromProof(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer | null {
  if (!isPlace(index, size) || ![leaf, ...path].every(({ length }) => length === HASH_BYTES)) return null;
  return climb(leaf, index, size, path);
}

/** From the root down, as RFC 6962 splits a tree: the last sibling, the one below the root, is taken off first. */
function climb(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer | null {
  const sibling = path.at(-1);
  if (size === 1) return sibling === undefined ? leaf : null;
  if (sibling === undefined) return null;
  const split = largestPowerOfTwoBelow(size);
  const lower = path.slice(0, -1);
  if (index < split) {
    const left = climb(leaf, index, split, lower);
    return left && nodeHash(left, sibling);
  }
  const right = climb(leaf, index - split, size - split, lower);
  return right && nodeHash(sibling, right);
}

function siblingOf(index: number): number {
  return index % 2 === 0 ? index + 1 : index - 1;
}

function isPlace(index: number, size: number): boolean {
  return Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size;
}
