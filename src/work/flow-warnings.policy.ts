/** What may go wrong along the paths of a sound graph, and is probably not meant. */
import { topologicalOrder } from '../kernel/dag.js';
import { problem, type Problem } from '../kernel/definition-problem.js';
import type { GraphDefinition, NodeDefinition } from './graph.events.js';
import { graphIndex, type GraphIndex, type IndexedEdge } from './graph-index.policy.js';
import { graphDefaults } from './graph-limits.policy.js';
import { MAX_OUTPUT_LENGTH } from './output-limits.policy.js';

export function flowWarnings(graph: GraphDefinition, at: string): readonly Problem[] {
  const index = graphIndex(graph);
  const order = topologicalOrder(index.outgoing.map((places) => places.map((edge) => edgeAt(index, edge).to)));
  return [...longDelays(graph, index, order, at), ...doubledOutputs(index, order, at)];
}

/** The first delays on paths whose delays take as long as the whole graph has, though each by itself does not. */
function longDelays(
  graph: GraphDefinition,
  index: GraphIndex,
  order: readonly number[],
  at: string,
): readonly Problem[] {
  const { timeout_seconds: whole } = { ...graphDefaults, ...graph };
  const until: number[] = [];
  const found: Problem[] = [];
  for (const place of order) {
    const node = index.nodes[place] as NodeDefinition;
    const before = Math.max(0, ...sourcesOf(index, place).map((source) => until[source] ?? 0));
    const seconds = before + delayOf(node);
    until[place] = seconds;
    if (seconds < whole || before >= whole) continue;
    const message = `The delays on the way to the end of "${node.id}" take ${String(seconds)} seconds together, and the whole graph has ${String(whole)}.`;
    const hint = `Wait less, or set timeout_seconds above ${String(seconds)}.`;
    found.push(
      problem('delays-too-long', `${at}/nodes/${String(place)}/config/seconds`, message, hint, { node: node.id }),
    );
  }
  return found;
}

function delayOf({ type, config: { seconds } }: NodeDefinition): number {
  return type === 'delay' && typeof seconds === 'number' ? seconds : 0;
}

/** So many times over that a page of text does not fit any more. */
const MANY_COPIES = 64;

/** Outputs that are followed: those that are there most often. */
const MAX_FOLLOWED = 8;

/** How often a node's output holds what others made, by their places. */
type Copies = ReadonlyMap<number, number>;

/** The first nodes whose output holds what another made many times over: where paths part and join again, everything is handed on by each. */
function doubledOutputs(index: GraphIndex, order: readonly number[], at: string): readonly Problem[] {
  const copies: Copies[] = [];
  const found: Problem[] = [];
  for (const place of order) {
    const node = index.nodes[place] as NodeDefinition;
    const sources = sourcesOf(index, place).map((source) => copies[source] ?? new Map<number, number>());
    const own = handsOn(node) ? together(sources) : new Map([[place, 1]]);
    copies[place] = own;
    const [maker, count] = [...own][0] ?? [place, 1];
    const isKnown = sources.some((each) => [...each.values()].some((many) => many >= MANY_COPIES));
    if (count < MANY_COPIES || isKnown) continue;
    const message =
      `"${node.id}" hands on what "${index.nodes[maker]?.id ?? ''}" made ${String(count)} times over: where paths part and join again, ` +
      `each hands on everything. An output may have ${String(MAX_OUTPUT_LENGTH)} characters.`;
    const hint = 'Put a set node where they join, for what is needed further on.';
    found.push(problem('output-doubles', `${at}/nodes/${String(place)}`, message, hint, { node: node.id }));
  }
  return found;
}

/** Nodes that make nothing themselves. */
function handsOn({ type, config }: NodeDefinition): boolean {
  return type === 'parallel' || type === 'delay' || (type === 'action' && config['action'] === 'noop');
}

/** The most frequent first. */
function together(sources: readonly Copies[]): Copies {
  const sum = new Map<number, number>();
  for (const each of sources) for (const [maker, count] of each) sum.set(maker, (sum.get(maker) ?? 0) + count);
  return new Map([...sum].toSorted(([, a], [, b]) => b - a).slice(0, MAX_FOLLOWED));
}

function sourcesOf(index: GraphIndex, place: number): readonly number[] {
  return (index.incoming[place] ?? []).map((edge) => edgeAt(index, edge).from);
}

function edgeAt({ edges }: GraphIndex, place: number): IndexedEdge {
  return edges[place] as IndexedEdge;
}
