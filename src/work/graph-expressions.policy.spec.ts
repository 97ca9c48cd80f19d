import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { beginEvaluation } from '../platform/expressions/evaluation.js';
import { checkGraph } from './graph.policy.js';
import { referencedNodes } from './graph-values.policy.js';
import type { JsonObject } from '../kernel/json.js';
import type { GraphDefinition } from './graph.events.js';
import { edge, graphOf, node, start } from '../../test/support/graphs.js';

describe('an expression of a graph', () => {
  // start -> judge -> late, start -> side
  const nodes = [
    start,
    node('judge', 'condition', { expression: 'true' }),
    node('late one'),
    node('side', 'action', { action: 'set', values: { a: '1' } }),
  ];
  const inGraph = (condition: string, value = '1') => {
    const edges = [edge('start', 'judge'), edge('judge', 'late one', condition), edge('start', 'side')];
    const side = node('side', 'action', { action: 'set', values: { a: value } });
    return graphOf([...nodes.slice(0, 3), side], edges);
  };
  const found = (graph: GraphDefinition) =>
    checkGraph(graph, expressionChecks).map(({ code, column }) => [code, column]);

  it.each([
    'nodes.start.output.score > 1',
    'has(nodes.start.output) && nodes["start"].output == nodes[\'start\'].output',
    'input.nodes.a == "nodes.b" && facts.nodes == 1',
  ])('may speak of what comes before: %s', (condition) => {
    expect(found(inGraph(condition))).toEqual([]);
  });

  it.each([
    ['nodes["late one"].output == 1', 'not-an-ancestor', 1],
    ['true && nodes.side.output == 1', 'not-an-ancestor', 9],
    ['nodes.judge.output.result', 'not-an-ancestor', 1],
    ['nodes.strat.output == 1', 'no-such-node', 1],
    ['nodes[input.name].output == 1', 'bad-reference', 1],
    ['size(nodes) > 1', 'bad-reference', 6],
    ['nodes == input', 'bad-reference', 1],
    ['(nodes).start.output == 1', 'bad-reference', 2],
    ['nodes["st" + "art"].output == 1', 'bad-reference', 1],
    ['nodes["st\\u0061rt"].output == 1', 'bad-reference', 1],
    ['nodes.start.ouput == 1', 'mistyped-condition', 13],
  ])('may not be %s: %s', (condition, code, column) => {
    expect(found(inGraph(condition))).toEqual([[code, column]]);
  });

  it('may not call anything else nodes', () => {
    expect(found(inGraph('input.list.exists(nodes, nodes.start == 1)'))).toEqual([['bad-reference', 19]]);
  });

  it('that makes a value is held to the same', () => {
    expect(found(inGraph('true', 'nodes.start.output + nodes.judge.output.result'))).toEqual([['not-an-ancestor', 22]]);
    expect(found(inGraph('true', 'nodes.side.output'))).toEqual([['not-an-ancestor', 1]]);
    expect(found(inGraph('true', 'nodes'))).toEqual([['bad-reference', 1]]);
    expect(found(inGraph('true', '[output, nodes.start]'))).toEqual([]);
  });

  it('knows what a condition answers', () => {
    const graph = graphOf(
      [...nodes, node('end')],
      [
        ...[edge('start', 'judge'), edge('judge', 'late one'), edge('start', 'side')],
        edge('late one', 'end', 'nodes.judge.output.score > 1 && nodes.judge.output.result'),
      ],
    );
    expect(found(graph)).toEqual([['mistyped-condition', 20]]);
    const flag = graphOf(graph.nodes, [
      ...graph.edges.slice(0, -1),
      edge('late one', 'end', 'nodes.judge.output.result > 1'),
    ]);
    expect(found(flag)).toEqual([['mistyped-condition', 1]]);
  });

  it('is asked about its ancestors in a circle too', () => {
    const edges = [
      edge('start', 'judge'),
      edge('judge', 'late one', 'nodes.side.output == 1'),
      edge('late one', 'judge'),
      edge('start', 'side'),
    ];
    expect(found(graphOf(nodes, edges))).toEqual([
      ['cycle', undefined],
      ['not-an-ancestor', 1],
    ]);
  });

  it('that is sound finds all it speaks of when it runs', () => {
    const nodeIds = ['a', 'b c', 'd', "e'", 'f"'];
    const texts = [
      '"',
      "'",
      '"""',
      'r"',
      '\\"',
      ']',
      '[',
      '"b c"',
      "'d'",
      '"e\'"',
      "'f\"'",
      '"a"',
      '"\\u0061"',
      '// ',
      '\n',
      ' ',
    ];
    const parts = [
      'nodes',
      '.',
      'a',
      'output',
      '.output',
      'nodes.a.output',
      'nodes["b c"].output',
      'nodes.d',
      '+',
      '==',
      '(',
      ')',
      'has(',
    ];
    const token = fc.constantFrom(...parts, ...texts);
    const sound = fc.array(token, { minLength: 1, maxLength: 7 }).map((tokens) => tokens.join(''));
    const all = Object.fromEntries(nodeIds.map((id) => [id, { output: id }]));
    const chain = nodeIds.map((id, n) => edge(nodeIds[n - 1] ?? 'start', id));
    let soundCount = 0;
    fc.assert(
      fc.property(sound, (expression) => {
        const last = node('last', 'action', { action: 'set', values: { x: expression } });
        const graph = graphOf([start, ...nodeIds.map((id) => node(id)), last], [...chain, edge('f"', 'last')]);
        if (checkGraph(graph, expressionChecks).length > 0) return;
        soundCount += 1;
        const met = Object.fromEntries(referencedNodes(expression).map((id) => [id, all[id] ?? {}]));
        const value = (outputs: JsonObject) => beginEvaluation().value(expression, { nodes: outputs });
        expect(value(met)).toEqual(value(all));
      }),
      { numRuns: 3000 },
    );
    expect(soundCount).toBeGreaterThan(50);
  });
});

describe('the expressions of one node and of the edges that leave it', () => {
  const targets = Array.from({ length: 450 }, (_, index) => node(`n${String(index)}`));
  const asking = (length: number) => {
    const condition = `input.a == "${'x'.repeat(length - 13)}"`;
    return graphOf(
      [start, ...targets],
      targets.map(({ id }) => edge('start', id, condition)),
    );
  };

  it('may be many', () => {
    expect(checkGraph(asking(800), expressionChecks)).toEqual([]);
  });

  it('may not be more than can be read when they are asked', () => {
    expect(checkGraph(asking(900), expressionChecks, '/graph')).toEqual([
      expect.objectContaining({ code: 'too-costly', path: '/graph/nodes/0', node: 'start' }),
    ]);
  });
});

describe('what set and emit make', () => {
  const values = { text: '"tea"', count: ' 12.5', sure: 'true', open: 'input.a', 'a b': "'x'" };
  const asking = (condition: string, action: object = { action: 'set', values }) => {
    const made = node('made', 'action', { ...action });
    const edges = [edge('start', 'made'), edge('made', 'next', condition), edge('next', 'end', condition)];
    return graphOf([start, made, node('next'), node('end')], edges.slice(0, condition.includes('nodes.') ? 3 : 2));
  };
  const found = (graph: GraphDefinition) => checkGraph(graph, expressionChecks).map(({ code, hint }) => [code, hint]);

  it.each([
    'output.text == "a" && output.count > 1 && output.sure && output.open > 1 && output["a b"].contains("x")',
    'output.open == "a" && output.text != null && has(output.other)',
    'size(output) > 1 && output == {"text": 1} && output.other == 1', // As a whole it is any value.
    'output[facts.name] == 1 && output.other == 1',
    'output.all(name, output[name] != null)',
  ])('may be asked for what is there, and for all of it: %s', (condition) => {
    expect(found(asking(condition))).toEqual([]);
    expect(found(asking(condition, { action: 'emit', facts: values }))).toEqual([]);
  });

  it.each(['output.text > 1', 'output.count == "a"', 'output.sure + 1 > 1', 'output.other == 1'])(
    'may not be asked for what it cannot be: %s',
    (condition) => {
      expect(found(asking(condition))).toEqual([['mistyped-condition', expect.any(String)]]);
      expect(found(asking(condition, { action: 'emit', facts: values }))).toHaveLength(1);
    },
  );

  it('has the same type for all that come later', () => {
    const later = (condition: string) => {
      const edges = [edge('start', 'made'), edge('made', 'next'), edge('next', 'end', condition)];
      const made = node('made', 'action', { action: 'set', values });
      return found(graphOf([start, made, node('next'), node('end')], edges));
    };
    expect(later('nodes.made.output.count > 1')).toEqual([]);
    expect(later('nodes.made.output.conut > 1')).toEqual([['mistyped-condition', 'Did you mean count?']]);
    expect(later('nodes.made.output == {"text": 1}')).toEqual([]);
  });
});
