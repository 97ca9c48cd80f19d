import { describe, expect, it } from '@jest/globals';
import { numberedId } from './numbered-id.js';

describe('the ids of one command', () => {
  it('begin with the one it was given, and differ in their last 48 bits', () => {
    const first = '018f2d3e-7c4b-7d11-9a3e-0123456789ff';
    expect([0, 1, 2].map((n) => numberedId(first, n))).toEqual([
      first,
      '018f2d3e-7c4b-7d11-9a3e-012345678a00',
      '018f2d3e-7c4b-7d11-9a3e-012345678a01',
    ]);
  });

  it('start over within those bits, so that ten thousand are ten thousand', () => {
    const last = '018f2d3e-7c4b-7d11-9a3e-fffffffffffe';
    expect(numberedId(last, 3)).toBe('018f2d3e-7c4b-7d11-9a3e-000000000001');
    expect(new Set(Array.from({ length: 10_000 }, (_, n) => numberedId(last, n))).size).toBe(10_000);
  });
});
