import { topologicalOrder } from '../kernel/dag.js';
import { problem, type Problem } from '../kernel/definition-problem.js';
import type { ExpressionChecks } from '../kernel/expression.js';
import type { GraphDefinition } from './graph.events.js';
import { expressionProblems } from './graph-expressions.policy.js';
import { graphIndex, type IndexedEdge } from './graph-index.policy.js';
import { graphDefaults, graphLimits, MAX_EDGES, MAX_NODES } from './graph-limits.policy.js';
import { shapeProblems } from './graph-shape.policy.js';
import { wireUp } from './graph-wiring.policy.js';
import { nodeProblems } from './node-types.policy.js';
import { suggestAmong } from './suggestions.policy.js';

/**
 * Everything that keeps a graph from being run, all at once; an empty list means it is sound. `at` points at the graph in the document that was
 * sent. Takes well under a second for 5,000 nodes and 20,000 edges with a condition each.
 */
export function checkGraph(graph: GraphDefinition, checks: ExpressionChecks, at = ''): readonly Problem[] {
  const { nodes } = graph;
  const settings = settingProblems(graph, at);
  const size = sizeProblems(graph, at);
  if (size.length > 0) return [...settings, ...size];
  const timeout = settings.length > 0 ? Infinity : (graph.timeout_seconds ?? graphDefaults.timeout_seconds);
  const suggest = suggestAmong(nodes.map(({ id }) => id));
  const [wiring, loose] = wireUp(graph, at, suggest);
  return [
    ...settings,
    ...(nodes.length === 0 ? [nothingToDo(at)] : []),
    ...loose,
    ...nodes.flatMap((node, place) => nodeProblems(node, `${at}/nodes/${String(place)}`, timeout)),
    ...shapeProblems(wiring, at),
    ...expressionProblems(wiring, checks, at, suggest),
  ];
}

function nothingToDo(at: string): Problem {
  return problem('no-nodes', `${at}/nodes`, 'There is nothing to do.', 'Add a trigger, and what it leads to.');
}

/** A graph that is too large is not looked at any closer. */
function sizeProblems({ nodes, edges }: GraphDefinition, at: string): readonly Problem[] {
  const edgeCount = nodes.reduce((sum, { next = [] }) => sum + next.length, edges.length);
  const hint = 'Split the work over several stages or runs.';
  const tooMany = (noun: string, count: number, max: number, path: string) =>
    problem('too-many', path, `There are ${String(count)} ${noun}; ${String(max)} is the limit.`, hint);
  return [
    ...(nodes.length > MAX_NODES ? [tooMany('nodes', nodes.length, MAX_NODES, `${at}/nodes`)] : []),
    ...(edgeCount > MAX_EDGES ? [tooMany('edges', edgeCount, MAX_EDGES, `${at}/edges`)] : []),
  ];
}

function settingProblems(graph: GraphDefinition, at: string): readonly Problem[] {
  return Object.entries(graphLimits).flatMap(([name, { min, max }]) => {
    const value = graph[name as keyof typeof graphLimits];
    const isWhole = name === 'max_retries_per_node';
    const isWithin = value === undefined || (value >= min && value <= max && (!isWhole || Number.isInteger(value)));
    if (isWithin) return [];
    const hint = `Use a ${isWhole ? 'whole number' : 'number of seconds'} from ${String(min)} to ${String(max)}.`;
    return [problem('bad-setting', `${at}/${name}`, `${String(value)} is not possible.`, hint)];
  });
}

/** The ids of a sound graph's nodes in the order in which they are taken up where nothing has to wait: each after all that lead to it. Orphans never are. */
export function executionOrder(definition: GraphDefinition): readonly string[] {
  const { nodes, edges, incoming, outgoing } = graphIndex(definition);
  const following = outgoing.map((places) => places.map((place) => (edges[place] as IndexedEdge).to));
  return topologicalOrder(following).flatMap((place) => {
    const { id = '', type } = nodes[place] ?? {};
    return type === 'trigger' || (incoming[place] ?? []).length > 0 ? [id] : [];
  });
}
