import type { JsonObject, JsonValue } from '../../kernel/json.js';
import type { Projected, Projection } from '../../kernel/projection.js';
import type { DomainEvent } from '../../kernel/recorded-event.js';
import type { Job } from '../job.decider.js';
import { type JobStreamEvent, singleJobEvents } from '../job-batch.events.js';
import type { Backoff, JobEvent, JobOrder, JobStatus } from '../job.events.js';

/** One job: what it is to do, how far it is, and who has it. */
export type JobRow = Readonly<{
  id: string;
  tenantId: string;
  /** The version of its stream at the last event about it: of its run's, or of its own. */
  streamVersion: number;
  /** What it works for; null for a job by itself. */
  runId: string | null;
  /** The call that queued it with others: the id of the stream they share. */
  batchId: string | null;
  stage: string | null;
  nodeId: string | null;
  handler: string;
  payload: JsonObject;
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
  idempotencyKey: string | null;
  correlationId: string;
  /** Of the last attempt that failed, or why it ended. */
  error: string | null;
  output: JsonValue;
  createdAt: string;
  /** When it was first taken. */
  startedAt: string | null;
  finishedAt: string | null;
}>;

/** One row per job, be it on its run's stream, on its own or on that of its batch. */
export const jobs: Projection<JobRow, JobEvent> = {
  name: 'jobs',
  version: 1,
  keysOf: ({ detail }) => [detail.job_id],
  isFinal: ({ finishedAt }) => finishedAt !== null,
  spread: {
    'job.batch_queued': singleEvents,
    'job.batch_started': singleEvents,
    'job.batch_succeeded': singleEvents,
  },
  on: {
    'job.queued': (_row, event) => queued(event),
    'job.started': (row, event) => ({
      ...known(row, event),
      ...free,
      status: 'RUNNING',
      attempts: event.detail.attempt,
      lockedBy: event.detail.worker_id,
      lockedAt: event.recordedAt,
      leaseSeconds: event.detail.lease_seconds,
      leaseExpiresAt: event.detail.lease_expires_at,
      startedAt: row?.startedAt ?? event.recordedAt,
    }),
    'job.succeeded': (row, event) => ({
      ...over(row, event, 'SUCCESS'),
      output: event.detail.output,
      error: null,
    }),
    'job.retry_scheduled': (row, event) => ({
      ...known(row, event),
      ...free,
      status: 'QUEUED',
      ...(event.detail.from === 'RUNNING' ? { failedCount: (row?.failedCount ?? 0) + 1 } : countedAnew),
      nextRunAt: event.detail.next_run_at,
      error: event.detail.error ?? row?.error ?? null,
      ...(event.detail.payload === null ? {} : { payload: event.detail.payload }),
    }),
    'job.failed': (row, event) => ({ ...over(row, event, 'FAILED'), error: event.detail.error }),
    'job.needs_human': (row, event) => ({
      ...known(row, event),
      ...free,
      status: 'NEEDS_HUMAN',
      error: event.detail.error,
    }),
    'job.canceled': (row, event) => ({ ...over(row, event, 'CANCELED'), error: event.reason ?? null }),
    'job.lease_lost': (row, event) => ({
      ...known(row, event),
      ...free,
      status: 'QUEUED',
      infraAttempts: (row?.infraAttempts ?? 0) + 1,
      nextRunAt: event.recordedAt,
    }),
  },
};

/**
 * A job that is queued and due, as its rules know it: whoever has its row need not read its events. When it was due is not told apart, because
 * the event that starts it, or whatever else happens, does away with that.
 */
export function dueJob(row: JobRow): Job {
  const { id, stage, nodeId: node, attempts, failedCount, infraAttempts, maxAttempts, backoff, onExhausted } = row;
  const counts = { attempts, failedCount, infraAttempts, maxAttempts };
  return { id, stage, node, status: 'QUEUED', ...counts, backoff, onExhausted, workerId: null, nextRunAt: null };
}

function singleEvents(event: Projected<DomainEvent<string, object>>): readonly JobEvent[] {
  return singleJobEvents(event as JobStreamEvent);
}

/** A person has it run again: as the rules count. */
const countedAnew = { failedCount: 0, infraAttempts: 0 } as const;

/** Nobody has it, and nothing is due. */
const free = { nextRunAt: null, lockedBy: null, lockedAt: null, leaseSeconds: null, leaseExpiresAt: null } as const;

function queued(event: Projected<Extract<JobEvent, { type: 'job.queued' }>>): JobRow {
  const { detail, tenantId, streamId, streamVersion, recordedAt, correlationId } = event;
  return {
    ...free,
    id: detail.job_id,
    tenantId,
    streamVersion,
    runId: detail.node === null ? null : streamId,
    batchId: detail.node === null && detail.job_id !== streamId ? streamId : null,
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

function over(row: JobRow | undefined, event: Projected<JobEvent>, status: JobStatus): JobRow {
  return { ...known(row, event), ...free, status, finishedAt: event.recordedAt };
}

function known(row: JobRow | undefined, event: Projected<JobEvent>): JobRow {
  if (row === undefined) throw new Error(`Job ${event.detail.job_id} has no row for its ${event.type}.`);
  return { ...row, streamVersion: event.streamVersion };
}
