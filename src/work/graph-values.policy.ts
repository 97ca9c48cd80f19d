import type { JsonObject, JsonValue } from '../kernel/json.js';
import { itemAt } from '../kernel/vector.js';
import { type GraphIndex, type IndexedEdge } from './graph-index.policy.js';
import type { GraphState } from './graph-state.decider.js';
import type { Incoming } from './graph.events.js';

// `nodes.name`, `nodes["any name"]` or `nodes['any name']`: the only ways in which an expression may speak of a node. Linear.
const reference = /\bnodes\s*(?:\.\s*([A-Za-z_][A-Za-z0-9_]*)|\[\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\])/g;

/** The ids of the nodes an expression speaks of. */
export function referencedNodes(expression: string): readonly string[] {
  const found = [...expression.matchAll(reference)].map(([, name, double, single]) => name ?? double ?? single ?? '');
  return [...new Set(found)];
}

/** What an expression sees of the nodes it speaks of: their outputs, where they have one. */
export function nodeValues(graph: GraphState, index: GraphIndex, expression: string): JsonObject {
  const entries = referencedNodes(expression).flatMap((id) => {
    const place = index.placeOf.get(id);
    if (place === undefined) return [];
    const { output } = itemAt(graph.nodes, place);
    return [[id, output === undefined ? {} : { output }] as const];
  });
  return Object.fromEntries(entries);
}

/** The edges that come in to a node, as they are resolved. */
export function incomingOf(graph: GraphState, index: GraphIndex, place: number): readonly Incoming[] {
  return (index.incoming[place] ?? []).map((edgePlace) => {
    const { id, from } = index.edges[edgePlace] as IndexedEdge;
    const source = index.nodes[from]?.id ?? '';
    return { edge: id, from: source, resolution: itemAt(graph.edges, edgePlace) ?? 'dead' };
  });
}

/** What reached a node over the edges that were taken: outputs by the id of their node. */
export function inputOf(graph: GraphState, index: GraphIndex, because: readonly Incoming[]): JsonObject {
  const entries = because
    .filter(({ resolution }) => resolution === 'taken')
    .map(({ from }) => [from, itemAt(graph.nodes, index.placeOf.get(from) ?? 0).output ?? null] as const);
  return Object.fromEntries(entries);
}

/** What a node hands on that makes nothing itself: the one output that reached it or, where there were several, all by node. */
export function handedOn(input: JsonObject): JsonValue {
  const [first, ...others] = Object.values(input);
  return others.length === 0 ? (first ?? null) : input;
}

/** What a config of a sound definition says under a name that has words. */
export function textIn(config: JsonObject, name: string): string {
  const value = config[name];
  return typeof value === 'string' ? value : '';
}
