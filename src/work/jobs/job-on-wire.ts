import type { ClaimedJobResponse } from './claim.request.js';
import type { ClaimedJob } from './job-claims.js';
import type { JobResponse } from './job.response.js';
import type { WholeJob } from './whole-jobs.policy.js';

/** A job as it goes over the wire. */
export function jobOnWire(job: WholeJob): JobResponse {
  return {
    id: job.id,
    run_id: job.runId,
    batch_id: job.batchId,
    stage: job.stage,
    node_id: job.nodeId,
    handler: job.handler,
    payload: job.payload,
    status: job.status,
    attempts: job.attempts,
    max_attempts: job.maxAttempts,
    failed_count: job.failedCount,
    infra_attempts: job.infraAttempts,
    next_run_at: job.nextRunAt,
    locked_by: job.lockedBy,
    locked_at: job.lockedAt,
    lease_expires_at: job.leaseExpiresAt,
    idempotency_key: job.idempotencyKey,
    correlation_id: job.correlationId,
    error: job.error,
    output: job.output,
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
  };
}

/** A job as its worker is given it. */
export function claimedOnWire(job: ClaimedJob): ClaimedJobResponse {
  return {
    id: job.id,
    run_id: job.runId,
    handler: job.handler,
    payload: job.payload,
    attempt: job.attempt,
    lease_expires_at: job.leaseExpiresAt,
    correlation_id: job.correlationId,
    idempotency_key: job.idempotencyKey,
  };
}
