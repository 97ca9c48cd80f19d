import { describe, expect, it } from '@jest/globals';
import { fieldFaults, mapFaults } from './field-faults.js';
import { Choice, Flag, Nested, NestedList, NestedMap, Text, Whole } from './fields.js';

class Part {
  @Text({ max: 3 })
  readonly name!: string;

  @Flag({ optional: true })
  readonly loud?: boolean;
}

class Thing {
  @Choice(['a', 'b'], { nullable: true })
  readonly kind!: string | null;

  @Whole({ min: 1 })
  readonly count!: number;

  @Nested(() => Part, { optional: true })
  readonly main?: Part;

  @NestedList(() => Part, { max: 2, optional: true })
  readonly list?: readonly Part[];

  @NestedMap(() => Part, { max: 2, optional: true })
  readonly map?: Readonly<Record<string, Part>>;
}

const sound = { kind: 'a', count: 1 };
const found = (sent: unknown) => fieldFaults(Thing, sent).map(({ kind, pointer }) => `${kind} ${pointer}`);

describe('the faults of a document', () => {
  it('are none where it is as its class says', () => {
    const part = { name: 'abc', loud: true };
    expect(found({ ...sound, kind: null, main: part, list: [part, part], map: { x: part, 'y/z': part } })).toEqual([]);
  });

  it.each([
    [null, ['wrong-type ']],
    [{}, ['missing-field /kind', 'missing-field /count']],
    [{ ...sound, other: 1 }, ['unknown-field /other']],
    [{ kind: 'c', count: 0 }, ['wrong-value /kind', 'wrong-value /count']],
    [{ kind: 1, count: '1' }, ['wrong-type /kind', 'wrong-type /count']],
    [{ ...sound, count: null }, ['wrong-type /count']],
    [{ ...sound, main: [] }, ['wrong-type /main']],
    [{ ...sound, main: { name: 'abcd' } }, ['too-long /main/name']],
    [{ ...sound, list: {} }, ['wrong-type /list']],
    [{ ...sound, list: [{ name: 'a' }, 1] }, ['wrong-type /list/1']],
    [{ ...sound, list: [1, 2, 3] }, ['too-many /list']],
    [{ ...sound, map: [] }, ['wrong-type /map']],
    [{ ...sound, map: { 'a/b': { nam: 'x' } } }, ['unknown-field /map/a~1b/nam', 'missing-field /map/a~1b/name']],
    [{ ...sound, map: { a: {}, b: {}, c: {} } }, ['too-many /map']],
  ])('are all there, each in its place: %j', (sent, expected) => {
    expect(found(sent)).toEqual(expected);
  });

  it.each([
    [{}, []],
    [{ x: { name: 'abc' }, 'y/z': { name: 'abcd' } }, ['too-long /y~1z/name']],
    [{ x: 1 }, ['wrong-type /x']],
    [{ x: { lout: true } }, ['unknown-field /x/lout', 'missing-field /x/name']],
    [{ x: {}, y: {}, z: {} }, ['too-many ']],
    [undefined, ['missing-field ']],
    [[], ['wrong-type ']],
  ])('of a map %j are those of its entries, or its own', (sent, expected) => {
    expect(mapFaults(Part, 2, sent).map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual(expected);
  });

  it('tell what an unknown field might have been', () => {
    expect(fieldFaults(Part, { name: 'a', lout: true })).toMatchObject([
      { unknown: { name: 'lout', known: ['name', 'loud'] } },
    ]);
  });
});
