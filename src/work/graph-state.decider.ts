/**
 * How far a graph has come, folded from its events.
 *
 *   edge   unresolved -> taken | not_taken | dead, once, by the event that ends its source
 *   node   pending -> ready, when its last incoming edge is resolved (a trigger: at once) -> begun, in that order
 *          begun: skipped, or scheduled -> running -> waiting <-> running -> completed | failed | cancelled
 *
 * Each event touches its node and the targets of its outgoing edges, and nothing else: what an event costs does not depend on how many
 * nodes there are. State is plain JSON.
 */
import { type Vector, itemAt, itemsOf, vectorOf, withItems } from '../kernel/vector.js';
import type { JsonValue } from '../kernel/json.js';
import type { EdgeResolution, GraphDefinition, NodeEvent, Outgoing } from './graph.events.js';
import { type GraphIndex, type IndexedEdge, coneOf, graphIndex } from './graph-index.policy.js';
import type { JobEvent } from './job.events.js';
import { type Job, evolveJob } from './job.decider.js';

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
  ready: readonly number[];
  begunCount: number;
  /** Nodes that are scheduled, running or waiting. */
  liveCount: number;
  failedCount: number;
  /** Characters of all outputs together, as JSON. */
  outputLength: number;
  /** When the whole graph is out of time; ISO 8601. */
  timesOutAt: string;
  /** When it goes on with what is ready, where one command was not enough for all of it; else null. */
  continuesAt: string | null;
}>;

/** A graph of which nothing ran yet. */
export function beginGraph(definition: GraphDefinition, attempt: number, timesOutAt: string): GraphState {
  const { nodes, edges, incoming } = graphIndex(definition);
  const unresolved = incoming.map((each) => each.length);
  return {
    attempt,
    nodes: vectorOf(nodes.length, (place) => ({ status: 'pending', unresolved: unresolved[place] ?? 0, taken: 0 })),
    edges: vectorOf(edges.length, () => null),
    ready: unresolved.flatMap((count, place) => (count === 0 ? [place] : [])),
    begunCount: 0,
    liveCount: 0,
    failedCount: 0,
    outputLength: 0,
    timesOutAt,
    continuesAt: null,
  };
}

/** A further attempt: the nodes named begin anew, what the others did stands. */
export function resumeGraph(
  graph: GraphState,
  definition: GraphDefinition,
  { attempt, timesOutAt, rerun }: Readonly<{ attempt: number; timesOutAt: string; rerun: readonly string[] }>,
): GraphState {
  const index = graphIndex(definition);
  const places = new Set(rerun.map((id) => index.placeOf.get(id) ?? -1));
  const anew = index.edges.flatMap(({ from }, place) => (places.has(from) ? [[place, null] as const] : []));
  const edges = withItems(graph.edges, new Map(anew));
  const reset = [...places].map((place) => [place, unbegun(index.incoming[place] ?? [], edges)] as const);
  const nodes = withItems(graph.nodes, new Map(reset));
  const outputs = itemsOf(nodes).map(({ output }) => lengthOf(output));
  return {
    ...graph,
    attempt,
    timesOutAt,
    nodes,
    edges,
    ready: reset.flatMap(([place, { unresolved }]) => (unresolved === 0 ? [place] : [])).sort((a, b) => a - b),
    begunCount: 0,
    liveCount: 0,
    failedCount: 0,
    outputLength: outputs.reduce((sum, length) => sum + length, 0),
    continuesAt: null,
  };
}

/** What runs again when a graph is resumed: the node named, or all that failed or were cut off, with everything after them. */
export function rerunOf(graph: GraphState, definition: GraphDefinition, fromNode: string | undefined): readonly string[] {
  const index = graphIndex(definition);
  const named = fromNode === undefined ? undefined : index.placeOf.get(fromNode);
  const unfinished = itemsOf(graph.nodes).flatMap(({ status }, place) =>
    status === 'completed' || status === 'skipped' ? [] : [place],
  );
  const cone = coneOf(index, named === undefined ? unfinished : [named, ...unfinished]);
  return index.nodes.filter((_node, place) => cone.has(place)).map(({ id }) => id);
}

function unbegun(incoming: readonly number[], edges: Vector<EdgeResolution | null>): NodeState {
  const resolutions = incoming.map((edge) => itemAt(edges, edge));
  const unresolved = resolutions.filter((resolution) => resolution === null).length;
  const taken = resolutions.filter((resolution) => resolution === 'taken').length;
  return { status: 'pending', unresolved, taken };
}

/** Folds one event of a node. */
export function evolveNode(graph: GraphState, event: NodeEvent, definition: GraphDefinition): GraphState {
  const index = graphIndex(definition);
  const place = index.placeOf.get(event.detail.node);
  if (place === undefined) throw new Error(`The graph has no node ${event.detail.node} for its ${event.type}.`);
  const node = itemAt(graph.nodes, place);
  if (event.type === 'pipeline_node.scheduled' && event.detail.job_id === null)
    return { ...graph, continuesAt: event.detail.due_at };
  const next = nextNode(node, event);
  const moved = counted(graph, place, node, next);
  return 'edges' in event.detail ? resolved(moved, index, event.detail.edges, doesFail(event)) : moved;
}

/** Folds one event of a node's job. */
export function evolveNodeJob(graph: GraphState, place: number, event: JobEvent): GraphState {
  const node = itemAt(graph.nodes, place);
  const job = evolveJob(node.job ?? null, event);
  return { ...graph, nodes: withItems(graph.nodes, new Map([[place, { ...node, job }]])) };
}

function nextNode(node: NodeState, event: NodeEvent): NodeState {
  switch (event.type) {
    case 'pipeline_node.scheduled':
      return { ...node, status: 'scheduled' };
    case 'pipeline_node.started':
      return { ...node, status: 'running', startedAt: event.detail.started_at, timesOutAt: event.detail.times_out_at };
    case 'pipeline_node.waiting':
      return { ...node, status: 'waiting', dueAt: event.detail.due_at };
    case 'pipeline_node.retrying':
      return { ...node, status: 'running', retryCount: event.detail.retry_count };
    case 'pipeline_node.completed':
      return { ...ended(node), status: 'completed', output: event.detail.output };
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

const live: ReadonlySet<NodeStatus> = new Set(['scheduled', 'running', 'waiting']);

/** Whether a node is begun and not over. */
export function isLive({ status }: NodeState): boolean {
  return live.has(status);
}

function counted(graph: GraphState, place: number, before: NodeState, after: NodeState): GraphState {
  const begins = before.status === 'pending' ? 1 : 0;
  const fails = after.status === 'failed' && before.status !== 'failed' ? 1 : 0;
  return {
    ...graph,
    nodes: withItems(graph.nodes, new Map([[place, after]])),
    begunCount: graph.begunCount + begins,
    continuesAt: begins === 1 ? null : graph.continuesAt,
    liveCount: graph.liveCount + Number(isLive(after)) - Number(isLive(before)),
    failedCount: graph.failedCount + fails,
    outputLength: graph.outputLength + lengthOf(after.output) - lengthOf(before.output),
  };
}

function doesFail(event: NodeEvent): boolean {
  if (event.type === 'pipeline_node.skipped') return event.detail.skip_reason.code === 'upstream-failed';
  return event.type === 'pipeline_node.failed';
}

/** Each edge tells its target; a target whose last edge is resolved is ready. */
function resolved(graph: GraphState, index: GraphIndex, outgoing: readonly Outgoing[], isFailed: boolean): GraphState {
  if (outgoing.length === 0) return withShortReady(graph);
  const edges = new Map<number, EdgeResolution>();
  const targets = new Map<number, NodeState>();
  const ready: number[] = [];
  for (const { edge, resolution } of outgoing) {
    const place = index.edgePlaceOf.get(edge) ?? -1;
    const { to } = index.edges[place] as IndexedEdge;
    edges.set(place, resolution);
    const target = told(targets.get(to) ?? itemAt(graph.nodes, to), resolution, isFailed);
    targets.set(to, target);
    if (target.unresolved === 0) ready.push(to);
  }
  return withShortReady({
    ...graph,
    edges: withItems(graph.edges, edges),
    nodes: withItems(graph.nodes, targets),
    ready: ready.length === 0 ? graph.ready : [...graph.ready.slice(graph.begunCount), ...ready],
    begunCount: ready.length === 0 ? graph.begunCount : 0,
  });
}

function told(target: NodeState, resolution: EdgeResolution, isFailed: boolean): NodeState {
  return {
    ...target,
    unresolved: target.unresolved - 1,
    taken: target.taken + (resolution === 'taken' ? 1 : 0),
    ...(isFailed ? { isUpstreamFailed: true as const } : {}),
  };
}

function withShortReady(graph: GraphState): GraphState {
  const isThrough = graph.begunCount > 0 && graph.begunCount === graph.ready.length;
  return isThrough ? { ...graph, ready: [], begunCount: 0 } : graph;
}

/** Characters of a value as JSON; of none, 0. */
export function lengthOf(value: JsonValue | undefined): number {
  return value === undefined ? 0 : JSON.stringify(value).length;
}
