import type { JsonObject, JsonValue } from '../kernel/json.js';
import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';

/** `QUEUED` and `RUNNING` move by workers, `NEEDS_HUMAN` by a person; the rest are final. */
export type JobStatus = 'QUEUED' | 'RUNNING' | 'SUCCESS' | 'FAILED' | 'NEEDS_HUMAN' | 'CANCELED';

/** How long a failed attempt waits for the next: `uniform(0.5, 1) * min(max, base * 2^(n-1))` seconds. */
export type Backoff = Readonly<{ base_seconds: number; max_seconds: number }>;

/** What a job is to do. */
export type JobOrder = Readonly<{
  job_id: string;
  /** Which workers may take it: `action:http` and its like in this process, the name of an agent anywhere. */
  handler: string;
  payload: JsonObject;
  /** User attempts; attempts that end with their lease do not count. */
  max_attempts: number;
  backoff: Backoff;
  /** Not to be taken before; null is at once. */
  run_at: string | null;
  /** Unique among a tenant's jobs; also what an outward call may give as its own. */
  idempotency_key: string | null;
  /** What happens when the attempts are used up. */
  on_exhausted: 'needs_human' | 'fail';
  /** The stage and node it works for; null for a job by itself. */
  stage: string | null;
  node: string | null;
}>;

/** Which job; `stage` and `node` are null for a job by itself. */
type OfJob<More extends object = object> = Readonly<
  { job_id: string; stage: string | null; node: string | null } & More
>;

/** `from`: the status it had. `attempt`: the one it is about, 1-based, counted by claims; it is the fence. */
export type JobEvent =
  | DomainEvent<'job.queued', JobOrder>
  | DomainEvent<
      'job.started',
      OfJob<{ attempt: number; worker_id: string; lease_seconds: number; lease_expires_at: string }>
    >
  | DomainEvent<'job.succeeded', OfJob<{ attempt: number; from: JobStatus; output: JsonValue }>>
  /** Failed and to run again; `payload` is null where it stays what it was. */
  | DomainEvent<
      'job.retry_scheduled',
      OfJob<{ attempt: number; from: JobStatus; error: string | null; next_run_at: string; payload: JsonObject | null }>
    >
  | DomainEvent<'job.failed', OfJob<{ attempt: number; from: JobStatus; error: string }>>
  | DomainEvent<'job.needs_human', OfJob<{ attempt: number; error: string }>>
  | DomainEvent<'job.canceled', OfJob<{ from: JobStatus }>>
  /** The worker was not heard of in time: back to the queue at once. */
  | DomainEvent<'job.lease_lost', OfJob<{ attempt: number; worker_id: string }>>;

/** How the store files each event of a job. */
export const jobCatalogue: Catalogue<JobEvent> = {
  'job.queued': { category: 'job', schemaVersion: 1 },
  'job.started': { category: 'job', schemaVersion: 1 },
  'job.succeeded': { category: 'job', schemaVersion: 1 },
  'job.retry_scheduled': { category: 'job', schemaVersion: 1 },
  'job.failed': { category: 'job', schemaVersion: 1 },
  'job.needs_human': { category: 'job', schemaVersion: 1 },
  'job.canceled': { category: 'job', schemaVersion: 1 },
  'job.lease_lost': { category: 'job', schemaVersion: 1 },
};
