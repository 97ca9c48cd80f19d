import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { meanPercent, redistribute, stagePercent } from './weights.plan.js';

const milestones = (weights: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(weights).map(([key, weight]) => [key, { title: key, weight }]));

describe('redistributing weights', () => {
  it('scales what is left to the whole', () => {
    expect(redistribute(milestones({ a: 50, b: 25, c: 25 }), ['b', 'c'])).toEqual({ b: 50, c: 50 });
  });

  it('gives what rounding leaves over to the largest remainders', () => {
    // 25, 35 and 20 of 80, scaled to 100: 31.25, 43.75 and 25.
    expect(redistribute(milestones({ a: 25, b: 35, c: 20, d: 20 }), ['a', 'b', 'c'])).toEqual({ a: 31, b: 44, c: 25 });
  });

  it('breaks ties by key, whatever the order of keys', () => {
    // 1 and 1 of 2, scaled to 3: 1.5 each.
    expect(redistribute(milestones({ z: 1, a: 1, b: 1 }), ['z', 'a'])).toEqual({ a: 2, z: 1 });
    expect(redistribute(milestones({ a: 1, b: 1, z: 1 }), ['a', 'z'])).toEqual({ a: 2, z: 1 });
  });

  it('always sums to the whole and takes from nobody', () => {
    const weights = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.integer({ min: 1, max: 1_000_000 }), {
      minKeys: 1,
      maxKeys: 12,
    });
    fc.assert(
      fc.property(weights, fc.nat(), (original, seed) => {
        const keys = Object.keys(original);
        const left = keys.filter((_key, index) => index === seed % keys.length || (seed >> index) % 2 === 1);
        const result = redistribute(milestones(original), left);
        const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
        expect(Object.keys(result).toSorted()).toEqual(left.toSorted());
        expect(sum(Object.values(result))).toBe(sum(Object.values(original)));
        expect(left.every((key) => (result[key] ?? 0) >= (original[key] ?? 0))).toBe(true);
      }),
    );
  });
});

describe('measuring progress', () => {
  it('is completed weight over total weight, rounded', () => {
    expect(stagePercent({ a: 1, b: 1, c: 1 }, ['a'], 'in_progress')).toBe(33);
    expect(stagePercent({ a: 1, b: 1, c: 1 }, ['a', 'c'], 'in_progress')).toBe(67);
  });

  it('is all or nothing without milestones', () => {
    expect(stagePercent({}, [], 'in_progress')).toBe(0);
    expect(stagePercent({}, [], 'completed')).toBe(100);
    expect(stagePercent({}, [], 'gated')).toBe(100);
  });

  it('is the mean over stages for a run, rounded', () => {
    expect(meanPercent([100, 40, 0])).toBe(47);
    expect(meanPercent([])).toBe(0);
  });
});
