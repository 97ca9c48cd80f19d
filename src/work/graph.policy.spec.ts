import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ExpressionChecks } from '../kernel/expression.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { readGraphDraft } from './graph-draft.policy.js';
import { checkGraph, executionOrder } from './graph.policy.js';
import { warnAboutGraph } from './graph-warnings.policy.js';
import type { EdgeDefinition, GraphDefinition } from './graph.events.js';
import { anyDag, edge, everyType, graphOf, node, start } from '../../test/support/graphs.js';

describe('a sound graph', () => {
  it('may have every type of node', () => {
    expect(checkGraph(everyType, expressionChecks)).toEqual([]);
    expect(warnAboutGraph(everyType, expressionChecks)).toEqual([]);
  });

  it('is any that leads from triggers onwards', () => {
    fc.assert(
      fc.property(anyDag, (graph) => {
        expect(checkGraph(graph, expressionChecks)).toEqual([]);
        const turn = new Map(executionOrder(graph).map((id, index) => [id, index]));
        expect(turn.size).toBe(graph.nodes.length);
        for (const { from, to } of graph.edges) expect(turn.get(from)).toBeLessThan(turn.get(to) as number);
      }),
    );
  });

  it('is taken up in the order in which it becomes ready', () => {
    const nodes = [node('join'), start, node('b'), node('a')];
    const edges = [edge('start', 'a'), edge('start', 'b'), edge('a', 'join'), edge('b', 'join')];
    expect(executionOrder(graphOf(nodes, edges))).toEqual(['start', 'a', 'b', 'join']);
    expect(executionOrder(graphOf([...nodes, node('lone')], edges))).not.toContain('lone');
  });
});

describe('a graph', () => {
  it('is told everything at once, each with its node or edge', () => {
    const graph = graphOf(
      [start, node('a', 'agent', {}), node('b', 'delay', { seconds: -1 }), node('b'), node('x'), node('y')],
      [
        edge('start', 'a', 'output.'),
        edge('a', 'b'),
        edge('b', 'a'),
        edge('a', 'c'),
        edge('x', 'y', 'nodes.start.output == 1'),
      ],
      { timeout_seconds: -1 },
    );
    const found = checkGraph(graph, expressionChecks).map(({ code, node: ofNode, edge: ofEdge }) => [
      code,
      ofNode,
      ofEdge,
    ]);
    expect(found).toEqual([
      ['bad-setting', undefined, undefined],
      ['duplicate-id', 'b', undefined],
      ['no-such-node', undefined, 'a-c'],
      ['missing-config', 'a', undefined],
      ['missing-config', 'a', undefined],
      ['bad-config', 'b', undefined],
      ['cycle', 'a', 'b-a'],
      ['unreachable-node', 'x', undefined],
      ['unreachable-node', 'y', undefined],
      ['bad-condition', undefined, 'start-a'],
      ['not-an-ancestor', undefined, 'x-y'],
    ]);
  });

  it('that goes round in a circle is shown the circle', () => {
    const graph = graphOf([start, node('a'), node('b')], [edge('start', 'a'), edge('a', 'b'), edge('b', 'a')]);
    expect(checkGraph(graph, expressionChecks)).toEqual([
      {
        ...{ code: 'cycle', path: '/edges/2', node: 'a', edge: 'b-a' },
        message: 'It goes round in a circle: a -> b -> a.',
        hint: expect.any(String),
      },
    ]);
    const ids = Array.from({ length: 12_000 }, (_, n) => `n${String(n)}`);
    const long = graphOf(
      [start, ...ids.map((id) => node(id))],
      [edge('start', 'n0'), ...ids.map((id, n) => edge(id, ids[n + 1] ?? 'n0'))],
    );
    expect(checkGraph(long, expressionChecks)).toMatchObject([
      { code: 'cycle', message: expect.stringMatching(/n0 -> .*\(11980 more\) -> n0\.$/) },
    ]);
  });

  it('with one edge too many, back to what led there, is shown a circle that is one', () => {
    const withBack = anyDag.filter(({ edges }) => edges.some(({ from }) => from !== 'n0'));
    fc.assert(
      fc.property(withBack, fc.nat(), (graph, choice) => {
        const forward = graph.edges.filter(({ from }) => from !== 'n0');
        const { from, to } = forward[choice % forward.length] as EdgeDefinition;
        const round = { ...graph, edges: [...graph.edges, { id: 'back', from: to, to: from }] };
        const [cycle, ...more] = checkGraph(round, expressionChecks);
        expect([cycle?.code, more]).toEqual(['cycle', []]);
        const names = /: (.+)\.$/.exec(cycle?.message ?? '')?.[1]?.split(' -> ') ?? [];
        const edges = new Set(round.edges.map((each) => `${each.from} ${each.to}`));
        expect(names.slice(1).every((name, index) => edges.has(`${String(names[index])} ${name}`))).toBe(true);
        expect([names.length > 2, names.at(-1)]).toEqual([true, names[0]]);
      }),
    );
  });

  it.each([
    ['strat', 'Did you mean "start"?'],
    ['something else', 'There are: start, a.'],
  ])('with an edge to %s is told: %s', (to, hint) => {
    expect(
      checkGraph(graphOf([start, node('a')], [edge('start', 'a'), edge('a', to)]), expressionChecks),
    ).toMatchObject([{ hint }]);
  });
});

describe('checking whatever was sent', () => {
  it('always comes to an answer, with problems that can be kept', () => {
    const names = fc.constantFrom(
      'id',
      'type',
      'name',
      'config',
      'next',
      'from',
      'to',
      'condition',
      'nodes',
      'edges',
      'action',
      'values',
      'headers',
    );
    const words = fc.constantFrom(
      'a',
      'b',
      'trigger',
      'action',
      'agent',
      'http',
      'set',
      'condition',
      'delay',
      'toString',
      'nodes.a',
      'output',
    );
    const { sent } = fc.letrec((tie) => ({
      sent: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        words,
        fc.constantFrom(null, 0, -1, true),
        tie('list'),
        tie('fields'),
      ),
      list: fc.array(tie('sent'), { maxLength: 4 }),
      fields: fc.dictionary(names, tie('sent'), { maxKeys: 6 }),
    }));
    const part = fc.array(fc.dictionary(names, sent, { maxKeys: 8 }), { maxLength: 5 });
    fc.assert(
      fc.property(part, part, (nodes, edges) => {
        const draft = readGraphDraft({ nodes, edges });
        const problems = checkGraph(draft, expressionChecks);
        const told = problems.length > 0 ? problems : warnAboutGraph(draft, expressionChecks);
        expect(JSON.parse(JSON.stringify(told))).toEqual(told);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('checking a large graph', () => {
  const size = 1_000;
  const nodes = Array.from({ length: size }, (_, n) => node(`n${String(n)}`, n === 0 ? 'trigger' : 'parallel'));
  /** From each node to the next four. */
  const large = (conditionOf: (n: number) => string | undefined): GraphDefinition => {
    const pairs = nodes.flatMap(({ id }, n) => [1, 2, 3, 4].map((more) => [id, nodes[n + more]?.id] as const));
    const edges = pairs.flatMap(([from, to], n) => (to === undefined ? [] : [edge(from, to, conditionOf(n))]));
    return graphOf(nodes, edges);
  };

  it('checks the same condition once, and looks for nodes where they are spoken of only', () => {
    const counts = { checks: 0, uses: 0 };
    const checks: ExpressionChecks = {
      ...expressionChecks,
      condition: (...asked) => ((counts.checks += 1), expressionChecks.condition(...asked)),
      usesOf: (...asked) => ((counts.uses += 1), expressionChecks.usesOf(...asked)),
      evaluate: expressionChecks.evaluate,
    };
    const graph = large((n) => (n % 2 === 0 ? 'output.score >= 80' : `facts.a > ${String(n % 100)}`));
    expect(checkGraph(graph, checks)).toEqual([]);
    expect(counts).toEqual({ checks: 51, uses: 0 });
  });

  it('knows the ancestors of thousands of references', () => {
    const graph = large((n) => (n < 400 ? undefined : `nodes.n${String(Math.floor(n / 8))}.output == 1`));
    expect(checkGraph(graph, expressionChecks)).toEqual([]);
  });

  it('suggests what was meant where few names are wrong, and stops where all are', () => {
    const wrong = nodes.slice(1).map(({ id }) => edge('n0', `${id}!`));
    const problems = checkGraph(graphOf(nodes, wrong), expressionChecks);
    const suggested = problems.filter(({ hint }) => hint.startsWith('Did you mean'));
    expect(problems).toHaveLength(size - 1);
    expect(suggested.length).toBeLessThan(400);
    expect(problems[0]?.hint).toBe('Did you mean "n1"?');
  });

  it('tells the first hundreds where every condition is wrong', () => {
    const problems = checkGraph(
      large((n) => `output.a > ${String(n)} + "a"`),
      expressionChecks,
    );
    expect(problems).toHaveLength(500);
  });
});
