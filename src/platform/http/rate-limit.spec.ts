import { describe, expect, it } from '@jest/globals';
import { RateLimit } from './rate-limit.js';

describe('the rate limit', () => {
  it('refuses one request too many in a minute and says how long to wait', () => {
    const limit = new RateLimit(2);
    limit.count('k-1', 1_000);
    limit.count('k-1', 1_001);
    expect(() => limit.count('k-1', 31_000)).toThrow(
      expect.objectContaining({ code: 'too-many-requests', details: { retry_after_seconds: 30 } }),
    );
  });

  it('counts every key for itself', () => {
    const limit = new RateLimit(1);
    limit.count('k-1', 0);
    expect(() => limit.count('k-2', 0)).not.toThrow();
  });

  it('begins anew after a minute', () => {
    const limit = new RateLimit(1);
    limit.count('k-1', 0);
    expect(() => limit.count('k-1', 60_000)).not.toThrow();
  });

  it('is off at 0', () => {
    const limit = new RateLimit(0);
    for (let count = 0; count < 1_000; count += 1) expect(() => limit.count('k-1', 0)).not.toThrow();
  });
});
