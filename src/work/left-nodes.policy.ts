import { itemAt } from '../kernel/vector.js';
import type { GraphDefinition, NodeDefinition } from './graph.events.js';
import { type GraphState, type NodeState, isLive } from './graph-state.decider.js';

/** A node that has not ended: what it waits for in words, and its job where that needs a person. */
export type LeftNode = Readonly<{
  id: string;
  name: string;
  isLive: boolean;
  waitsFor: string;
  unresolvedJob: string | null;
}>;

/** The nodes of a graph that have not ended, in the order of the definition. */
export function leftNodes(graph: GraphState, { nodes }: GraphDefinition): readonly LeftNode[] {
  return nodes.flatMap((node, place) => {
    const state = itemAt(graph.nodes, place);
    return state.status === 'pending' || isLive(state) ? [leftNode(node, state)] : [];
  });
}

function leftNode({ id, name }: NodeDefinition, state: NodeState): LeftNode {
  const { job } = state;
  const unresolvedJob = isLive(state) && job?.status === 'NEEDS_HUMAN' ? job.id : null;
  return { id, name, isLive: isLive(state), waitsFor: waitsFor(state), unresolvedJob };
}

function waitsFor({ status, job, dueAt, unresolved }: NodeState): string {
  if (status === 'pending') return unresolved > 0 ? 'waits for the nodes before it' : 'is about to begin';
  if (typeof dueAt === 'string') return `waits until ${dueAt}`;
  if (job?.status === 'NEEDS_HUMAN') return 'needs a person';
  if (job?.status !== 'QUEUED') return 'is running';
  return job.nextRunAt === null ? 'waits for a worker' : `runs again at ${job.nextRunAt}`;
}
