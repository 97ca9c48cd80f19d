import { type StreamType, inline } from '../../platform/event-store/stream-type.js';
import type { Job } from '../job.decider.js';
import { type JobEvent, jobCatalogue } from '../job.events.js';
import { type JobCommand, jobDecider } from './job-command.decider.js';
import { jobs } from './job.projection.js';

/** The stream of a job by itself. Its idempotency key is claimed for good: there is one job for it. */
export const jobStream: StreamType<Job | null, JobCommand, JobEvent> = {
  name: 'job',
  decider: jobDecider,
  catalogue: jobCatalogue,
  stateVersion: 1,
  projections: [inline(jobs)],
  // Few are under way at a time, and a claim hands on what it read of those that wait.
  isWorthKeeping: (job) => job?.status === 'RUNNING',
  claims: (_before, events) => ({ take: events.flatMap(keyClaims), release: [] }),
};

function keyClaims(event: JobEvent): readonly string[] {
  if (event.type !== 'job.queued' || event.detail.idempotency_key === null) return [];
  return [`job/${event.detail.idempotency_key}`];
}
