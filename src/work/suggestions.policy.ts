import { nearest } from '../kernel/nearest.js';

/** A hint for a word that is none of those known: the one that was probably meant. */
export type Suggest = (word: string) => string;

/** Comparing letters takes time by the product of both lengths: this many in all, so that a graph full of wrong names is still answered at once. */
const MAX_WORK = 2_000_000;

/** Suggests among these words. After so much work it does so no more. */
export function suggestAmong(known: readonly string[]): Suggest {
  const otherwise =
    known.length <= 10 && known.length > 0 ? `There are: ${known.join(', ')}.` : 'Name a node of this graph.';
  let left = MAX_WORK;
  return (word) => {
    if (left < 0) return otherwise;
    const alike = known.filter(({ length }) => Math.abs(length - word.length) <= 3);
    left -= known.length + word.length * alike.reduce((sum, { length }) => sum + length, 0);
    const close = left < 0 ? null : nearest(word, alike);
    return close === null ? otherwise : `Did you mean "${close}"?`;
  };
}
