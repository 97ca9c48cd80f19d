import { type Vector, itemAt, itemsOf, vectorOf, withItems } from '../../kernel/vector.js';
import { type Job, evolveJob, isOver } from '../job.decider.js';
import { type JobStreamEvent, singleJobEvents } from '../job-batch.events.js';
import type { JobEvent } from '../job.events.js';
import { lengthOf } from '../output-limits.policy.js';

/** The jobs of one stream: one by itself, or all that were queued by one call. What an event does not touch is never copied. */
export type StreamJobs = Readonly<{
  /** Where each job stands among `jobs`, by its id. */
  places: Readonly<Record<string, number>>;
  jobs: Vector<Job>;
  /** How many are not over yet. */
  openCount: number;
  /** Characters of all outputs, which are kept for repeats of the same completion. */
  outputLength: number;
}>;

/** A stream without jobs. */
export const noJobs: StreamJobs = { places: {}, jobs: [], openCount: 0, outputLength: 0 };

/** These jobs and no others. */
export function streamOf(jobs: readonly Job[]): StreamJobs {
  return {
    places: Object.fromEntries(jobs.map(({ id }, place) => [id, place])),
    jobs: vectorOf(jobs.length, (place) => jobs[place] as Job),
    openCount: jobs.filter((job) => !isOver(job)).length,
    outputLength: jobs.reduce((sum, { output }) => sum + lengthOf(output), 0),
  };
}

/** The job of that id, or null. */
export function jobNamed({ places, jobs }: StreamJobs, id: string): Job | null {
  const place: unknown = places[id];
  return typeof place === 'number' ? itemAt(jobs, place) : null; // What every object inherits is no number.
}

/** Folds one event, be it of one job or of many. */
export function evolveStreamJobs(stream: StreamJobs, event: JobStreamEvent): StreamJobs {
  const singles = singleJobEvents(event);
  if (singles[0]?.type === 'job.queued') return begun(stream, singles);
  let { openCount, outputLength } = stream;
  const changes = new Map<number, Job>();
  for (const single of singles) {
    const before = jobNamed(stream, single.detail.job_id);
    const after = evolveJob(before, single);
    changes.set(stream.places[after.id] as number, after);
    if (isOver(after) && before !== null && !isOver(before)) openCount -= 1;
    if (single.type === 'job.succeeded') outputLength += lengthOf(single.detail.output);
  }
  return { ...stream, jobs: withItems(stream.jobs, changes), openCount, outputLength };
}

function begun(stream: StreamJobs, queued: readonly JobEvent[]): StreamJobs {
  return streamOf([...itemsOf(stream.jobs), ...queued.map((event) => evolveJob(null, event))]);
}
