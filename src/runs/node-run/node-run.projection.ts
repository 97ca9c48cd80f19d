import type { JsonValue } from '../../kernel/json.js';
import type { Projected, Projection } from '../../kernel/projection.js';
import type { Incoming, NodeError, NodeEvent, NodeStatus, SkipReason } from '../../work/contract.js';
import type { Resumption, RunEvent } from '../run.events.js';

/** One node of a run's graph in one attempt, from its beginning on; nested values are spelled as on the wire. */
export type NodeRunRow = Readonly<{
  runId: string;
  stage: string;
  nodeId: string;
  attempt: number;
  tenantId: string;
  /** The run's version at the last event about this node. */
  streamVersion: number;
  /** `pending` only where the node is to run again and has not begun. */
  status: NodeStatus;
  output: JsonValue;
  /** Characters of the output as JSON. */
  outputLength: number;
  error: NodeError | null;
  skipReason: SkipReason | null;
  /** The edges that came in, as they were when the node was judged. */
  because: readonly Incoming[] | null;
  jobId: string | null;
  retryCount: number;
  /** When a delay is over. */
  dueAt: string | null;
  startedAt: string | null;
  completedAt: string | null;
  durationMs: number | null;
}>;

type Maybe = NodeRunRow | undefined;
type Of<Type extends RunEvent['type']> = Projected<Extract<RunEvent, { type: Type }>>;

/** One row per stage, node and attempt, by `runId/stage/node/attempt`; a node that has ended never changes again. */
export const nodeRuns: Projection<NodeRunRow, RunEvent> = {
  name: 'node_runs',
  version: 1,
  keysOf: (event) => nodesOf(event).map((node) => keyOf(event, node)),
  isFinal: ({ status }) => ended.has(status),
  on: {
    'pipeline_run.resumed': (_row, event, key) => toRunAgain(event, key),
    'stage.reopened': (_row, event, key) => toRunAgain(event, key),
    'pipeline_node.scheduled': (row, event) => {
      const { job_id: jobId, because } = event.detail;
      // The run itself goes on with it later: the node has not begun.
      return jobId === null ? row : moved(row, event, { status: 'scheduled', jobId, because });
    },
    'pipeline_node.started': (row, event) => {
      const { job_id: jobId, because } = event.detail;
      return moved(row, event, { status: 'running', jobId, because, startedAt: event.occurredAt });
    },
    'pipeline_node.waiting': (row, event) => moved(row, event, { status: 'waiting', dueAt: event.detail.due_at }),
    'pipeline_node.retrying': (row, event) =>
      moved(row, event, { status: 'running', retryCount: event.detail.retry_count }),
    'pipeline_node.completed': (row, event) => {
      const { output } = event.detail;
      return over(row, event, { status: 'completed', output, outputLength: JSON.stringify(output).length });
    },
    'pipeline_node.failed': (row, event) => over(row, event, { status: 'failed', error: event.detail.error }),
    'pipeline_node.skipped': (row, event) => {
      const { skip_reason: skipReason, because } = event.detail;
      return moved(row, event, { status: 'skipped', skipReason, because, completedAt: event.occurredAt });
    },
    'pipeline_node.cancelled': (row, event) =>
      moved(row, event, { status: 'cancelled', completedAt: event.occurredAt }),
  },
};

const ended: ReadonlySet<NodeStatus> = new Set(['completed', 'failed', 'skipped', 'cancelled']);

/** A stage and an attempt of its graph. */
type Place = Readonly<{ stage: string; attempt: number }>;

function nodesOf({ detail }: Projected<RunEvent>): readonly string[] {
  if ('node_type' in detail) return [detail.node];
  return resumptionIn(detail)?.rerun ?? [];
}

/** What an event says of nodes that run again, if it says anything. */
function resumptionIn(detail: RunEvent['detail']): Resumption | undefined {
  if ('rerun' in detail) return detail;
  return 'work' in detail && 'rerun' in detail.work ? detail.work : undefined;
}

function placeOf({ detail }: Projected<RunEvent>): Place {
  const { stage, attempt } = { ...resumptionIn(detail), ...detail } as Place;
  return { stage, attempt };
}

function keyOf(event: Projected<RunEvent>, node: string): string {
  const { stage, attempt } = placeOf(event);
  return `${event.streamId}/${stage}/${node}/${String(attempt)}`;
}

function toRunAgain(event: Projected<RunEvent>, key: string): NodeRunRow {
  const { stage, attempt } = placeOf(event);
  const nodeId = key.slice(`${event.streamId}/${stage}/`.length, -`/${String(attempt)}`.length);
  return { ...unbegun(event), nodeId };
}

function unbegun(event: Projected<RunEvent>) {
  const { streamId, tenantId, streamVersion } = event;
  return {
    runId: streamId,
    ...placeOf(event),
    tenantId,
    streamVersion,
    status: 'pending' as const,
    output: null,
    outputLength: 0,
    error: null,
    skipReason: null,
    because: null,
    jobId: null,
    retryCount: 0,
    dueAt: null,
    startedAt: null,
    completedAt: null,
    durationMs: null,
  };
}

function moved(row: Maybe, event: Projected<NodeEvent>, change: Partial<NodeRunRow>): NodeRunRow {
  const before = row ?? { ...unbegun(event), nodeId: event.detail.node };
  return { ...before, ...change, streamVersion: event.streamVersion };
}

function over(
  row: Maybe,
  event: Of<'pipeline_node.completed' | 'pipeline_node.failed'>,
  change: Partial<NodeRunRow>,
): NodeRunRow {
  const { duration_ms: durationMs, retry_count: retryCount } = event.detail;
  return moved(row, event, { ...change, durationMs, retryCount, completedAt: event.occurredAt });
}
