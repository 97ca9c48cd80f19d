import { itemsOf } from '../../kernel/vector.js';
import { handlerOf, isLive, type GraphDefinition, type Job, type NodeState } from '../../work/contract.js';
import type { Stage } from '../stage.plan.js';

export type LiveNode = Readonly<{ id: string; name: string; startedAt: string | null }>;

/** A job of a node that has not ended, as the rules know it. */
export type LiveJob = Readonly<{
  kind: 'needs_human' | 'unclaimed' | 'running' | 'retrying';
  node: LiveNode;
  job: Job;
  handler: string;
}>;

/** What goes on in a graph: jobs, delays, and that it goes on with what one command was not enough for. */
export type Activity =
  LiveJob | Readonly<{ kind: 'delay'; node: LiveNode; dueAt: string }> | Readonly<{ kind: 'continue'; dueAt: string }>;

/**
 * Everything that goes on in the graph of a stage, what keeps it longest first: a job that needs a person; one that nobody has taken; one that
 * is running; one that waits for its next attempt; then what only takes time. Jobs of a kind in the order in which they were queued, delays in
 * the order in which they began.
 */
export function liveWork({ work, definition: { graph } }: Stage, now: string): readonly Activity[] {
  if (work === null || graph === undefined) return [];
  const nodes = itemsOf(work.nodes).flatMap((state, place) => activityOf(graph.nodes[place], state, now));
  const goingOn = work.continuesAt === null ? [] : [{ kind: 'continue', dueAt: work.continuesAt } as const];
  return [...nodes, ...goingOn].toSorted((one, other) => rank[one.kind] - rank[other.kind] || compare(one, other));
}

const rank: Readonly<Record<Activity['kind'], number>> = {
  needs_human: 0,
  unclaimed: 1,
  running: 2,
  retrying: 3,
  delay: 4,
  continue: 5,
};

/** Ids of jobs are in the order of their making. */
function compare(one: Activity, other: Activity): number {
  const [a, b] = [orderOf(one), orderOf(other)];
  return a === b ? 0 : a < b ? -1 : 1;
}

function orderOf(activity: Activity): string {
  if ('job' in activity) return activity.job.id;
  return activity.kind === 'delay' ? (activity.node.startedAt ?? activity.dueAt) : activity.dueAt;
}

function activityOf(
  definition: GraphDefinition['nodes'][number] | undefined,
  state: NodeState,
  now: string,
): readonly Activity[] {
  if (definition === undefined || !isLive(state)) return [];
  const { job, dueAt = null, startedAt = null } = state;
  const node = { id: definition.id, name: definition.name, startedAt };
  if (job !== undefined) return [{ kind: kindOf(job, now), node, job, handler: handlerOf(definition) }];
  return dueAt === null ? [] : [{ kind: 'delay', node, dueAt }];
}

function kindOf({ status, nextRunAt }: Job, now: string): LiveJob['kind'] {
  if (status === 'NEEDS_HUMAN') return 'needs_human';
  if (status !== 'QUEUED') return 'running';
  return nextRunAt === null || nextRunAt <= now ? 'unclaimed' : 'retrying';
}
