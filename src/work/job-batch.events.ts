/**
 * Events that stand for many jobs of one stream: one event, one hash and one version where each job's own would be the price of the job.
 *
 * What they say of each job is what an event of that job says (`singleJobEvents`), so that rules and read models know only those. What happens
 * to jobs one at a time (retries, failures, lost leases, cancellations) is told by the job's own event on the same stream.
 */
import type { JsonValue } from '../kernel/json.js';
import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';
import { type JobEvent, type JobOrder, jobCatalogue } from './job.events.js';

/** What one job of a batch is to do; the rest is said once for all. */
export type BatchedOrder = Pick<
  JobOrder,
  'job_id' | 'handler' | 'payload' | 'max_attempts' | 'run_at' | 'idempotency_key'
>;

/** What a whole batch is to do. Its jobs are by themselves: they work for no node. */
export type BatchOrder = Readonly<{ jobs: readonly BatchedOrder[] }> & Pick<JobOrder, 'backoff' | 'on_exhausted'>;

type Lease = Readonly<{ worker_id: string; lease_seconds: number; lease_expires_at: string }>;
type Attempt<More extends object = object> = Readonly<{ job_id: string; attempt: number } & More>;

/** Each job stands once in an event. */
export type JobBatchEvent =
  | DomainEvent<'job.batch_queued', BatchOrder>
  /** Taken by one worker with one claim. */
  | DomainEvent<'job.batch_started', Lease & Readonly<{ jobs: readonly Attempt[] }>>
  /** All of them were running. */
  | DomainEvent<'job.batch_succeeded', Readonly<{ jobs: readonly Attempt<{ output: JsonValue }>[] }>>;

/** What may stand on the stream of jobs by themselves: of one, or of all that were queued by one call. */
export type JobStreamEvent = JobEvent | JobBatchEvent;

/** How the store files each of them. */
export const jobStreamCatalogue: Catalogue<JobStreamEvent> = {
  ...jobCatalogue,
  'job.batch_queued': { category: 'job', schemaVersion: 1 },
  'job.batch_started': { category: 'job', schemaVersion: 1 },
  'job.batch_succeeded': { category: 'job', schemaVersion: 1 },
};

/** What the event says of each job by itself. The only place that knows. */
export function singleJobEvents(event: JobStreamEvent): readonly JobEvent[] {
  switch (event.type) {
    case 'job.batch_queued': {
      const { jobs, backoff, on_exhausted } = event.detail;
      const shared = { backoff, on_exhausted, ...ofNoNode };
      return jobs.map((job) => ({ type: 'job.queued', detail: { ...job, ...shared } }));
    }
    case 'job.batch_started': {
      const { jobs, ...lease } = event.detail;
      return jobs.map((job) => ({ type: 'job.started', detail: { ...ofNoNode, ...job, ...lease } }));
    }
    case 'job.batch_succeeded':
      return event.detail.jobs.map((job) => ({
        type: 'job.succeeded',
        detail: { ...ofNoNode, ...job, from: 'RUNNING' },
      }));
    case 'job.queued':
    case 'job.started':
    case 'job.succeeded':
    case 'job.retry_scheduled':
    case 'job.failed':
    case 'job.needs_human':
    case 'job.canceled':
    case 'job.lease_lost':
      return [event];
  }
}

const ofNoNode = { stage: null, node: null } as const;
