import { cyclesOf, reachableFrom } from '../kernel/dag.js';
import { problem, type Problem } from '../kernel/definition-problem.js';
import type { Wire, Wiring } from './graph-wiring.policy.js';
import { isNodeType } from './node-types.policy.js';

/** What keeps nodes of a graph from ever running, for the way they are connected. */
export function shapeProblems(wiring: Wiring, at: string): readonly Problem[] {
  return [
    ...cycleProblems(wiring),
    ...triggerProblems(wiring, at),
    ...unreachable(wiring, at),
    ...neverHolding(wiring, at),
  ];
}

/** Nodes of a cycle that its message names: enough to see where it goes. */
const MAX_NAMED = 20;

function cycleProblems({ following, nodes, wires }: Wiring): readonly Problem[] {
  const closing = new Map<string, Wire>();
  const cycles = cyclesOf(following);
  if (cycles.length > 0) for (const wire of wires) closing.set(`${String(wire.from)} ${String(wire.to)}`, wire);
  return cycles.map((cycle) => {
    const { path = '', id = '' } = closing.get(`${String(cycle.at(-1))} ${String(cycle[0])}`) ?? {};
    const names = cycle.map((place) => nodes[place]?.id ?? '');
    const message = `It goes round in a circle: ${walkThrough(names)}.`;
    const hint = 'Take out one of these edges: a graph only goes forward. Retries are a setting.';
    return problem('cycle', path, message, hint, { node: names[0] ?? '', edge: id });
  });
}

function walkThrough(names: readonly string[]): string {
  const [first = ''] = names;
  const left = names.length - MAX_NAMED;
  const named = left <= 0 ? names : [...names.slice(0, MAX_NAMED), `(${String(left)} more)`];
  return [...named, first].join(' -> ');
}

function triggerProblems({ nodes, wires }: Wiring, at: string): readonly Problem[] {
  const isKnown = nodes.every(({ type }) => isNodeType(type)); // Else one of them may be meant to be a trigger.
  const hint = 'Add a node of type trigger, with an edge to what comes first.';
  const none = problem('no-trigger', `${at}/nodes`, 'No node begins: there is no trigger.', hint);
  const isNone = nodes.length > 0 && isKnown && !nodes.some(({ type }) => type === 'trigger');
  const entered = new Set(wires.map(({ to }) => to).filter((to) => nodes[to]?.type === 'trigger'));
  const wrong = [...entered].map((place) => {
    const id = nodes[place]?.id ?? '';
    const advice = 'Take the edges to it out, or make it a parallel node.';
    const message = `Nothing can lead to "${id}": it is a trigger.`;
    return problem('trigger-with-input', `${at}/nodes/${String(place)}`, message, advice, { node: id });
  });
  return [...(isNone ? [none] : []), ...wrong];
}

/** What follows from a loose end, from a type nobody knows or from the lack of any trigger is left out; so are orphans, which are warned of. */
function unreachable({ nodes, following, wires, loose }: Wiring, at: string): readonly Problem[] {
  const starts = [...nodes.keys()].filter((place) => {
    const type = nodes[place]?.type ?? '';
    return type === 'trigger' || !isNodeType(type) || loose.has(place);
  });
  if (starts.length === 0) return [];
  const isReached = reachableFrom(following, starts);
  const isTied = new Set(wires.flatMap(({ from, to }) => [from, to]));
  return nodes.flatMap(({ id }, place) => {
    if (isReached[place] === true || !isTied.has(place)) return [];
    const message = `No path leads from a trigger to "${id}", so it would never run.`;
    const hint = 'Lead an edge to it from a trigger, or from a node that one leads to.';
    return [problem('unreachable-node', `${at}/nodes/${String(place)}`, message, hint, { node: id })];
  });
}

function neverHolding({ nodes, wires, loose }: Wiring, at: string): readonly Problem[] {
  const entered = new Set(wires.map(({ to }) => to));
  const taken = new Set(wires.filter(({ condition }) => condition?.trim() !== 'false').map(({ to }) => to));
  return [...entered].flatMap((place) => {
    const { id = '', type } = nodes[place] ?? {};
    if (taken.has(place) || loose.has(place) || type === 'trigger') return [];
    const message = `Every edge that leads to "${id}" has the condition false, so it would never run.`;
    const hint = 'Give one of them a condition that can hold, or leave the node out.';
    return [problem('join-never-holds', `${at}/nodes/${String(place)}`, message, hint, { node: id })];
  });
}
