import { describe, expect, it } from '@jest/globals';
import { agent, edge, graphOf, http, leadingTo, node, start } from '../../test/support/graphs.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import type { GraphDefinition } from './graph.events.js';
import { checkGraph } from './graph.policy.js';
import { warnAboutGraph } from './graph-warnings.policy.js';

const found = (graph: GraphDefinition) => {
  expect(checkGraph(graph, expressionChecks)).toEqual([]);
  return warnAboutGraph(graph, expressionChecks, '/graph').map(({ code, path, node: id }) => [code, path, id]);
};

describe('a graph that can be run', () => {
  it('is warned of nodes that nothing leads to', () => {
    const graph = graphOf([start, node('a'), node('lone'), node('other start', 'trigger')], [edge('start', 'a')]);
    expect(found(graph)).toEqual([['orphan', '/graph/nodes/2', 'lone']]);
  });

  it.each([60, 61])('is warned of a node that may take %p seconds where all has 60', (timeout_seconds) => {
    const graph = leadingTo(node('ask', 'agent', { ...agent, timeout_seconds }), { timeout_seconds: 60 });
    expect(found(graph)).toEqual([['timeout-too-long', '/graph/nodes/1/config/timeout_seconds', 'ask']]);
  });

  it.each([
    [{ max_retries_per_node: 3, retry_backoff_base: 10, retry_backoff_max: 60, timeout_seconds: 69 }, true],
    [{ max_retries_per_node: 3, retry_backoff_base: 10, retry_backoff_max: 60, timeout_seconds: 70 }, false],
    [{ max_retries_per_node: 4, retry_backoff_base: 10, retry_backoff_max: 15, timeout_seconds: 54 }, true],
    [{ max_retries_per_node: 100 }, true],
    [{ max_retries_per_node: 50 }, false],
    [{}, false],
  ])('is warned of retries that cannot all be made: %p is %p', (settings, isWarned) => {
    const expected = isWarned ? [['retries-too-long', '/graph/max_retries_per_node', undefined]] : [];
    expect(found(leadingTo(node('call', 'action', http), settings))).toEqual(expected);
    expect(found(leadingTo(node('wait', 'delay', { seconds: 0 }), settings))).toEqual([]);
  });

  it.each(['true', ' true ', '1 < 2', 'output.a || true', '!(output.a && false)'])(
    'is warned of a condition that always holds: %s',
    (condition) => {
      const graph = graphOf([start, node('a'), node('b')], [edge('start', 'a', condition), edge('start', 'b')]);
      expect(found(graph)).toEqual([['constant-condition', '/graph/edges/0/condition', undefined]]);
      const judged = leadingTo(node('judge', 'condition', { expression: condition }));
      expect(found(judged)).toEqual([['constant-condition', '/graph/nodes/1/config/expression', 'judge']]);
    },
  );

  it.each(['false', '"a" == "b"', 'output.a && false'])('is warned of an edge that is never taken: %s', (condition) => {
    const graph = graphOf([start, node('a')], [edge('start', 'a'), edge('start', 'b', condition), edge('a', 'b')]);
    const whole = { ...graph, nodes: [...graph.nodes, node('b')] };
    expect(warnAboutGraph(whole, expressionChecks)).toMatchObject([
      { code: 'constant-condition', edge: 'start-b', message: 'It never holds: the edge is never taken.' },
    ]);
  });

  it.each(['output.a', 'output.a == true', 'has(output.a)', 'has(facts.a) && true', '1 / 0 > 1 || output.b'])(
    'is not warned of a condition that depends: %s',
    (condition) => {
      expect(found(graphOf([start, node('a')], [edge('start', 'a', condition)]))).toEqual([]);
    },
  );

  it('is warned of delays that take longer together than the graph may, where they do so first', () => {
    const wait = (id: string, seconds: number) => node(id, 'delay', { seconds });
    const nodes = [start, wait('a', 30), wait('b', 30), wait('c', 30), wait('d', 30), wait('other', 59)];
    const edges = [
      ['start', 'a'],
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
      ['start', 'other'],
      ['a', 'd'],
    ] as const;
    const graph = graphOf(
      nodes,
      edges.map(([from, to]) => edge(from, to)),
      { timeout_seconds: 90 },
    );
    expect(found(graph)).toEqual([['delays-too-long', '/graph/nodes/3/config/seconds', 'c']]);
    expect(found({ ...graph, timeout_seconds: 121 })).toEqual([]);
  });

  /** So many times the paths part in two and join again; what joins them is made by `join`. */
  const diamonds = (count: number, join: (id: string) => ReturnType<typeof node>) => {
    const ids = Array.from({ length: count }, (_, n) => String(n));
    const nodes = ids.flatMap((n) => [node(`l${n}`), node(`r${n}`, 'delay', { seconds: 0 }), join(`j${n}`)]);
    const edges = ids.flatMap((n) => {
      const from = n === '0' ? 'start' : `j${String(Number(n) - 1)}`;
      return [edge(from, `l${n}`), edge(from, `r${n}`), edge(`l${n}`, `j${n}`), edge(`r${n}`, `j${n}`)];
    });
    return graphOf([start, ...nodes], edges);
  };

  it('is warned of outputs that double wherever paths join, at the first that holds one many times', () => {
    expect(found(diamonds(5, (id) => node(id)))).toEqual([]);
    expect(found(diamonds(14, (id) => node(id)))).toEqual([['output-doubles', '/graph/nodes/18', 'j5']]);
    const kept = diamonds(14, (id) => node(id, 'action', { action: 'set', values: { a: 'output.l0' } }));
    expect(found(kept)).toEqual([]);
  });

  it('is not warned of many outputs that are joined once', () => {
    const makers = Array.from({ length: 300 }, (_, n) => node(`a${String(n)}`, 'agent', agent));
    const edges = makers.flatMap(({ id }) => [edge('start', id), edge(id, 'all')]);
    expect(found(graphOf([start, ...makers, node('all')], edges))).toEqual([]);
  });
});
