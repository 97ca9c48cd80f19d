import type { Projected, Projection } from '../../kernel/projection.js';
import type { JobEvent, JobStatus } from '../job.events.js';
import { alone, queuedApart, together } from './alike-jobs.policy.js';
import { type JobRow, free, queuedJob } from './job-row.policy.js';

/** Every job, be it on its run's stream, on its own or on that of its batch. */
export const jobs: Projection<JobRow, JobEvent> = {
  name: 'jobs',
  version: 1,
  keysOf: ({ detail }) => [detail.job_id],
  isFinal: ({ finishedAt }) => finishedAt !== null,
  apart: {
    'job.batch_queued': queuedApart,
    'job.batch_started': together,
    'job.batch_succeeded': together,
    'job.started': alone,
    'job.succeeded': alone,
    'job.retry_scheduled': alone,
    'job.failed': alone,
    'job.needs_human': alone,
    'job.canceled': alone,
    'job.lease_lost': alone,
  },
  on: {
    'job.queued': (_row, event) => queuedJob(event),
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

/** A person has it run again: as the rules count. */
const countedAnew = { failedCount: 0, infraAttempts: 0 } as const;

function over(row: JobRow | undefined, event: Projected<JobEvent>, status: JobStatus): JobRow {
  return { ...known(row, event), ...free, status, finishedAt: event.recordedAt };
}

function known(row: JobRow | undefined, event: Projected<JobEvent>): JobRow {
  if (row === undefined) throw new Error(`Job ${event.detail.job_id} has no row for its ${event.type}.`);
  return { ...row, streamVersion: event.streamVersion };
}
