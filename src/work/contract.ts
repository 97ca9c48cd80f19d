import type { JobStatus } from './job.events.js';

export { cutOffGraph, advanceGraph, isPutOff, settleNode, wakeGraph } from './graph.decider.js';
export { beginGraph, rerunOf, resumeGraph } from './graph-attempt.decider.js';
export type { GraphSurroundings } from './node-at-hand.policy.js';
export type { GraphDefinition, Incoming, NodeError, NodeEvent, NodeType, SkipReason } from './graph.events.js';
export { nodeCatalogue } from './graph.events.js';
export {
  evolveGraph,
  isLive,
  isThrough,
  jobOf,
  type GraphState,
  type NodeState,
  type NodeStatus,
} from './graph-state.decider.js';
export { nodeValues, referencedNodes } from './graph-values.policy.js';
export { graphIndex } from './graph-index.policy.js';
export { handlerOf } from './node-jobs.policy.js';
export { startJob, type FailJob, type Job, type ResolveJob, type StartJob } from './job.decider.js';
export { askedBy, jobEvents } from './jobs/job-command.decider.js';
export { jobCatalogue, type JobEvent, type JobStatus } from './job.events.js';
export { jobs } from './jobs/job.projection.js';
export { graphDefaults, graphLimits, MAX_EDGES, MAX_ID_LENGTH, MAX_NODES } from './graph-limits.policy.js';
export { readGraphDraft } from './graph-draft.policy.js';
export { checkGraph, executionOrder } from './graph.policy.js';
export { warnAboutGraph } from './graph-warnings.policy.js';
export { leftNodes, type LeftNode } from './left-nodes.policy.js';

/** What the rules of a run do not know of a job: how it stands in the queue. Times are ISO 8601. */
export type JobAtHand = Readonly<{
  id: string;
  status: JobStatus;
  /** As its worker's last heartbeat left it; null unless it runs. */
  leaseExpiresAt: string | null;
  /** Of its last attempt, or why it needs a person. */
  error: string | null;
  /** When the last thing happened to it. */
  changedAt: string;
}>;

/** Asks, over the query bus, for jobs of a tenant by their ids; those that are archived are left out. Answered with `readonly JobAtHand[]`. */
export class FindJobs {
  constructor(
    readonly tenantId: string,
    readonly ids: readonly string[],
  ) {}
}
