export { cutOffGraph, advanceGraph, isThrough, settleNode, wakeGraph } from './graph.decider.js';
export type { GraphSurroundings, WorkEvent } from './graph.decider.js';
export type { GraphDefinition, NodeEvent, NodeType } from './graph.events.js';
export { nodeCatalogue } from './graph.events.js';
export {
  beginGraph,
  evolveNode,
  evolveNodeJob,
  rerunOf,
  resumeGraph,
  type GraphState,
  type NodeState,
} from './graph-state.decider.js';
export { graphIndex } from './graph-index.policy.js';
export {
  cancelJob,
  completeJob,
  failJob,
  loseLease,
  needHuman,
  resolveJob,
  retryJob,
  startJob,
  type FailJob,
  type Job,
  type ResolveJob,
  type StartJob,
} from './job.decider.js';
export { jobCatalogue, type JobEvent } from './job.events.js';
export { graphDefaults, graphLimits, MAX_EDGES, MAX_ID_LENGTH, MAX_NODES } from './graph-limits.policy.js';
export { readGraphDraft } from './graph-draft.policy.js';
export { checkGraph, executionOrder } from './graph.policy.js';
export { warnAboutGraph } from './graph-warnings.policy.js';
