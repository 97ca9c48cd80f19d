export { cutOffGraph, advanceGraph, isPutOff, settleNode, wakeGraph } from './graph.decider.js';
export { beginGraph, rerunOf, resumeGraph } from './graph-attempt.decider.js';
export type { GraphSurroundings } from './node-at-hand.policy.js';
export type { GraphDefinition, Incoming, NodeError, NodeEvent, NodeType, SkipReason } from './graph.events.js';
export { nodeCatalogue } from './graph.events.js';
export {
  evolveGraph,
  isThrough,
  jobOf,
  type GraphState,
  type NodeState,
  type NodeStatus,
} from './graph-state.decider.js';
export { graphIndex } from './graph-index.policy.js';
export { startJob, type FailJob, type Job, type ResolveJob, type StartJob } from './job.decider.js';
export { askedBy, jobEvents } from './jobs/job-command.decider.js';
export { jobCatalogue, type JobEvent, type JobStatus } from './job.events.js';
export { jobs } from './jobs/job.projection.js';
export { graphDefaults, graphLimits, MAX_EDGES, MAX_ID_LENGTH, MAX_NODES } from './graph-limits.policy.js';
export { readGraphDraft } from './graph-draft.policy.js';
export { checkGraph, executionOrder } from './graph.policy.js';
export { warnAboutGraph } from './graph-warnings.policy.js';
export { leftNodes, type LeftNode } from './left-nodes.policy.js';
