/** A second, slow telling of what becomes of a graph, to hold the rules against. */
import type { RunEvent } from '../../src/runs/run.events.js';
import type { GraphDefinition } from '../../src/work/contract.js';

/** How each node that ran ended last, by id: its output, or null where it failed. */
type Ends = ReadonlyMap<string, Readonly<{ output: unknown }> | null>;
type Fate = 'completed' | 'failed' | 'skipped' | 'upstream-failed';

/** The conditions that random graphs use, and what they come to for an output: true, false or a failure. */
export const conditions: Readonly<Record<string, (output: unknown) => boolean | null>> = {
  true: () => true,
  false: () => false,
  'has(output.ok) && output.ok == true': (output) => isOk(output),
  '!(has(output.ok) && output.ok == true)': (output) => !isOk(output),
  'output.missing == 1': () => null,
};

function isOk(output: unknown): boolean {
  return typeof output === 'object' && output !== null && 'ok' in output && output.ok === true;
}

/** What each node must have come to, recomputed from the definition and from how those ended that a worker or their own config decides about. */
export function fates(
  { nodes, edges }: GraphDefinition,
  events: readonly RunEvent[],
): Readonly<Record<string, string>> {
  const ends = endsOf(events);
  const known = new Map<string, Fate>();
  const fateOf = (id: string): Fate => {
    const fate = known.get(id) ?? judge(id);
    known.set(id, fate);
    return fate;
  };
  const judge = (id: string): Fate => {
    const incoming = edges.filter(({ to }) => to === id);
    const sources = incoming.map(({ from }) => fateOf(from));
    if (sources.some((fate) => fate === 'failed' || fate === 'upstream-failed')) return 'upstream-failed';
    const isReached = incoming.some(({ from, condition }) => fateOf(from) === 'completed' && isTaken(from, condition));
    if (incoming.length > 0 && !isReached) return 'skipped';
    const end = ends.get(id);
    if (end === undefined) throw new Error(`Node ${id} must have run.`);
    const isBroken = edges.some(
      ({ from, condition }) => from === id && end !== null && isTaken(id, condition) === null,
    );
    return end === null || isBroken ? 'failed' : 'completed';
  };
  const isTaken = (from: string, condition: string | undefined): boolean | null =>
    condition === undefined ? true : (conditions[condition]?.(ends.get(from)?.output) ?? null);
  return Object.fromEntries(nodes.map(({ id }) => [id, fateOf(id) === 'upstream-failed' ? 'skipped' : fateOf(id)]));
}

function endsOf(events: readonly RunEvent[]): Ends {
  const ends = new Map<string, Readonly<{ output: unknown }> | null>();
  for (const event of events) {
    if (event.type === 'pipeline_node.completed') ends.set(event.detail.node, { output: event.detail.output });
    if (event.type === 'pipeline_node.failed') ends.set(event.detail.node, null);
  }
  return ends;
}

/** What no attempt at a graph may do: resolve an edge twice, end a node twice, begin one whose sources have not ended. */
export function breaches({ edges }: GraphDefinition, events: readonly RunEvent[]): readonly string[] {
  const found: string[] = [];
  let resolved = new Set<string>();
  let ended = new Set<string>();
  for (const event of events) {
    if (event.type === 'pipeline_run.resumed') {
      const again = new Set(event.detail.rerun);
      ended = new Set([...ended].filter((id) => !again.has(id)));
      resolved = new Set([...resolved].filter((id) => !again.has(edges.find((edge) => edge.id === id)?.from ?? '')));
    }
    if (!event.type.startsWith('pipeline_node.') || !('node' in event.detail)) continue;
    const node = String(event.detail.node);
    if (ended.has(node)) found.push(`${node} had ended before ${event.type}`);
    if ('because' in event.detail)
      for (const { from } of edges.filter(({ to }) => to === node))
        if (!ended.has(from)) found.push(`${node} began before ${from} ended`);
    if (!('edges' in event.detail)) continue;
    ended.add(node);
    for (const { edge } of event.detail.edges) {
      if (resolved.has(edge)) found.push(`${edge} was resolved twice`);
      resolved.add(edge);
    }
  }
  return found;
}
