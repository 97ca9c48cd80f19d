import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { containsText } from './contains-text.js';

describe('looking for a text in another', () => {
  it('finds what is there and nothing else', () => {
    const text = fc.oneof(fc.string({ unit: fc.constantFrom('a', 'b') }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(containsText(a, b)).toBe(a.includes(b));
        expect(containsText(a + b + c, b)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no longer for texts made to be searched slowly', () => {
    const text = 'a'.repeat(1_000_000);
    expect(containsText(text, `${'a'.repeat(1000)}b${'a'.repeat(499_000)}`)).toBe(false); // `includes` takes minutes.
  });
});
