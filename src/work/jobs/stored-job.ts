import type { JobRow } from './job-row.policy.js';

/** A job as the database has it, in `jobs` or among the finished ones. */
export type JobRecord = Readonly<{
  id: string;
  tenant_id: string;
  stream_version: string;
  run_id: string | null;
  batch_id: string | null;
  members: string | null;
  stage: string | null;
  node_id: string | null;
  handler: string;
  payload: JobRow['payload'];
  status: JobRow['status'];
  attempts: number;
  max_attempts: number;
  failed_count: number;
  infra_attempts: number;
  backoff: JobRow['backoff'];
  on_exhausted: JobRow['onExhausted'];
  next_run_at: Date | null;
  locked_by: string | null;
  locked_at: Date | null;
  lease_seconds: number | null;
  lease_expires_at: Date | null;
  idempotency_key: string | null;
  correlation_id: string;
  error: string | null;
  output: JobRow['output'];
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}>;

/** The same as a row of the projection. */
export function storedJob(record: JobRecord): JobRow {
  return {
    id: record.id,
    tenantId: record.tenant_id,
    streamVersion: Number(record.stream_version),
    runId: record.run_id,
    batchId: record.batch_id,
    members: record.members,
    stage: record.stage,
    nodeId: record.node_id,
    handler: record.handler,
    payload: record.payload,
    status: record.status,
    attempts: record.attempts,
    maxAttempts: record.max_attempts,
    failedCount: record.failed_count,
    infraAttempts: record.infra_attempts,
    backoff: record.backoff,
    onExhausted: record.on_exhausted,
    nextRunAt: iso(record.next_run_at),
    lockedBy: record.locked_by,
    lockedAt: iso(record.locked_at),
    leaseSeconds: record.lease_seconds,
    leaseExpiresAt: iso(record.lease_expires_at),
    idempotencyKey: record.idempotency_key,
    correlationId: record.correlation_id,
    error: record.error,
    output: record.output,
    createdAt: record.created_at.toISOString(),
    startedAt: iso(record.started_at),
    finishedAt: iso(record.finished_at),
  };
}

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}
