import { problem, type Problem } from '../kernel/definition-problem.js';
import type { Links } from '../kernel/dag.js';
import { isInheritedName } from '../kernel/inherited-name.js';
import type { GraphDefinition, NodeDefinition } from './graph.events.js';
import { MAX_ID_LENGTH } from './graph-limits.policy.js';
import type { Suggest } from './suggestions.policy.js';

/** An edge whose two ends are there. `path` points at where it is written: an edge, or one of a node's `next`. */
export type Wire = Readonly<{ id: string; from: number; to: number; condition: string | undefined; path: string }>;

/** A graph that may be anything, as far as it hangs together. Places count the nodes as they are written. */
export type Wiring = Readonly<{
  nodes: readonly NodeDefinition[];
  /** Of the nodes whose ids are twice, the first. */
  placeOf: ReadonlyMap<string, number>;
  wires: readonly Wire[];
  following: Links;
  /** Nodes at an end of an edge whose other end is not there, or that nothing can lead to because their id is taken. */
  loose: ReadonlySet<number>;
}>;

/** An edge as it is written, by `edges` or by `next`. */
type Written = Readonly<{
  id: string;
  from: string;
  to: string;
  condition: string | undefined;
  path: string;
  isShort: boolean;
}>;

/** Puts a graph together as far as possible, and says what does not fit. */
export function wireUp(graph: GraphDefinition, at: string, suggest: Suggest): readonly [Wiring, readonly Problem[]] {
  const { nodes } = graph;
  const placeOf = new Map<string, number>();
  for (const [place, { id }] of nodes.entries()) if (!placeOf.has(id)) placeOf.set(id, place);
  const written = writtenEdges(graph, at);
  const loose = new Set([...nodes.keys()].filter((place) => placeOf.get(nodes[place]?.id ?? '') !== place));
  const wires: Wire[] = [];
  const dangling: Problem[] = [];
  for (const edge of written) {
    const [from, to] = [placeOf.get(edge.from), placeOf.get(edge.to)];
    if (from !== undefined && to !== undefined) wires.push({ ...edge, from, to });
    else dangling.push(...looseEnds(edge, placeOf, suggest));
    if (from === undefined && to !== undefined) loose.add(to);
    if (to === undefined && from !== undefined) loose.add(from);
  }
  const following: number[][] = nodes.map(() => []);
  for (const { from, to } of wires) following[from]?.push(to);
  return [
    { nodes, placeOf, wires, following, loose },
    [...nodeIdProblems(nodes, placeOf, at), ...edgeIdProblems(written), ...dangling, ...twins(wires, nodes)],
  ];
}

function writtenEdges({ nodes, edges }: GraphDefinition, at: string): readonly Written[] {
  const long = edges.map(({ id, from, to, condition }, index) => {
    const path = `${at}/edges/${String(index)}`;
    return { id, from, to, condition, path, isShort: false };
  });
  const short = nodes.flatMap(({ id, next = [] }, place) =>
    next.map((to, index) => {
      const path = `${at}/nodes/${String(place)}/next/${String(index)}`;
      return { id: `${id}->${to}`, from: id, to, condition: undefined, path, isShort: true };
    }),
  );
  return [...long, ...short];
}

function nodeIdProblems(nodes: readonly NodeDefinition[], placeOf: ReadonlyMap<string, number>, at: string) {
  return nodes.flatMap(({ id }, place) => {
    const path = `${at}/nodes/${String(place)}/id`;
    if (!isId(id)) return [badId(id, path, { node: id })];
    if (!isNameable(id)) return [unnameable(id, path)];
    if (placeOf.get(id) === place) return [];
    const hint = `Give each node its own id; the first is ${at}/nodes/${String(placeOf.get(id))}.`;
    return [problem('duplicate-id', path, `There is another node "${id}".`, hint, { node: id })];
  });
}

function edgeIdProblems(written: readonly Written[]): readonly Problem[] {
  const known = new Set<string>();
  return written.flatMap(({ id, path, isShort }) => {
    const isTwice = known.has(id);
    known.add(id);
    const place = isShort ? path : `${path}/id`;
    if (!isShort && !isId(id)) return [badId(id, place, { edge: id })];
    if (!isTwice) return [];
    const hint = isShort ? 'Leave it out, or give the other edge another id.' : 'Give each edge its own id.';
    return [problem('duplicate-id', place, `There is another edge "${id}".`, hint, { edge: id })];
  });
}

/** Nothing that cannot be seen, and no blanks around it. */
const idSyntax = /^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$/u;

function isId(id: string): boolean {
  return id.length <= MAX_ID_LENGTH && idSyntax.test(id) && !isInheritedName(id);
}

/** Whether expressions can speak of the node, as `nodes["..."]` or `nodes['...']`. */
function isNameable(id: string): boolean {
  return !id.includes('\\') && !(id.includes('"') && id.includes("'"));
}

function unnameable(id: string, path: string): Problem {
  const hint = 'Leave out \\, and use one kind of quotation marks.';
  return problem('bad-id', path, `No expression could speak of "${id}".`, hint, { node: id });
}

function badId(id: string, path: string, about: Readonly<{ node: string } | { edge: string }>): Problem {
  if (isInheritedName(id)) return problem('bad-id', path, `"${id}" is not allowed as an id.`, 'Choose another.', about);
  const hint = `Use 1 to ${String(MAX_ID_LENGTH)} printable characters, without blanks around them.`;
  return problem('bad-id', path, `"${id}" is not an id.`, hint, about);
}

function looseEnds(edge: Written, placeOf: ReadonlyMap<string, number>, suggest: Suggest): readonly Problem[] {
  const ends = edge.isShort
    ? [['', edge.to]]
    : [
        ['/from', edge.from],
        ['/to', edge.to],
      ];
  return ends.flatMap(([end = '', id = '']) => {
    if (placeOf.has(id)) return [];
    const message = `The edge "${edge.id}" ${end === '/from' ? 'comes from' : 'leads to'} "${id}", and there is no such node.`;
    return [problem('no-such-node', edge.path + end, message, suggest(id), { edge: edge.id })];
  });
}

/** Two edges between the same nodes say the same thing twice, or mean one edge with both conditions. */
function twins(wires: readonly Wire[], nodes: readonly NodeDefinition[]): readonly Problem[] {
  const known = new Map<number, string>();
  return wires.flatMap(({ id, from, to, path }) => {
    const pair = from * nodes.length + to;
    const other = known.get(pair);
    if (other === undefined) known.set(pair, id);
    if (other === undefined || other === id) return []; // The same id twice is told as that.
    const message = `The edge "${other}" leads from "${nodes[from]?.id ?? ''}" to "${nodes[to]?.id ?? ''}" already.`;
    return [problem('duplicate-edge', path, message, 'Keep one; join their conditions with ||.', { edge: id })];
  });
}
