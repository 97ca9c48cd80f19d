import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffSeconds } from './backoff.js';

describe('the pause after a failed attempt', () => {
  it('doubles from its base to its most, half of it by chance', () => {
    const pauses = (chance: number) =>
      [1, 2, 3, 4, 5].map((failed) => backoffSeconds({ base_seconds: 1, max_seconds: 10 }, failed, chance));
    expect(pauses(0)).toEqual([0.5, 1, 2, 4, 5]);
    expect(pauses(0.5)).toEqual([0.75, 1.5, 3, 6, 7.5]);
  });

  it('is never more than its most nor less than half of what it would be, however often it failed', () => {
    const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        seconds,
        seconds,
        fc.nat(5000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (base_seconds, max_seconds, failed, chance) => {
          const pause = backoffSeconds({ base_seconds, max_seconds }, failed, chance);
          expect(pause).toBeGreaterThanOrEqual(Math.min(max_seconds, base_seconds) / 2);
          expect(pause).toBeLessThanOrEqual(max_seconds);
        },
      ),
    );
  });
});
