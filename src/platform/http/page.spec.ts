import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../kernel/domain-error.js';
import { cursorAt, pageOf, positionIn } from './page.js';

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';

describe('a page', () => {
  it('ends with a cursor to its last item where there is more', () => {
    const { items, next } = pageOf(['a', 'b', 'c'], 2, (row) => [row, 7]);
    expect(items).toEqual(['a', 'b']);
    expect(positionIn(next ?? undefined, [isText, isNumber])).toEqual(['b', 7]);
  });

  it('is the last one where there is no more', () =>
    expect(pageOf(['a', 'b'], 2, (row) => [row])).toEqual({ items: ['a', 'b'], next: null }));

  it('may be empty', () => expect(pageOf([], 2, () => [])).toEqual({ items: [], next: null }));
});

describe('a cursor', () => {
  it('is absent on the first page', () => expect(positionIn(undefined, [isText])).toBeNull());

  it('needs no escaping in an address', () => expect(cursorAt(['ä/?&+ü', 1])).toMatch(/^[\w-]+$/));

  it.each([
    ['is no cursor at all', '%%%'],
    ['is of another list', cursorAt(['a'])],
    ['holds values of other types', cursorAt([1, 'a'])],
    ['holds an object', Buffer.from('{"length":2}').toString('base64url')],
  ])('is refused where it %s', (_what, after) => {
    expect(() => positionIn(after, [isText, isNumber])).toThrow(DomainError);
  });
});
