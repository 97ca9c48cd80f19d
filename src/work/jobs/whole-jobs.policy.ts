/** Jobs as each is by itself, of rows that may stand for several, from what the process that wrote them remembers. */
import type { JsonObject } from '../../kernel/json.js';
import type { StreamRows } from '../../kernel/projection.js';
import { type Members, batchIdFrom, isAmong, memberId, membersFrom, numberIn, numbersOf } from './members.policy.js';
import type { JobRow } from './job-row.policy.js';
import { jobs } from './job.projection.js';
import { type StreamJobs, jobNamed, orderNamed } from './stream-jobs.decider.js';

/** One job, with what is its own. */
export type WholeJob = Omit<JobRow, 'members' | 'payload'> & Readonly<{ payload: JsonObject }>;

/** Looks up jobs of a stream by id; undefined for one that is over and forgotten. */
export function wholeJobsOf(rows: StreamRows, stream: StreamJobs): (id: string) => WholeJob | undefined {
  const known = rows[jobs.name];
  let sharedRow: ReturnType<typeof sharedRowsBy> | null = null;
  return (id) => {
    const own = known?.get(id) as JobRow | undefined;
    if (own?.members === null) return wholeJob(own, id, stream);
    sharedRow ??= sharedRowsBy((known?.values() ?? []) as readonly JobRow[]);
    const row = sharedRow(id);
    return row === undefined ? undefined : wholeJob(row, id, stream);
  };
}

/** Looks up, by the id of a job, the row that it shares with others. */
export function sharedRowsBy(rows: readonly JobRow[]): (id: string) => JobRow | undefined {
  const ofBatch = Map.groupBy(rows.flatMap(sharing), ({ row }) => row.batchId ?? '');
  return (id) => {
    const batchId = batchIdFrom(id);
    const number = numberIn(batchId, id);
    if (number === null) return undefined;
    return ofBatch.get(batchId)?.find(({ members }) => isAmong(members, number))?.row;
  };
}

/** The jobs that a row stands for, the first of them first. */
export function idsOf({ id, batchId, members }: Pick<JobRow, 'id' | 'batchId' | 'members'>): readonly string[] {
  if (members === null || batchId === null) return [id];
  return numbersOf(membersFrom(members)).map((number) => memberId(batchId, number));
}

function sharing(row: JobRow): readonly Readonly<{ row: JobRow; members: Members }>[] {
  return row.members === null ? [] : [{ row, members: membersFrom(row.members) }];
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
