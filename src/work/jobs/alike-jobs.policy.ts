/**
 * How jobs of a batch share rows. Those that are queued alike begin as one row; when an event is about some of them, the row parts in two, of which one
 * is about those, and goes on by what the event says of each job. Rows that became alike do not join again.
 *
 * What is each job's own (payload, idempotency key, output) stays in the events, from which it is read where it is asked for (unshared-jobs.ts).
 * Batches whose jobs' ids are not made of the batch's, as they were once, have a row for each job.
 */
import type { JsonValue } from '../../kernel/json.js';
import type { Apart, KnownRows, Projected } from '../../kernel/projection.js';
import { type BatchedOrder, type JobBatchEvent, singleJobEvents } from '../job-batch.events.js';
import type { JobEvent } from '../job.events.js';
import { type JobRow, queuedJob } from './job-row.policy.js';
import {
  type Members,
  common,
  countOf,
  isAmong,
  memberId,
  membersFrom,
  membersOf,
  membersText,
  numberIn,
  without,
} from './members.policy.js';

type Of<Type extends JobBatchEvent['type']> = Projected<Extract<JobBatchEvent, { type: Type }>>;

/** A job as an event about many names it. */
type Named = Readonly<{ job_id: string; output?: JsonValue }>;

/** A row that stands for several. */
type SharedRow = JobRow & Readonly<{ batchId: string; members: string }>;

type Entry = readonly [id: string, row: JobRow];

/** Of the event that queues a batch: a row for those that are alike. */
export function queuedApart(event: Of<'job.batch_queued'>): Apart<JobRow> {
  const { streamId, detail } = event;
  const alike = Map.groupBy(detail.jobs, (order) => likeness(streamId, order));
  return { rows: [...alike.values()].map((orders) => rowOf(event, orders)), said: [] };
}

/** Of an event about one job: its row, set apart from the one that it shares with others. Null where it has its own. */
export function alone(event: Projected<JobEvent>, rows: KnownRows<JobRow>): Apart<JobRow> | null {
  const { streamId, streamVersion, detail } = event;
  const number = numberIn(streamId, detail.job_id);
  if (number === null || rows.get(detail.job_id)?.members === null) return null;
  const row = sharedRows(rows).find(({ members }) => isAmong(membersFrom(members), number));
  return row === undefined ? null : { rows: parted(row, [[number, number + 1]], streamVersion), said: [event] };
}

/** Of an event about many jobs: their rows, set apart from those of others, and what it says of each row. */
export function together(
  event: Of<'job.batch_started' | 'job.batch_succeeded'>,
  rows: KnownRows<JobRow>,
): Apart<JobRow> {
  const { streamId, streamVersion, detail } = event;
  const { own, sharing } = byRow(streamId, detail.jobs, rows);
  const about = membersOf([...sharing.keys()]);
  const apart: Entry[] = [];
  const said: Named[] = [...own];
  let found = 0;
  for (const row of about.length === 0 ? [] : sharedRows(rows)) {
    const taken = common(membersFrom(row.members), about);
    if (taken.length === 0) continue;
    apart.push(...parted(row, taken, streamVersion));
    said.push(spokesman(sharing, taken));
    found += countOf(taken);
  }
  if (found < sharing.size) throw new Error(`Some jobs of batch ${streamId} have no row for their ${event.type}.`);
  const one = { ...event, detail: { ...detail, jobs: said } } as unknown as JobBatchEvent;
  return { rows: apart, said: singleJobEvents(one) };
}

/** Jobs of the same share a row. */
function likeness(batchId: string, { job_id, handler, max_attempts, run_at }: BatchedOrder): string {
  return numberIn(batchId, job_id) === null ? job_id : `${String(max_attempts)} ${run_at ?? ''} ${handler}`;
}

function rowOf(event: Of<'job.batch_queued'>, orders: readonly BatchedOrder[]): Entry {
  const { streamId, detail } = event;
  const [said] = singleJobEvents({ ...event, detail: { ...detail, jobs: orders.slice(0, 1) } });
  const row = queuedJob({ ...event, ...said } as Parameters<typeof queuedJob>[0]);
  if (orders.length === 1) return [row.id, row];
  const members = membersOf(orders.flatMap(({ job_id }) => numberIn(streamId, job_id) ?? []));
  return [row.id, { ...row, payload: null, idempotencyKey: null, members: membersText(members) }];
}

/** Those that have a row of their own, and the others by their number. */
function byRow(batchId: string, jobs: readonly Named[], rows: KnownRows<JobRow>) {
  const own: Named[] = [];
  const sharing = new Map<number, Named>();
  for (const job of jobs) {
    const number = rows.get(job.job_id)?.members === null ? null : numberIn(batchId, job.job_id);
    if (number === null) own.push(job);
    else sharing.set(number, job);
  }
  return { own, sharing };
}

function sharedRows(rows: KnownRows<JobRow>): readonly SharedRow[] {
  return [...rows.values()].filter((row): row is SharedRow => row.members !== null);
}

/** The row of those that are taken, and of those that are left; a row is named by the first of its jobs. */
function parted(row: SharedRow, taken: Members, streamVersion: number): readonly Entry[] {
  const left = without(membersFrom(row.members), taken);
  return [taken, left].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const id = memberId(row.batchId, first[0]);
    return [
      [id, { ...row, id, members: countOf(members) === 1 ? null : membersText(members), streamVersion }] as const,
    ];
  });
}

/** The one whose words stand for all of the row; an output is each job's own. */
function spokesman(sharing: ReadonlyMap<number, Named>, taken: Members): Named {
  const job = sharing.get(taken[0]?.[0] ?? 0);
  if (job === undefined) throw new Error('A row stands for no job.');
  return countOf(taken) === 1 || job.output === undefined ? job : { ...job, output: null };
}
