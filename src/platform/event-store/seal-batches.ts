import type { Seal } from './seal.js';

/** Cuts a list of seals into batches of at most `mostLeaves` leaves together, or of one seal that has more. */
export function sealBatches(seals: readonly Seal[], mostLeaves: number): readonly (readonly Seal[])[] {
  const batches: Seal[][] = [];
  let leaves = 0;
  for (const seal of seals) {
    const size = seal.toPosition - seal.fromPosition + 1;
    const batch = leaves + size <= mostLeaves ? batches.at(-1) : undefined;
    leaves = batch === undefined ? size : leaves + size;
    if (batch === undefined) batches.push([seal]);
    else batch.push(seal);
  }
  return batches;
}
