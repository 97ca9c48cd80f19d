import { addSeconds } from '../../src/kernel/instant.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import type { JobStreamEvent } from '../../src/work/job-batch.events.js';
import { type JobEvent, type JobOrder, jobCatalogue } from '../../src/work/job.events.js';
import { type AskedOfJob, type JobCommand, jobDecider } from '../../src/work/jobs/job-command.decider.js';
import { given } from './given.js';

/** A command without the moment and without the job, which are the story's. */
export type Told = AskedOfJob | Timeless<'queue_job' | 'start_jobs'>;
type Timeless<Type extends JobCommand['type']> = Omit<Extract<JobCommand, { type: Type }>, 'now'>;

export const noon = '2026-03-01T12:00:00.000Z';

export const order: JobOrder = {
  job_id: 'job-1',
  handler: 'draw',
  payload: { page: 1 },
  max_attempts: 3,
  backoff: { base_seconds: 1, max_seconds: 60 },
  run_at: null,
  idempotency_key: 'page-1',
  on_exhausted: 'needs_human',
  stage: null,
  node: null,
};

export const queue: Told = { type: 'queue_job', data: order };
export const lease = { workerId: 'w1', leaseSeconds: 30, leaseExpiresAt: '2026-03-01T12:00:30.000Z' };
export const start: Told = { type: 'start_jobs', data: { ...lease, jobIds: ['job-1'] } };
export const fail = (attempt: number, more: object = {}): Told => ({
  type: 'fail_job',
  data: { attempt, error: 'No ink.', retryAfterSeconds: 0, chance: 0, ...more },
});

/** A command of the story as the rules get it. */
export function told(command: Told, now = noon): JobCommand {
  return { jobId: 'job-1', ...command, now } as JobCommand;
}

/** The events these commands lead to, one after the other. */
export function jobEvents(...commands: readonly Told[]): readonly JobEvent[] {
  const events: JobStreamEvent[] = [];
  let stream = jobDecider.initialState;
  for (const command of commands) {
    const next = jobDecider.decide(stream, told(command));
    for (const event of next) stream = jobDecider.evolve(stream, event);
    events.push(...next);
  }
  return events as readonly JobEvent[];
}

/** A job with this history, ready for one command. */
export const jobAfter = (...commands: readonly Told[]) => given(jobDecider, jobEvents(...commands));

/** The same events as they stand on the stream of a job by itself, a second apart. */
export function recordedJob(...commands: readonly Told[]): readonly Recorded<JobEvent>[] {
  return jobEvents(...commands).map((event, index) => {
    const at = addSeconds(noon, index);
    return {
      ...event,
      ...jobCatalogue[event.type],
      id: `event-${String(index + 1)}`,
      tenantId: 'tenant-1',
      streamId: 'job-1',
      streamType: 'job',
      streamVersion: index + 1,
      correlationId: 'flow-1',
      causationId: 'command-1',
      actor: { type: 'worker', id: 'wanda' },
      context: {},
      occurredAt: at,
      recordedAt: at,
    };
  });
}

/** Between them, all that can happen to a job. */
export const jobStories = {
  handed: [
    queue,
    start,
    { type: 'lose_lease', data: { attempt: 1 } },
    start,
    fail(2),
    start,
    { type: 'need_human', data: { attempt: 3, reason: 'Which one?' } },
    { type: 'retry_job', data: { payload: { page: 2 }, reason: 'The second.' } },
    start,
    { type: 'complete_job', data: { attempt: 4, output: { pages: 2 } } },
  ],
  hopeless: [queue, start, fail(1, { retryable: false })],
  canceled: [queue, start, { type: 'cancel_job', data: { reason: 'Enough.' } }],
} satisfies Readonly<Record<string, readonly Told[]>>;
