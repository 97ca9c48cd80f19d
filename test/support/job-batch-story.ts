import type { JsonValue } from '../../src/kernel/json.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import { addSeconds } from '../../src/kernel/instant.js';
import { type JobStreamEvent, jobStreamCatalogue } from '../../src/work/job-batch.events.js';
import { type JobCommand, jobDecider } from '../../src/work/jobs/job-command.decider.js';
import type { StreamJobs } from '../../src/work/jobs/stream-jobs.decider.js';
import { given } from './given.js';
import { lease, noon } from './job-story.js';

type Of<Type extends JobCommand['type']> = Extract<JobCommand, { type: Type }>;

const order = (job_id: string, run_at: string | null = null) => ({
  job_id,
  handler: 'draw',
  payload: { page: job_id },
  max_attempts: 3,
  run_at,
  idempotency_key: null,
});

/** Three jobs that are due, and one that is not. */
export const batch = {
  type: 'queue_jobs',
  data: {
    backoff: { base_seconds: 1, max_seconds: 60 },
    on_exhausted: 'needs_human',
    jobs: [order('a'), order('b'), order('c'), order('later', '2999-01-01T00:00:00.000Z')],
  },
  now: noon,
} satisfies JobCommand;

export const startMany = (...jobIds: readonly string[]): Of<'start_jobs'> => ({
  type: 'start_jobs',
  data: { ...lease, jobIds },
  now: noon,
});

/** Each with its id, attempt and output. */
export const completeMany = (...results: readonly (readonly [string, number, JsonValue])[]): Of<'complete_jobs'> => ({
  type: 'complete_jobs',
  data: { jobs: results.map(([jobId, attempt, output]) => ({ jobId, attempt, output })) },
  now: noon,
});

/** How an event of one job names it. */
export const named = (job_id: string) => ({ job_id, stage: null, node: null });

/** The events these commands lead to, one after the other. */
export function batchEvents(...commands: readonly JobCommand[]): readonly JobStreamEvent[] {
  const events: JobStreamEvent[] = [];
  for (const command of commands) {
    const stream = events.reduce(jobDecider.evolve, jobDecider.initialState);
    events.push(...jobDecider.decide(stream, command));
  }
  return events;
}

/** A stream with this history, ready for one command. */
export const batchAfter = (...commands: readonly JobCommand[]) => given(jobDecider, batchEvents(...commands));

/** What it folds to. */
export const streamAfter = (...commands: readonly JobCommand[]): StreamJobs =>
  batchEvents(...commands).reduce(jobDecider.evolve, jobDecider.initialState);

/** The same events as they stand on the stream, a second apart. */
export const recordedBatch = (...commands: readonly JobCommand[]) => recordedOn('batch-1', batchEvents(...commands));

/** Events as they stand on a stream after so many others, a second apart. */
export function recordedOn(
  streamId: string,
  events: readonly JobStreamEvent[],
  afterVersion = 0,
): readonly Recorded<JobStreamEvent>[] {
  return events.map((event, index) => {
    const streamVersion = afterVersion + index + 1;
    const at = addSeconds(noon, streamVersion - 1);
    return {
      ...event,
      ...jobStreamCatalogue[event.type],
      id: `event-${String(streamVersion)}`,
      tenantId: 'tenant-1',
      streamId,
      streamType: 'job',
      streamVersion,
      correlationId: 'flow-1',
      causationId: 'command-1',
      actor: { type: 'worker', id: 'wanda' },
      context: {},
      occurredAt: at,
      recordedAt: at,
    };
  });
}
