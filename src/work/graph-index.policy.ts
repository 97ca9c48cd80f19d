import type { EdgeDefinition, GraphDefinition, NodeDefinition } from './graph.events.js';

/** An edge by the places of its nodes. */
export type IndexedEdge = Readonly<{ id: string; from: number; to: number; condition?: string }>;

/** A sound graph as execution walks it: nodes and edges by their place in the definition. */
export type GraphIndex = Readonly<{
  nodes: readonly NodeDefinition[];
  edges: readonly IndexedEdge[];
  placeOf: ReadonlyMap<string, number>;
  edgePlaceOf: ReadonlyMap<string, number>;
  /** Places of the edges that come in, by place of node. */
  incoming: readonly (readonly number[])[];
  outgoing: readonly (readonly number[])[];
}>;

const known = new WeakMap<GraphDefinition, GraphIndex>();

/** The index of a sound definition; made once for each. */
export function graphIndex(definition: GraphDefinition): GraphIndex {
  const index = known.get(definition) ?? newIndex(definition);
  known.set(definition, index);
  return index;
}

/** All edges: those written as such, then those that `next` stands for, named `from->to`. */
export function edgesOf({ nodes, edges }: GraphDefinition): readonly EdgeDefinition[] {
  const short = nodes.flatMap(({ id, next = [] }) => next.map((to) => ({ id: `${id}->${to}`, from: id, to })));
  return short.length === 0 ? edges : [...edges, ...short];
}

function newIndex(definition: GraphDefinition): GraphIndex {
  const { nodes } = definition;
  const placeOf = new Map(nodes.map(({ id }, place) => [id, place]));
  const edges = edgesOf(definition).map(({ from, to, ...edge }) => ({
    ...edge,
    from: placed(placeOf, from),
    to: placed(placeOf, to),
  }));
  const incoming: number[][] = nodes.map(() => []);
  const outgoing: number[][] = nodes.map(() => []);
  for (const [place, { from, to }] of edges.entries()) {
    outgoing[from]?.push(place);
    incoming[to]?.push(place);
  }
  const edgePlaceOf = new Map(edges.map(({ id }, place) => [id, place]));
  return { nodes, edges, placeOf, edgePlaceOf, incoming, outgoing };
}

function placed(placeOf: ReadonlyMap<string, number>, id: string): number {
  const place = placeOf.get(id);
  if (place === undefined) throw new Error(`The graph has no node ${id}, though it was found sound.`);
  return place;
}

/** The places of a node and of all that follow it. */
export function coneOf({ edges, outgoing }: GraphIndex, starts: readonly number[]): ReadonlySet<number> {
  const cone = new Set(starts);
  const waiting = [...starts];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    for (const edge of outgoing[place] ?? []) {
      const to = (edges[edge] as IndexedEdge).to;
      if (cone.has(to)) continue;
      cone.add(to);
      waiting.push(to);
    }
  }
  return cone;
}
