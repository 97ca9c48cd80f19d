import { type StreamType, inline } from '../../platform/event-store/stream-type.js';
import { type JobStreamEvent, jobStreamCatalogue, singleJobEvents } from '../job-batch.events.js';
import { type JobCommand, jobDecider } from './job-command.decider.js';
import { jobs } from './job.projection.js';
import type { StreamJobs } from './stream-jobs.decider.js';

/** The stream of jobs by themselves. Idempotency keys are claimed for good: there is one job for each. */
export const jobStream: StreamType<StreamJobs, JobCommand, JobStreamEvent> = {
  name: 'job',
  decider: jobDecider,
  catalogue: jobStreamCatalogue,
  stateVersion: 3,
  projections: [inline(jobs)],
  isWorthKeeping,
  sizeOf: ({ openCount, heldSize }) => STREAM_SIZE + openCount * JOB_SIZE + heldSize,
  claims: (_before, events) => ({ take: events.flatMap(keyClaims), release: [] }),
};

/** Of a stream, and of a job in it that is not over, with a row of its own, which few have: measured, and rounded up. */
const STREAM_SIZE = 2000;
const JOB_SIZE = 2000;

/** Of single jobs few are under way at a time, and a claim hands on what it read of those that wait. Those of one call are taken bit by bit. */
function isWorthKeeping({ jobs: [first], openCount }: StreamJobs): boolean {
  return first?.length === 1 ? first[0]?.status === 'RUNNING' : openCount > 0;
}

function keyClaims(event: JobStreamEvent): readonly string[] {
  if (event.type !== 'job.queued' && event.type !== 'job.batch_queued') return [];
  return singleJobEvents(event).flatMap((single) =>
    single.type === 'job.queued' && single.detail.idempotency_key !== null
      ? [keyClaim(single.detail.idempotency_key)]
      : [],
  );
}

/** What a job's stream holds for good while no other may: the tenant's one job for that key. */
export function keyClaim(idempotencyKey: string): string {
  return `job/${idempotencyKey}`;
}
