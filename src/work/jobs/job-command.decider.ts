import type { Decider } from '../../kernel/decider.js';
import { refuse } from '../../kernel/domain-error.js';
import type { JsonObject } from '../../kernel/json.js';
import type { BatchOrder, JobStreamEvent } from '../job-batch.events.js';
import {
  cancelJob,
  completeJob,
  failJob,
  isCompletable,
  loseLease,
  needHuman,
  resolveJob,
  retryJob,
  startJob,
  type Completion,
  type FailJob,
  type Job,
  type ResolveJob,
  type StartJob,
} from '../job.decider.js';
import type { JobEvent, JobOrder } from '../job.events.js';
import { type StreamJobs, evolveStreamJobs, jobNamed, noJobs } from './stream-jobs.decider.js';

type Asked<Type extends string, Data extends object> = Readonly<{ type: Type; data: Readonly<Data> }>;

/** What workers, and people in their stead, ask about one job, wherever it is. */
export type AskedOfJob =
  | Asked<'complete_job', Completion>
  | Asked<'fail_job', FailJob>
  | Asked<'need_human', { attempt: number; reason: string }>
  | Asked<'lose_lease', { attempt: number }>
  | Asked<'cancel_job', { reason: string }>
  | Asked<'retry_job', { payload?: JsonObject | undefined; reason?: string | undefined }>
  | Asked<'resolve_job', ResolveJob>;

/** Who asks each of these: `worker` whoever has the job, or the service in its stead; `person` somebody who steps in. */
export const askedBy: Readonly<Record<AskedOfJob['type'], 'worker' | 'person'>> = {
  complete_job: 'worker',
  fail_job: 'worker',
  need_human: 'worker',
  lose_lease: 'worker',
  cancel_job: 'person',
  retry_job: 'person',
  resolve_job: 'person',
};

/** A completion that names its job. */
export type CompleteJob = Completion & Readonly<{ jobId: string }>;

/** Everything that may be asked of jobs by themselves. `now` is ISO 8601 in UTC to the millisecond. */
export type JobCommand = (
  | Asked<'queue_job', JobOrder>
  | Asked<'queue_jobs', BatchOrder>
  /** A worker takes jobs; those that are not there to be taken any more are left out. */
  | Asked<'start_jobs', StartJob & { jobIds: readonly string[] }>
  /** A worker hands in results; those that cannot be taken as they are are left out, for `complete_job` to say why. */
  | Asked<'complete_jobs', { jobs: readonly CompleteJob[] }>
  | (AskedOfJob & Readonly<{ jobId: string }>)
) &
  Readonly<{ now: string }>;

/** The rules of a stream of jobs by themselves: of one, or of all that were queued by one call. */
export const jobDecider: Decider<StreamJobs, JobCommand, JobStreamEvent> = {
  initialState: noJobs,
  decide: (stream, command) => {
    const isThere = stream.jobs.length > 0;
    if (command.type === 'queue_job') return isThere ? [] : [{ type: 'job.queued', detail: command.data }];
    if (command.type === 'queue_jobs') return isThere ? [] : [{ type: 'job.batch_queued', detail: command.data }];
    if (!isThere) throw notThere();
    if (command.type === 'start_jobs') return startJobs(stream, command.data, command.now);
    if (command.type === 'complete_jobs') return completeJobs(stream, command.data.jobs);
    return jobEvents(requireJob(stream, command.jobId), command);
  },
  evolve: evolveStreamJobs,
};

function startJobs(
  stream: StreamJobs,
  { jobIds, ...lease }: StartJob & Readonly<{ jobIds: readonly string[] }>,
  now: string,
): readonly JobStreamEvent[] {
  const started = jobIds.flatMap((id) => {
    const job = jobNamed(stream, id);
    return (job === null ? null : startJob(job, lease, now)) ?? [];
  });
  const [first] = started;
  if (first === undefined || started.length === 1) return started;
  const { worker_id, lease_seconds, lease_expires_at } = first.detail;
  const jobs = started.map(({ detail: { job_id, attempt } }) => ({ attempt, job_id }));
  return [{ type: 'job.batch_started', detail: { worker_id, lease_seconds, lease_expires_at, jobs } }];
}

function completeJobs(stream: StreamJobs, completions: readonly CompleteJob[]): readonly JobStreamEvent[] {
  const taken = new Map<string, CompleteJob>(); // The first of two that name the same job counts.
  for (const completion of completions) {
    const job = jobNamed(stream, completion.jobId);
    if (job !== null && !taken.has(job.id) && isCompletable(job, completion)) taken.set(job.id, completion);
  }
  const [first] = taken.values();
  if (first === undefined) return [];
  if (taken.size === 1) return completeJob(requireJob(stream, first.jobId), first);
  const jobs = [...taken.values()].map(({ jobId: job_id, attempt, output }) => ({ attempt, job_id, output }));
  return [{ type: 'job.batch_succeeded', detail: { jobs } }];
}

function requireJob(stream: StreamJobs, id: string): Job {
  const job = jobNamed(stream, id);
  if (job === null) throw notThere();
  return job;
}

function notThere(): Error {
  return refuse('job-not-found', 'There is no such job.');
}

/** What becomes of a job that was queued, wherever it is. */
export function jobEvents(job: Job, { type, data, now }: AskedOfJob & Readonly<{ now: string }>): readonly JobEvent[] {
  switch (type) {
    case 'complete_job':
      return completeJob(job, data);
    case 'fail_job':
      return failJob(job, data, now);
    case 'need_human':
      return needHuman(job, data);
    case 'lose_lease':
      return loseLease(job, data);
    case 'cancel_job':
      return cancelJob(job, data.reason);
    case 'retry_job':
      return retryJob(job, data, now);
    case 'resolve_job':
      return resolveJob(job, data);
  }
}
