import { describe, expect, it } from '@jest/globals';
import { usesOf } from './name-uses.js';

describe('the uses of a name', () => {
  it.each<[string, readonly (readonly [number, ...string[]])[]]>([
    ['nodes.a.output.score > 1', [[1, 'a', 'output', 'score']]],
    ['1 < nodes["a b"].output', [[5, 'a b', 'output']]],
    ['(nodes).a == 1', [[2, 'a']]],
    ['nodes // there\n.a', [[1, 'a']]],
    [
      'has(nodes.a.output) && nodes.b.output[0].c',
      [
        [5, 'a', 'output'],
        [24, 'b', 'output'],
      ],
    ],
    ['nodes[input.name]', [[1]]],
    ['nodes["a" + "b"]', [[1]]],
    ['size(nodes)', [[6]]],
    ['facts.list.exists(nodes, nodes.a == 1)', [[19], [26, 'a']]],
    ['{nodes: 1}', [[2]]],
    ['facts.nodes.a == "nodes.b"', []],
    ['facts.nodes', []],
    ['nodes.a >', []],
  ])('in %s are these', (expression, expected) => {
    expect(usesOf(expression, 'nodes').map(({ column, path }) => [column, ...path])).toEqual(expected);
  });
});
