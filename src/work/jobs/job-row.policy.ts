import type { JsonObject, JsonValue } from '../../kernel/json.js';
import type { Projected } from '../../kernel/projection.js';
import type { Job } from '../job.decider.js';
import type { Backoff, JobEvent, JobOrder, JobStatus } from '../job.events.js';

/**
 * One job, or jobs of one batch that are alike: what they are to do, how far they are, and who has them. They part when something happens to some of
 * them.
 */
export type JobRow = Readonly<{
  /** Of the first of them. */
  id: string;
  tenantId: string;
  /** The version of its stream at the last event about it: of its run's, or of its own. */
  streamVersion: number;
  /** What it works for; null for a job by itself. */
  runId: string | null;
  /** The call that queued it with others: the id of the stream they share. */
  batchId: string | null;
  /** Which jobs of its batch it stands for (members.policy.ts); null is the one of its id. */
  members: string | null;
  stage: string | null;
  nodeId: string | null;
  handler: string;
  /** Null where the event that queued the batch has it, with the idempotency key, for each job by itself. */
  payload: JsonObject | null;
  status: JobStatus;
  /** Counted by claims; the fence of whoever reports. */
  attempts: number;
  maxAttempts: number;
  /** Failures that another attempt followed, since it was queued or a person had it run again. */
  failedCount: number;
  /** Attempts that ended with their lease, since then as well. */
  infraAttempts: number;
  backoff: Backoff;
  onExhausted: JobOrder['on_exhausted'];
  /** Not before; null unless it is queued. */
  nextRunAt: string | null;
  lockedBy: string | null;
  lockedAt: string | null;
  leaseSeconds: number | null;
  /** As the claim had it; heartbeats move the column in place. */
  leaseExpiresAt: string | null;
  /** Null also where the event that queued the batch has it. */
  idempotencyKey: string | null;
  correlationId: string;
  /** Of the last attempt that failed, or why it ended. */
  error: string | null;
  /** Null where it stands for several: the event by which they succeeded has it. */
  output: JsonValue;
  createdAt: string;
  /** When it was first taken. */
  startedAt: string | null;
  finishedAt: string | null;
}>;

/** A job as it begins. */
export function queuedJob(event: Projected<Extract<JobEvent, { type: 'job.queued' }>>): JobRow {
  const { detail, tenantId, streamId, streamVersion, recordedAt, correlationId } = event;
  return {
    ...free,
    id: detail.job_id,
    tenantId,
    streamVersion,
    runId: detail.node === null ? null : streamId,
    batchId: detail.node === null && detail.job_id !== streamId ? streamId : null,
    members: null,
    stage: detail.stage,
    nodeId: detail.node,
    handler: detail.handler,
    payload: detail.payload,
    status: 'QUEUED',
    attempts: 0,
    maxAttempts: detail.max_attempts,
    failedCount: 0,
    infraAttempts: 0,
    backoff: detail.backoff,
    onExhausted: detail.on_exhausted,
    nextRunAt: detail.run_at ?? recordedAt,
    idempotencyKey: detail.idempotency_key,
    correlationId,
    error: null,
    output: null,
    createdAt: recordedAt,
    startedAt: null,
    finishedAt: null,
  };
}

/**
 * A job that is queued and due, as its rules know it: whoever has its row need not read its events. When it was due is not told apart, because
 * the event that starts it, or whatever else happens, does away with that.
 */
export function dueJob(row: JobRow): Job {
  const { id, stage, nodeId: node, attempts, failedCount, infraAttempts, maxAttempts, backoff, onExhausted } = row;
  const counts = { attempts, failedCount, infraAttempts, maxAttempts };
  return { id, stage, node, status: 'QUEUED', ...counts, backoff, onExhausted, workerId: null, nextRunAt: null };
}

/** Nobody has it, and nothing is due. */
export const free = {
  nextRunAt: null,
  lockedBy: null,
  lockedAt: null,
  leaseSeconds: null,
  leaseExpiresAt: null,
} as const;
