/**
 * How far a graph has come, folded from its events.
 *
 *   edge   unresolved -> taken | not_taken | dead, once an attempt, by the event that ends its source
 *   node   pending -> ready, when its last incoming edge is resolved (a trigger: at once) -> begun, in that order
 *          begun: skipped, or scheduled -> running -> waiting <-> running -> completed | failed | cancelled
 *
 * Each event touches its node and the targets of its outgoing edges, and nothing else: what an event costs does not depend on how many
 * nodes there are. State is plain JSON.
 */
import { type Vector, itemAt, sizeOf, withAppended, withItems } from '../kernel/vector.js';
import type { JsonValue } from '../kernel/json.js';
import type { EdgeResolution, GraphDefinition, NodeEvent, Outgoing } from './graph.events.js';
import { type GraphIndex, type IndexedEdge, graphIndex } from './graph-index.policy.js';
import type { JobEvent } from './job.events.js';
import { type Job, evolveJob } from './job.decider.js';
import { lengthOf } from './output-limits.policy.js';

export type NodeStatus =
  'pending' | 'scheduled' | 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';

/** One node as far as it has come. Fields that say nothing yet are left out. */
export type NodeState = Readonly<{
  status: NodeStatus;
  /** Incoming edges that are not resolved yet. */
  unresolved: number;
  /** Incoming edges that were taken. */
  taken: number;
  /** Something before it failed, so that it will not run. */
  isUpstreamFailed?: true;
  /** `jobOf` tells all of it. */
  job?: Job;
  output?: JsonValue;
  startedAt?: string;
  timesOutAt?: string | null;
  /** When a delay is over. */
  dueAt?: string | null;
  retryCount?: number;
}>;

export type GraphState = Readonly<{
  attempt: number;
  nodes: Vector<NodeState>;
  edges: Vector<EdgeResolution | null>;
  /** Places of nodes to judge, first come, first judged; those before `begunCount` are. */
  ready: Vector<number>;
  begunCount: number;
  /** Nodes that are scheduled, running or waiting. */
  liveCount: number;
  failedCount: number;
  /** Characters of all outputs together, as JSON. */
  outputLength: number;
  /** When the whole graph is out of time; ISO 8601. */
  timesOutAt: string;
  /** Nodes that wait for a person, and since when the first of them does: until none is left, the time limit of the graph stands still. */
  askedCount: number;
  pausedAt: string | null;
  /** When it goes on with what is ready, where one command was not enough for all of it; else null. */
  continuesAt: string | null;
  /** The node a resumption named, null where it named none; left out where the attempt began otherwise. */
  resumedFrom?: string | null;
}>;

/** Folds one event of a node or of its job. */
export function evolveGraph(graph: GraphState, event: NodeEvent | JobEvent, definition: GraphDefinition): GraphState {
  const index = graphIndex(definition);
  const place = index.placeOf.get(event.detail.node ?? '');
  if (place === undefined) throw new Error(`The graph has no node ${String(event.detail.node)} for its ${event.type}.`);
  const node = itemAt(graph.nodes, place);
  if (!isOfNode(event)) return withNode(graph, place, { ...node, job: evolveJob(node.job ?? null, event) });
  if (event.type === 'pipeline_node.scheduled' && event.detail.job_id === null)
    return { ...graph, continuesAt: event.detail.due_at };
  const moved = timed(counted(graph, place, node, nextNode(node, event)), event);
  return 'edges' in event.detail ? resolved(moved, index, event.detail.edges, doesFail(event)) : moved;
}

/** Whether a node is begun and not over. */
export function isLive({ status }: NodeState): boolean {
  return status === 'scheduled' || status === 'running' || status === 'waiting';
}

/** Whether a node waits for a person. */
export function isAsked({ status, dueAt }: NodeState): boolean {
  return status === 'waiting' && typeof dueAt !== 'string';
}

/** Whether there is a node to judge. */
export function hasReady({ ready, begunCount }: GraphState): boolean {
  return begunCount < sizeOf(ready);
}

/** Whether there is nothing left to do or wait for. */
export function isThrough(graph: GraphState): boolean {
  return graph.liveCount === 0 && !hasReady(graph);
}

/** The job that works, or worked, for a node. */
export function jobOf({ job, output }: NodeState): Job | undefined {
  return job?.status === 'SUCCESS' && output !== undefined ? { ...job, output } : job;
}

function isOfNode(event: NodeEvent | JobEvent): event is NodeEvent {
  return event.type.startsWith('pipeline_node.');
}

function nextNode(node: NodeState, event: NodeEvent): NodeState {
  switch (event.type) {
    case 'pipeline_node.scheduled':
      return { ...node, status: 'scheduled' };
    case 'pipeline_node.started':
      return { ...node, status: 'running', startedAt: event.detail.started_at, timesOutAt: event.detail.times_out_at };
    case 'pipeline_node.waiting':
      // Whoever waits for a person has no time limit meanwhile.
      return { ...node, status: 'waiting', dueAt: event.detail.due_at, timesOutAt: null };
    case 'pipeline_node.retrying':
      return {
        ...node,
        status: 'running',
        retryCount: event.detail.retry_count,
        timesOutAt: event.detail.times_out_at ?? node.timesOutAt ?? null,
      };
    case 'pipeline_node.completed':
      return { ...ended(withoutOutput(node)), status: 'completed', output: event.detail.output };
    case 'pipeline_node.failed':
      return { ...ended(node), status: 'failed' };
    case 'pipeline_node.skipped':
      return { ...ended(node), status: 'skipped' };
    case 'pipeline_node.cancelled':
      return { ...ended(node), status: 'cancelled' };
  }
}

/** What no later rule asks about is let go, but for the job: a repeat of its completion is still one. */
function ended({ status, unresolved, taken, job }: NodeState): NodeState {
  return { status, unresolved, taken, ...(job === undefined ? {} : { job }) };
}

/** The node keeps what its job made; twice would be a waste. */
function withoutOutput(node: NodeState): NodeState {
  if (node.job === undefined) return node;
  const { output: _kept, ...job } = node.job;
  return { ...node, job };
}

function withNode(graph: GraphState, place: number, node: NodeState): GraphState {
  return { ...graph, nodes: withItems(graph.nodes, new Map([[place, node]])) };
}

function counted(graph: GraphState, place: number, before: NodeState, after: NodeState): GraphState {
  const hasBegun = before.status === 'pending';
  return {
    ...withNode(graph, place, after),
    begunCount: graph.begunCount + Number(hasBegun),
    continuesAt: hasBegun ? null : graph.continuesAt,
    liveCount: graph.liveCount + Number(isLive(after)) - Number(isLive(before)),
    askedCount: graph.askedCount + Number(isAsked(after)) - Number(isAsked(before)),
    failedCount: graph.failedCount + Number(after.status === 'failed'),
    outputLength: graph.outputLength + lengthOf(after.output),
  };
}

/** The time limit stands still, or goes on with what was left of it. */
function timed(graph: GraphState, { detail }: NodeEvent): GraphState {
  if ('since' in detail) return { ...graph, pausedAt: graph.pausedAt ?? detail.since };
  if (graph.askedCount > 0 || graph.pausedAt === null) return graph;
  const timesOutAt = 'graph_times_out_at' in detail ? detail.graph_times_out_at : undefined;
  return { ...graph, pausedAt: null, timesOutAt: timesOutAt ?? graph.timesOutAt };
}

function doesFail(event: NodeEvent): boolean {
  if (event.type === 'pipeline_node.skipped') return event.detail.skip_reason.code === 'upstream-failed';
  return event.type === 'pipeline_node.failed';
}

/** Each edge tells its target; a target whose last edge is resolved is ready. */
function resolved(graph: GraphState, index: GraphIndex, outgoing: readonly Outgoing[], isFailed: boolean): GraphState {
  const edges = new Map<number, EdgeResolution>();
  const targets = new Map<number, NodeState>();
  let { ready } = graph;
  for (const { edge, resolution } of outgoing) {
    const place = index.edgePlaceOf.get(edge) ?? -1;
    const { to } = index.edges[place] as IndexedEdge;
    edges.set(place, resolution);
    const target = told(targets.get(to) ?? itemAt(graph.nodes, to), resolution, isFailed);
    targets.set(to, target);
    if (target.unresolved === 0) ready = withAppended(ready, to);
  }
  const isAllBegun = graph.begunCount === sizeOf(ready);
  return {
    ...graph,
    edges: withItems(graph.edges, edges),
    nodes: withItems(graph.nodes, targets),
    ready: isAllBegun ? [] : ready,
    begunCount: isAllBegun ? 0 : graph.begunCount,
  };
}

function told(target: NodeState, resolution: EdgeResolution, isFailed: boolean): NodeState {
  return {
    ...target,
    unresolved: target.unresolved - 1,
    taken: target.taken + (resolution === 'taken' ? 1 : 0),
    ...(isFailed ? { isUpstreamFailed: true as const } : {}),
  };
}
