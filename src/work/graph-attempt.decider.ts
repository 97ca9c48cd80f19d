import { type Vector, itemAt, itemsOf, vectorOf, withAppended, withItems } from '../kernel/vector.js';
import type { EdgeResolution, GraphDefinition } from './graph.events.js';
import { coneOf, graphIndex } from './graph-index.policy.js';
import type { GraphState, NodeState } from './graph-state.decider.js';
import { lengthOf } from './output-limits.policy.js';

const nothingBegun = { begunCount: 0, liveCount: 0, failedCount: 0, continuesAt: null } as const;

/** A graph of which nothing ran yet. */
export function beginGraph(definition: GraphDefinition, attempt: number, timesOutAt: string): GraphState {
  const { nodes, edges, incoming } = graphIndex(definition);
  const unresolved = incoming.map((each) => each.length);
  return {
    ...nothingBegun,
    attempt,
    timesOutAt,
    nodes: vectorOf(nodes.length, (place) => ({ status: 'pending', unresolved: unresolved[place] ?? 0, taken: 0 })),
    edges: vectorOf(edges.length, () => null),
    ready: listed(unresolved.flatMap((count, place) => (count === 0 ? [place] : []))),
    outputLength: 0,
  };
}

/** A further attempt: the nodes named begin anew, what the others did stands. */
export function resumeGraph(
  graph: GraphState,
  definition: GraphDefinition,
  { attempt, timesOutAt, rerun }: Readonly<{ attempt: number; timesOutAt: string; rerun: readonly string[] }>,
): GraphState {
  const index = graphIndex(definition);
  const places = new Set(rerun.map((id) => index.placeOf.get(id) ?? -1));
  const anew = index.edges.flatMap(({ from }, place) => (places.has(from) ? [[place, null] as const] : []));
  const edges = withItems(graph.edges, new Map(anew));
  const reset = [...places].map((place) => [place, unbegun(index.incoming[place] ?? [], edges)] as const);
  const nodes = withItems(graph.nodes, new Map(reset));
  const outputLength = itemsOf(nodes).reduce((sum, { output }) => sum + lengthOf(output), 0);
  const ready = reset.flatMap(([place, { unresolved }]) => (unresolved === 0 ? [place] : []));
  return { ...nothingBegun, attempt, timesOutAt, nodes, edges, ready: listed(ready), outputLength };
}

/** What runs again when a graph is resumed: the nodes named, and all that failed, was cut off or never ran, with everything after them. */
export function rerunOf(
  graph: GraphState,
  definition: GraphDefinition,
  from: readonly string[] = [],
): readonly string[] {
  const index = graphIndex(definition);
  const named = from.flatMap((id) => index.placeOf.get(id) ?? []);
  const unfinished = itemsOf(graph.nodes).flatMap(({ status }, place) =>
    status === 'completed' || status === 'skipped' ? [] : [place],
  );
  const cone = coneOf(index, [...named, ...unfinished]);
  return index.nodes.filter((_node, place) => cone.has(place)).map(({ id }) => id);
}

function unbegun(incoming: readonly number[], edges: Vector<EdgeResolution | null>): NodeState {
  const resolutions = incoming.map((edge) => itemAt(edges, edge));
  const unresolved = resolutions.filter((resolution) => resolution === null).length;
  const taken = resolutions.filter((resolution) => resolution === 'taken').length;
  return { status: 'pending', unresolved, taken };
}

/** In the order of the definition. */
function listed(places: readonly number[]): Vector<number> {
  return places.toSorted((a, b) => a - b).reduce<Vector<number>>(withAppended, []);
}
