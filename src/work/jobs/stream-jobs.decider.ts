import { type Vector, itemAt, vectorOf, withItems } from '../../kernel/vector.js';
import { type Job, evolveJob, isOver } from '../job.decider.js';
import { type BatchedOrder, type JobStreamEvent, singleJobEvents } from '../job-batch.events.js';
import type { JobEvent } from '../job.events.js';
import { roughSize } from '../output-limits.policy.js';

/** The jobs of one stream: one by itself, or all that were queued by one call. What an event does not touch is never copied. */
export type StreamJobs = Readonly<{
  /** The ids of the jobs, in the order of `jobs`; the same list for as long as no job joins. */
  ids: readonly string[];
  jobs: Vector<Job>;
  /** What the jobs of a batch are to do, side by side with `ids`; a job by itself has it in its row. */
  orders: readonly BatchedOrder[];
  /** How many are not over yet. */
  openCount: number;
  /** About how many characters payloads and outputs take up; outputs are kept for repeats of the same completion. */
  heldSize: number;
}>;

/** A stream without jobs. */
export const noJobs: StreamJobs = { ids: [], jobs: [], orders: [], openCount: 0, heldSize: 0 };

/** These jobs and no others. */
export function streamOf(jobs: readonly Job[], orders: readonly BatchedOrder[] = []): StreamJobs {
  return {
    ids: jobs.map(({ id }) => id),
    orders,
    jobs: vectorOf(jobs.length, (place) => jobs[place] as Job),
    openCount: jobs.filter((job) => !isOver(job)).length,
    heldSize: 0,
  };
}

/** The job of that id, or null. */
export function jobNamed({ ids, jobs }: StreamJobs, id: string): Job | null {
  const place = placesIn(ids).get(id);
  return place === undefined ? null : itemAt(jobs, place);
}

/** What the job of that id is to do, of a batch; null of any other. */
export function orderNamed({ ids, orders }: StreamJobs, id: string): BatchedOrder | null {
  const place = orders.length === 0 ? undefined : placesIn(ids).get(id);
  return place === undefined ? null : (orders[place] ?? null);
}

/** Where each id stands in a list, as long as anybody has the list: made when first asked for, for a batch that is only queued is not looked into. */
const known = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

function placesIn(ids: readonly string[]): ReadonlyMap<string, number> {
  const before = known.get(ids);
  if (before !== undefined) return before;
  const places = new Map(ids.map((id, place) => [id, place]));
  known.set(ids, places);
  return places;
}

/** Folds one event, be it of one job or of many. */
export function evolveStreamJobs(stream: StreamJobs, event: JobStreamEvent): StreamJobs {
  const singles = singleJobEvents(event);
  if (singles[0]?.type === 'job.queued')
    return begun(singles, event.type === 'job.batch_queued' ? event.detail.jobs : []);
  let { openCount, heldSize } = stream;
  const places = placesIn(stream.ids);
  const changes = new Map<number, Job>();
  for (const single of singles) {
    const before = jobNamed(stream, single.detail.job_id);
    const after = evolveJob(before, single);
    changes.set(places.get(after.id) as number, after);
    if (isOver(after) && before !== null && !isOver(before)) openCount -= 1;
    if (single.type === 'job.succeeded') heldSize += roughSize(single.detail.output);
  }
  return { ...stream, jobs: withItems(stream.jobs, changes), openCount, heldSize };
}

function begun(queued: readonly JobEvent[], orders: readonly BatchedOrder[]): StreamJobs {
  const jobs = queued.map((event) => evolveJob(null, event));
  const sizes = queued.map((event) => (event.type === 'job.queued' ? roughSize(event.detail.payload) : 0));
  return { ...streamOf(jobs, orders), heldSize: sizes.reduce((sum, size) => sum + size, 0) };
}
