export { cutOffGraph, advanceGraph, isThrough, settleNode, wakeGraph } from './graph.decider.js';
export type { GraphSurroundings, WorkEvent } from './graph.decider.js';
export type { GraphDefinition, Incoming, NodeError, NodeEvent, NodeType, SkipReason } from './graph.events.js';
export { nodeCatalogue } from './graph.events.js';
export {
  beginGraph,
  evolveNode,
  evolveNodeJob,
  rerunOf,
  resumeGraph,
  type GraphState,
  type NodeState,
  type NodeStatus,
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
export { jobCatalogue, type JobEvent, type JobStatus } from './job.events.js';
export { graphDefaults } from './node-jobs.policy.js';
export { leftNodes, type LeftNode } from './left-nodes.policy.js';
