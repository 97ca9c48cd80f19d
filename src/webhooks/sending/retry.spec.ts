import { describe, expect, it } from '@jest/globals';
import { retryAfter } from './retry.js';

const settings = { attempts: 18, backoffSeconds: 10 };

describe('a delivery that failed', () => {
  it.each([
    [1, 10],
    [2, 20],
    [10, 5120],
    [18, 14_400],
  ])('for the time number %i is sent again after %i seconds at most', (failedCount, seconds) => {
    expect(retryAfter(undefined, failedCount, settings, 1)).toEqual({
      waitSeconds: seconds,
      restSeconds: null,
      mostAttempts: 18,
    });
    expect(retryAfter(undefined, failedCount, settings, 0).waitSeconds).toBe(seconds / 2);
  });

  it('waits for as long as the receiver asks for, and so do the others', () => {
    expect(retryAfter(86_400, 1, settings, 1)).toMatchObject({ waitSeconds: 86_400, restSeconds: 86_400 });
  });

  it.each([0, 1])('has the others rest no longer than the %i seconds the receiver asks for', (asked) => {
    expect(retryAfter(asked, 10, settings, 1)).toMatchObject({ waitSeconds: 5120, restSeconds: asked });
  });
});
