import { describe, expect, it } from '@jest/globals';
import { agent, edge, graphOf, http, leadingTo, node, start } from '../../test/support/graphs.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import type { GraphDefinition } from './graph.events.js';
import { checkGraph } from './graph.policy.js';
import { warnAboutGraph } from './graph-warnings.policy.js';

const found = (graph: GraphDefinition) => {
  expect(checkGraph(graph, expressionChecks)).toEqual([]);
  return warnAboutGraph(graph, '/graph').map(({ code, path, node: id }) => [code, path, id]);
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
});
