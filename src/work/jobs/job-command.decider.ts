import type { Decider } from '../../kernel/decider.js';
import { refuse } from '../../kernel/domain-error.js';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import {
  cancelJob,
  completeJob,
  evolveJob,
  failJob,
  loseLease,
  needHuman,
  resolveJob,
  retryJob,
  startJob,
  type FailJob,
  type Job,
  type ResolveJob,
  type StartJob,
} from '../job.decider.js';
import type { JobEvent, JobOrder } from '../job.events.js';

type Asked<Type extends string, Data extends object> = Readonly<{ type: Type; data: Readonly<Data> }>;

/** What workers, and people in their stead, ask about one job, wherever it is. */
export type AskedOfJob =
  | Asked<'complete_job', { attempt: number; output: JsonValue }>
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

/** Everything that may be asked of a job by itself. `now` is ISO 8601 in UTC to the millisecond. */
export type JobCommand = (Asked<'queue_job', JobOrder> | Asked<'start_job', StartJob> | AskedOfJob) &
  Readonly<{ now: string }>;

/** The rules of a stream that is one job. */
export const jobDecider: Decider<Job | null, JobCommand, JobEvent> = {
  initialState: null,
  decide: (job, command) => {
    if (command.type === 'queue_job') return job === null ? [{ type: 'job.queued', detail: command.data }] : [];
    if (job === null) throw refuse('job-not-found', 'There is no such job.');
    if (command.type !== 'start_job') return jobEvents(job, command);
    const started = startJob(job, command.data, command.now);
    return started === null ? [] : [started];
  },
  evolve: evolveJob,
};

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
