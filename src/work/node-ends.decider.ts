/** How a node ends, once an attempt. Its end resolves the edges that leave it. */
import type { EvaluationFailure } from '../kernel/expression.js';
import { millisecondsBetween } from '../kernel/instant.js';
import type { JsonValue } from '../kernel/json.js';
import type { IndexedEdge } from './graph-index.policy.js';
import type { EdgeResolution, Incoming, NodeError, NodeEvent, Outgoing, SkipReason } from './graph.events.js';
import { type AtHand, timeGoesOn, told, valuesFor } from './node-at-hand.policy.js';
import { MAX_OUTPUTS_LENGTH, MAX_OUTPUT_LENGTH, lengthOf } from './output-limits.policy.js';

/** It made its output; where that is too large, or the condition of an edge cannot be evaluated, it failed: that does not mean false. */
export function completed(at: AtHand, output: JsonValue): NodeEvent {
  const fault = outputFault(at, output);
  if (fault !== null) return failed(at, fault);
  const edges: Outgoing[] = [];
  for (const edge of outgoingOf(at)) {
    const resolution = resolutionOf(at, edge, output);
    if (typeof resolution === 'object') return failed(at, resolution);
    edges.push(outgoing(at, edge, resolution));
  }
  return told(at, 'pipeline_node.completed', { output, ...ending(at), edges });
}

export function failed(at: AtHand, error: NodeError): NodeEvent {
  return told(at, 'pipeline_node.failed', { error, ...ending(at), edges: deadEdges(at) });
}

export function skipped(at: AtHand, because: readonly Incoming[], skip_reason: SkipReason): NodeEvent {
  return told(at, 'pipeline_node.skipped', { skip_reason, because, edges: deadEdges(at) });
}

/** The graph ends around it; nothing after it is judged. */
export function cancelled(at: AtHand, reason: string): NodeEvent {
  return { ...told(at, 'pipeline_node.cancelled', {}), reason };
}

function outputFault({ graph }: AtHand, output: JsonValue): NodeError | null {
  const length = lengthOf(output);
  if (length <= MAX_OUTPUT_LENGTH && graph.outputLength + length <= MAX_OUTPUTS_LENGTH) return null;
  const limits = `${String(MAX_OUTPUT_LENGTH)} is the limit, ${String(MAX_OUTPUTS_LENGTH)} for all nodes together`;
  return { code: 'output-too-large', message: `Its output has ${String(length)} characters as JSON; ${limits}.` };
}

function resolutionOf(at: AtHand, { id, condition }: IndexedEdge, output: JsonValue): EdgeResolution | NodeError {
  if (condition === undefined) return 'taken';
  const answer = at.about.evaluate.condition(condition, valuesFor(at, condition, output));
  if ('holds' in answer) return answer.holds ? 'taken' : 'not_taken';
  return unanswered('condition-failed', `The condition of edge ${id}: `, answer);
}

/** Why there is no answer to an expression, after the words that say which. */
export function unanswered(
  code: 'condition-failed' | 'expression-failed',
  which: string,
  { failure, isTooCostly }: EvaluationFailure,
): NodeError {
  return { code: isTooCostly === true ? 'too-costly' : code, message: which + failure };
}

/** What needs no worker begins and ends in one moment. */
function ending(at: AtHand): Readonly<{ duration_ms: number; retry_count: number; graph_times_out_at?: string }> {
  const { state, about } = at;
  const { startedAt, retryCount = 0 } = state;
  const duration = startedAt === undefined ? 0 : millisecondsBetween(startedAt, about.now);
  return { duration_ms: Math.max(0, duration), retry_count: retryCount, ...timeGoesOn(at) };
}

function deadEdges(at: AtHand): readonly Outgoing[] {
  return outgoingOf(at).map((edge) => outgoing(at, edge, 'dead'));
}

function outgoing({ index }: AtHand, { id, to }: IndexedEdge, resolution: EdgeResolution): Outgoing {
  return { edge: id, to: index.nodes[to]?.id ?? '', resolution };
}

function outgoingOf({ index, place }: AtHand): readonly IndexedEdge[] {
  return (index.outgoing[place] ?? []).map((edge) => index.edges[edge] as IndexedEdge);
}
