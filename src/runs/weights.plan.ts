import type { StageDefinition } from '../templates/contract.js';

/** Whole numbers by milestone; they always sum to the stage's whole, the sum of the template's weights. */
export type Weights = Readonly<Record<string, number>>;

/** The weights a stage begins with. */
export function templateWeights(milestones: StageDefinition['milestones']): Weights {
  return Object.fromEntries(Object.entries(milestones).map(([key, { weight }]) => [key, weight]));
}

/**
 * The weights of what is left when milestones are dropped: scaled from the template's to its whole by largest
 * remainder.
 *
 * Scaling from the template and breaking ties by key makes the outcome depend on nothing but what is left: not on the
 * order of drops, nor on the order of keys, which jsonb does not keep.
 */
export function redistribute(milestones: StageDefinition['milestones'], left: readonly string[]): Weights {
  const original = templateWeights(milestones);
  const whole = sum(Object.values(original));
  const kept = Object.entries(original).filter(([key]) => left.includes(key));
  const keptSum = sum(kept.map(([, weight]) => weight));
  const shares = kept
    .map(([key, weight]) => ({ key, product: weight * whole, rest: (weight * whole) % keptSum }))
    .map(({ key, product, rest }) => ({ key, floor: (product - rest) / keptSum, rest }))
    .toSorted((a, b) => b.rest - a.rest || (a.key < b.key ? -1 : 1));
  const missing = whole - sum(shares.map(({ floor }) => floor));
  return Object.fromEntries(shares.map(({ key, floor }, index) => [key, index < missing ? floor + 1 : floor]));
}

/** Completed weight over total weight, rounded, 0 to 100; a stage without milestones is all or nothing. */
export function stagePercent(weights: Weights, completed: readonly string[], state: string): number {
  const entries = Object.entries(weights);
  if (entries.length === 0) return state === 'completed' || state === 'gated' ? 100 : 0;
  const done = sum(entries.filter(([key]) => completed.includes(key)).map(([, weight]) => weight));
  return Math.round((done / sum(entries.map(([, weight]) => weight))) * 100);
}

/** The run's progress: the mean over its unlocked stages, rounded. */
export function meanPercent(percents: readonly number[]): number {
  return percents.length === 0 ? 0 : Math.round(sum(percents) / percents.length);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
