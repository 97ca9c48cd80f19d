import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { itemAt, itemsOf, sizeOf, vectorOf, withAppended, withItems } from './vector.js';

const sizes = fc.integer({ min: 0, max: 600 });

describe('a vector', () => {
  it('is the list of its items, whatever is replaced or appended', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer()), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, changes, fc.array(fc.integer(), { maxLength: 300 }), (size, replaced, appended) => {
        const list = Array.from({ length: size }, (_, index) => index * 2);
        const within = new Map(size === 0 ? [] : replaced.map(([index, item]) => [index % size, item] as const));
        for (const [index, item] of within) list[index] = item;
        const vector = appended.reduce(
          withAppended,
          withItems(
            vectorOf(size, (index) => index * 2),
            within,
          ),
        );
        const whole = [...list, ...appended];
        expect(itemsOf(vector)).toEqual(whole);
        expect(sizeOf(vector)).toBe(whole.length);
        expect(whole.map((_item, index) => itemAt(vector, index))).toEqual(whole);
      }),
    );
  });

  it('shares with the one before what was not touched, and leaves that as it was', () => {
    const before = vectorOf(400, (index) => index);
    const after = withItems(before, new Map([[130, -1]]));
    expect([after[0], after[2]].map((chunk, at) => chunk === before[at * 2])).toEqual([true, true]);
    expect([itemAt(before, 130), itemAt(after, 130)]).toEqual([130, -1]);
    expect(withAppended(before, 400)[0]).toBe(before[0]);
    expect(sizeOf(before)).toBe(400);
  });

  it('may be empty', () => {
    expect([vectorOf(0, () => 1), sizeOf([]), itemsOf([]), withAppended([], 1)]).toEqual([[], 0, [], [[1]]]);
  });
});
