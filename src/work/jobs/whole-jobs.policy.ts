/** Jobs as each is by itself, of rows that may stand for several, from what the process that wrote them remembers. */
import type { JsonObject } from '../../kernel/json.js';
import type { StreamRows } from '../../kernel/projection.js';
import { type Members, isAmong, memberId, membersFrom, numberIn, numbersOf } from './members.policy.js';
import type { JobRow } from './job-row.policy.js';
import { jobs } from './job.projection.js';
import { type StreamJobs, jobNamed, orderNamed } from './stream-jobs.decider.js';

/** One job, with what is its own. */
export type WholeJob = Omit<JobRow, 'members' | 'payload'> & Readonly<{ payload: JsonObject }>;

/** Looks up jobs of a stream by id; undefined for one that is over and forgotten. */
export function wholeJobsOf(rows: StreamRows, stream: StreamJobs): (id: string) => WholeJob | undefined {
  const known = rows[jobs.name];
  let shared: ReadonlyMap<JobRow, Members> | null = null;
  return (id) => {
    const own = known?.get(id) as JobRow | undefined;
    if (own?.members === null) return wholeJob(own, id, stream);
    shared ??= sharedRows((known?.values() ?? []) as readonly JobRow[]);
    for (const [row, members] of shared) {
      const number = numberIn(row.batchId ?? '', id);
      if (number !== null && isAmong(members, number)) return wholeJob(row, id, stream);
    }
    return undefined;
  };
}

/** Whether the row is about that job. */
export function standsFor({ id: first, batchId, members }: JobRow, id: string): boolean {
  if (members === null) return first === id;
  const number = numberIn(batchId ?? '', id);
  return number !== null && isAmong(membersFrom(members), number);
}

/** The jobs that a row stands for, the first of them first. */
export function idsOf({ id, batchId, members }: Pick<JobRow, 'id' | 'batchId' | 'members'>): readonly string[] {
  if (members === null || batchId === null) return [id];
  return numbersOf(membersFrom(members)).map((number) => memberId(batchId, number));
}

function sharedRows(rows: readonly JobRow[]): ReadonlyMap<JobRow, Members> {
  return new Map(rows.flatMap((row) => (row.members === null ? [] : [[row, membersFrom(row.members)] as const])));
}

function wholeJob({ members, ...row }: JobRow, id: string, stream: StreamJobs): WholeJob {
  const order = orderNamed(stream, id);
  const payload = row.payload ?? order?.payload;
  if (payload === undefined) throw new Error(`Nobody knows what job ${id} is to do.`);
  return {
    ...row,
    id,
    payload,
    idempotencyKey: row.idempotencyKey ?? order?.idempotency_key ?? null,
    output: members === null ? row.output : (jobNamed(stream, id)?.output ?? null),
  };
}
