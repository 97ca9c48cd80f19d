import { describe, expect, it } from '@jest/globals';
import { addSeconds } from './instant.js';
import { isSameJson, own } from './json-values.js';

describe('comparing JSON', () => {
  it('ignores the order of keys and keys that are undefined', () => {
    expect(isSameJson({ a: 1, b: { c: [1, null] } }, { b: { c: [1, null] }, a: 1, d: undefined })).toBe(true);
  });

  it.each([
    [1, '1'],
    [null, 0],
    [
      [1, 2],
      [2, 1],
    ],
    [[], {}],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: null }, {}],
    [null, {}],
  ])('tells %j from %j', (a, b) => {
    expect(isSameJson(a, b)).toBe(false);
  });

  it('finds only what an object itself holds', () => {
    expect(own<number>({ a: 1 }, 'a')).toBe(1);
    expect(own<number>({ a: 1 }, 'constructor')).toBeUndefined();
  });
});

describe('adding seconds to an instant', () => {
  it('carries over days, months and leap days', () => {
    expect(addSeconds('2028-02-28T23:59:30.250Z', 60)).toBe('2028-02-29T00:00:30.250Z');
    expect(addSeconds('2026-12-31T23:59:59.000Z', 1)).toBe('2027-01-01T00:00:00.000Z');
  });
});
