import fc from 'fast-check';
import type { JsonObject } from '../../src/kernel/json.js';
import type { EdgeDefinition, GraphDefinition, NodeDefinition, NodeType } from '../../src/work/graph.events.js';

export const node = (
  id: string,
  type: string = 'parallel',
  config: JsonObject = {},
  next?: readonly string[],
): NodeDefinition => ({
  ...{ id, type: type as NodeType, name: id, config },
  ...(next === undefined ? {} : { next }),
});
export const edge = (from: string, to: string, condition?: string): EdgeDefinition => ({
  ...{ id: `${from}-${to}`, from, to },
  ...(condition === undefined ? {} : { condition }),
});
export const start = node('start', 'trigger');
export const graphOf = (
  nodes: readonly NodeDefinition[],
  edges: readonly EdgeDefinition[],
  settings: object = {},
): GraphDefinition => ({
  nodes,
  edges,
  ...settings,
});
/** A trigger that leads to one node. */
export const leadingTo = (only: NodeDefinition, settings: object = {}) =>
  graphOf([start, only], [edge('start', only.id)], settings);
export const agent = { agent_id: 'writer.v2', task: 'Write it.' };
export const http = { action: 'http', method: 'POST', url: 'https://example.org/hook' };
/** Every type of node, every action, shorthand and references. */
export const everyType = graphOf(
  [
    node('start', 'trigger', { note: 'by hand' }, ['ask', 'call']),
    node('ask', 'agent', { ...agent, timeout_seconds: 60, on_exhausted: 'fail', settings: { tone: 'dry' } }),
    node('call', 'action', {
      ...http,
      headers: { authorization: { secret: 'TOKEN' }, accept: 'text/plain' },
      body: { a: 1 },
    }),
    node('good enough?', 'condition', { expression: 'nodes.ask.output.score >= 80 && has(facts.budget)' }),
    node('wait', 'delay', { seconds: 0.5 }),
    node('keep', 'action', {
      action: 'set',
      values: { score: 'nodes["good enough?"].output.result ? 1 : output.score' },
    }),
    node('tell', 'action', { action: 'emit', facts: { done: 'true' } }),
    node('nothing', 'action', { action: 'noop' }),
    node('fan'),
  ],
  [
    edge('ask', 'good enough?', 'has(output.score)'),
    edge('call', 'good enough?'),
    edge('good enough?', 'wait', '!output.result'),
    edge('good enough?', 'keep', 'output.result && input.kind == "x"'),
    edge('wait', 'keep'),
    edge('keep', 'fan'),
    edge('fan', 'tell'),
    edge('fan', 'nothing', 'nodes["good enough?"].output.result'),
  ],
  { timeout_seconds: 600, max_retries_per_node: 0, retry_backoff_base: 0, retry_backoff_max: 0 },
);

/** Graphs whose nodes are all reached from their trigger, each by one edge at least. */
export const anyDag = fc.integer({ min: 1, max: 25 }).chain((size) =>
  fc
    .tuple(
      fc.array(fc.nat(), { minLength: size, maxLength: size }),
      fc.array(fc.tuple(fc.nat(size), fc.nat(size)), { maxLength: 40 }),
    )
    .map(([parents, more]) => {
      const pairs = parents.map((parent, index) => [parent % (index + 1), index + 1] as const);
      const forward = more.map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);
      const keys = new Set([...pairs, ...forward].filter(([from, to]) => from !== to).map((pair) => pair.join(' ')));
      const nodes = Array.from({ length: size + 1 }, (_, n) => node(`n${String(n)}`, n === 0 ? 'trigger' : 'parallel'));
      const edges = [...keys].map((key) => edge(`n${String(key.split(' ')[0])}`, `n${String(key.split(' ')[1])}`));
      return graphOf(nodes, edges);
    }),
);
