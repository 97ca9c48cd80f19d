import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  batchIdFrom,
  common,
  countOf,
  isAmong,
  memberId,
  membersFrom,
  membersOf,
  membersText,
  numberIn,
  numbersOf,
  without,
} from './members.policy.js';

const batchId = '01890000-0000-7000-8000-000000000000';

/** Close together, so that they touch and lie between each other. */
const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 40 });
const inOrder = (some: Iterable<number>) => [...some].sort((a, b) => a - b);

describe('numbers of jobs as ranges', () => {
  it('are those numbers, each once and in order, whatever order they came in', () => {
    fc.assert(
      fc.property(numbers, (some) => {
        const members = membersOf([...some, ...some]);
        expect(numbersOf(members)).toEqual(inOrder(some));
        expect(countOf(members)).toBe(some.length);
        for (let number = 0; number <= 42; number += 1) expect(isAmong(members, number)).toBe(some.includes(number));
      }),
    );
  });

  it('are as few ranges as can be: none is empty, none touch', () => {
    fc.assert(
      fc.property(numbers, (some) => {
        const members = membersOf(some);
        expect(members.every(([from, to]) => from < to)).toBe(true);
        expect(members.every(([from], index) => index === 0 || from > Number(members[index - 1]?.[1]))).toBe(true);
      }),
    );
  });

  it('have in common, and leave without each other, what sets do', () => {
    fc.assert(
      fc.property(numbers, numbers, (some, others) => {
        const [a, b] = [membersOf(some), membersOf(others)];
        expect(common(a, b)).toEqual(membersOf(some.filter((number) => others.includes(number))));
        expect(without(a, b)).toEqual(membersOf(some.filter((number) => !others.includes(number))));
      }),
    );
  });

  it('are the same after they were a text', () => {
    fc.assert(
      fc.property(numbers, (some) => expect(membersFrom(membersText(membersOf(some)))).toEqual(membersOf(some))),
    );
  });

  it.each([
    [[], '{}'],
    [[1], '{[1,2)}'],
    [[3, 1, 2], '{[1,4)}'],
    [[1, 2, 4, 65_535], '{[1,3),[4,5),[65535,65536)}'],
  ])('of %j are spelled %s, as the database has it', (some, text) => {
    expect(membersText(membersOf(some))).toBe(text);
    expect(membersFrom(text)).toEqual(membersOf(some));
  });
});

describe('the id of a job of a batch', () => {
  it('is the batch’s with its number, from which both are read', () => {
    expect(memberId(batchId, 255)).toBe('01890000-0000-7000-8000-0000000000ff');
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1, max: 65_535 }), (any, number) => {
        const batch = batchIdFrom(any);
        const job = memberId(batch, number);
        expect([batchIdFrom(job), numberIn(batch, job)]).toEqual([batch, number]);
      }),
    );
  });

  it('sorts as its number does', () => {
    const ids = [1, 9, 10, 15, 16, 255, 4096, 65_535].map((number) => memberId(batchId, number));
    expect(ids.toSorted()).toEqual(ids);
  });

  it('has no room for more than four digits', () => {
    expect(() => memberId(batchId, 65_536)).toThrow('no more than 65535');
  });

  it.each([
    ['of another batch', batchId, '01890000-0000-7000-8001-000000000001'],
    [
      'of a batch of before, whose id has no room',
      '01890000-0000-7000-8000-000000000abc',
      '01890000-0000-7000-8000-000000000abd',
    ],
    ['of the batch itself', batchId, batchId],
    ['of no batch', '', '01890000-0000-7000-8000-000000000001'],
  ])('is none where it is %s', (_what, batch, job) => {
    expect(numberIn(batch, job)).toBeNull();
  });
});
