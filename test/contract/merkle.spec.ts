import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inclusionProof, rootFromProof } from '../../src/platform/event-store/inclusion-proof.js';
import { merkleRoot, merkleTree } from '../../src/platform/event-store/merkle.js';

const MOST_LEAVES = 70;
const sha256 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leavesOf = (size: number): readonly Buffer[] =>
  Array.from({ length: size }, (_none, index) => sha256(`leaf ${String(index)}`));

type Proven = Readonly<{ leaf: Buffer; index: number; size: number; path: readonly Buffer[]; root: Buffer }>;

function proven(size: number, index: number): Proven {
  const leaves = leavesOf(size);
  const leaf = leaves[index] ?? Buffer.alloc(0);
  return { leaf, index, size, path: inclusionProof(merkleTree(leaves), index), root: merkleRoot(leaves) };
}

function holds({ leaf, index, size, path, root }: Proven): boolean {
  return rootFromProof(leaf, index, size, path)?.equals(root) ?? false;
}

/** The sides of the siblings, the lowest first, by the two counters of RFC 9162, section 2.1.3.2. */
function sides(index: number, size: number): string {
  let [node, last] = [index, size - 1];
  let found = '';
  while (last > 0) {
    if (node % 2 === 1) found += 'l';
    else if (node < last) found += 'r';
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return found;
}

/** One place in one tree of 1 to 70 leaves. */
const places = fc
  .integer({ min: 1, max: MOST_LEAVES })
  .chain((size) => fc.integer({ min: 0, max: size - 1 }).map((index) => proven(size, index)));
const placesOfMany = places.filter(({ size }) => size > 1);

const flipped = (hash: Buffer, bit: number): Buffer => {
  const copy = Buffer.from(hash);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
};
const bits = fc.integer({ min: 0, max: 255 });
const always = (property: fc.IPropertyWithHooks<[Proven, number]>): void => {
  fc.assert(property, { numRuns: 500 });
};

describe('the path of a proof', () => {
  it('leads from every leaf of every tree of 1 to 70 leaves to its root', () => {
    for (let size = 1; size <= MOST_LEAVES; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = proven(size, index);
        expect({ size, index, holds: holds(proof) }).toEqual({ size, index, holds: true });
        expect(proof.path).toHaveLength(sides(index, size).length);
      }
    }
  });

  it('leads to a root that is made from the top down, as RFC 6962 says', () => {
    const rootOf = (leaves: readonly Buffer[]): Buffer => {
      if (leaves.length === 1) return leaves[0] ?? Buffer.alloc(0);
      let split = 1;
      while (split * 2 < leaves.length) split *= 2;
      return sha256(Buffer.of(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
    };
    for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 127, 128, 129, 2000, 2047, 2048, 2049]) {
      expect({ size, root: merkleRoot(leavesOf(size)) }).toEqual({ size, root: rootOf(leavesOf(size)) });
      for (const index of [0, Math.floor(size / 2), size - 1]) expect(holds(proven(size, index))).toBe(true);
    }
    expect(() => merkleRoot([])).toThrow('at least one leaf');
  });

  it('has its siblings on the sides that RFC 9162 says', () => {
    fc.assert(
      fc.property(places, ({ leaf, index, size, path, root }) => {
        const climbed = [...sides(index, size)].reduce((below, side, step) => {
          const sibling = path[step] ?? Buffer.alloc(0);
          return side === 'l' ? sha256(Buffer.of(1), sibling, below) : sha256(Buffer.of(1), below, sibling);
        }, leaf);
        expect(climbed).toEqual(root);
      }),
    );
  });

  it('is empty for the only leaf, which is the root', () => {
    const { path, leaf, root } = proven(1, 0);
    expect(path).toEqual([]);
    expect(leaf).toEqual(root);
  });

  it.each([[-1], [3], [0.5]])('does not exist for the index %d of three leaves', (index) => {
    expect(() => inclusionProof(merkleTree(leavesOf(3)), index)).toThrow(RangeError);
  });
});

describe('a proof that was tampered with', () => {
  it('fails with a hash taken off at either end', () => {
    always(
      fc.property(placesOfMany, fc.constantFrom(0, -1), (proof, end) => {
        expect(holds({ ...proof, path: proof.path.toSpliced(end, 1) })).toBe(false);
      }),
    );
  });

  it('fails with a hash added anywhere', () => {
    always(
      fc.property(places, fc.nat(10), (proof, place) => {
        expect(holds({ ...proof, path: proof.path.toSpliced(place, 0, sha256('more')) })).toBe(false);
        expect(holds({ ...proof, path: [...proof.path, proof.root] })).toBe(false);
      }),
    );
  });

  it('fails with two hashes swapped', () => {
    const ofTwoOrMore = places.filter(({ path }) => path.length > 1);
    always(
      fc.property(ofTwoOrMore, fc.nat(), (proof, which) => {
        const at = which % (proof.path.length - 1);
        const [lower, upper] = proof.path.slice(at, at + 2);
        const swapped = [upper, lower].filter((hash) => hash !== undefined);
        expect(holds({ ...proof, path: proof.path.toSpliced(at, 2, ...swapped) })).toBe(false);
      }),
    );
  });

  it('fails with one bit of any hash flipped', () => {
    always(
      fc.property(places, bits, (proof, bit) => {
        proof.path.forEach((hash, at) => {
          expect(holds({ ...proof, path: proof.path.with(at, flipped(hash, bit)) })).toBe(false);
        });
        expect(holds({ ...proof, leaf: flipped(proof.leaf, bit) })).toBe(false);
        expect(holds({ ...proof, root: flipped(proof.root, bit) })).toBe(false);
      }),
    );
  });

  it('fails with a byte more or less in any hash', () => {
    always(
      fc.property(places, fc.integer({ min: 0, max: 255 }), (proof, byte) => {
        const longer = (hash: Buffer): Buffer => Buffer.concat([hash, Buffer.of(byte)]);
        proof.path.forEach((hash, at) => {
          expect(holds({ ...proof, path: proof.path.with(at, longer(hash)) })).toBe(false);
          expect(holds({ ...proof, path: proof.path.with(at, hash.subarray(1)) })).toBe(false);
        });
        expect(holds({ ...proof, leaf: longer(proof.leaf) })).toBe(false);
      }),
    );
  });

  it('fails with a byte moved from one hash to its neighbour, though what is hashed stays the same', () => {
    const { leaf, path, root } = proven(2, 0);
    const bytes = Buffer.concat([leaf, ...path]);
    const moved = { leaf: bytes.subarray(0, 31), path: [bytes.subarray(31)] };
    expect(sha256(Buffer.of(1), moved.leaf, ...moved.path)).toEqual(root);
    expect(rootFromProof(moved.leaf, 0, 2, moved.path)).toBeNull();
  });

  it('fails for a node given as a leaf', () => {
    const leaves = leavesOf(4);
    const node = merkleRoot(leaves.slice(0, 2));
    expect(rootFromProof(node, 0, 4, [merkleRoot(leaves.slice(2))])).toBeNull();
  });

  it('fails at every other index of the same tree', () => {
    always(
      fc.property(placesOfMany, fc.nat(), (proof, other) => {
        const index = other % proof.size;
        expect(holds({ ...proof, index })).toBe(index === proof.index);
      }),
    );
  });

  it('fails for every other size but those in which the way to the root is the very same', () => {
    always(
      fc.property(places, fc.integer({ min: 1, max: 2 * MOST_LEAVES }), (proof, size) => {
        const isSameWay = proof.index < size && sides(proof.index, size) === sides(proof.index, proof.size);
        expect(holds({ ...proof, size })).toBe(isSameWay);
      }),
    );
  });

  it.each([
    [-1, 3],
    [3, 3],
    [0, 0],
    [0.5, 3],
    [0, 2.5],
    [Number.NaN, 3],
    [0, Number.POSITIVE_INFINITY],
    [0, 2 ** 53],
    [2 ** 53, 2 ** 53],
    [-0.5, 1],
  ])('fails for the impossible index %d of %d leaves', (index, size) => {
    const { leaf, path } = proven(3, 0);
    expect(rootFromProof(leaf, index, size, path)).toBeNull();
  });
});
