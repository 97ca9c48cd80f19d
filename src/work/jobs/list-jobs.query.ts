import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { creationIn } from '../../platform/http/creation-cursor.js';
import { Choice, Text, Uuid } from '../../platform/http/fields.js';
import { type Page, PageQuery, pageOf } from '../../platform/http/page.js';
import { jobOnWire } from './job-on-wire.js';
import { type JobResponse, jobStatuses } from './job.response.js';
import type { JobRow } from './job-row.policy.js';
import { type JobRecord, storedJob } from './stored-job.js';
import { type InRow, UnsharedJobs } from './unshared-jobs.js';
import { idsOf } from './whole-jobs.policy.js';

/** What a list of jobs may be narrowed to. */
export class JobFilterQuery extends PageQuery {
  @Choice(jobStatuses, { optional: true })
  readonly status?: string;

  @Text({ max: 200, optional: true })
  readonly handler?: string;

  @Uuid({ optional: true })
  readonly run_id?: string;

  @Uuid({ optional: true, description: 'Those that one call queued together.' })
  readonly batch_id?: string;
}

/** A tenant's jobs, oldest first, finished ones included. */
export class ListJobs extends Query<Page<JobResponse>> {
  constructor(
    readonly tenantId: string,
    readonly filter: JobFilterQuery,
  ) {
    super();
  }
}

@QueryHandler(ListJobs)
export class ListJobsHandler implements IQueryHandler<ListJobs> {
  constructor(
    private readonly database: Database,
    private readonly unshared: UnsharedJobs,
  ) {}

  async execute({ tenantId, filter }: ListJobs): Promise<Page<JobResponse>> {
    const { limit, status = null, handler = null, run_id: runId = null, batch_id: batchId = null } = filter;
    const after = creationIn(filter.after);
    const among = [runId, batchId, after?.createdAt ?? null, after?.id ?? null];
    const values = [tenantId, status, handler, ...among, limit + 1];
    const statement = runId !== null ? OF_RUN : batchId !== null ? OF_BATCH : OF_TENANT;
    const rows = (await this.database.query<JobRecord>(tenantId, statement, values)).map(storedJob);
    const jobs = await this.unshared.of(tenantId, firstJobs(rows, after, limit + 1));
    const { items, next } = pageOf(jobs, limit, ({ createdAt, id }) => [createdAt, id]);
    return { items: items.map(jobOnWire), next };
  }
}

type Created = Readonly<{ createdAt: string; id: string }>;

/** Of the jobs that the rows stand for, so many after the last of the page before. Rows of one moment may have their jobs in turns. */
function firstJobs(rows: readonly JobRow[], after: Created | null, count: number): readonly InRow[] {
  const last = after === null ? null : { ...after, createdAt: new Date(after.createdAt).toISOString() };
  const first: (Created & InRow)[] = [];
  for (const row of rows.toSorted(inOrder)) {
    const { createdAt } = row;
    if (first.length >= count && first.at(-1)?.createdAt !== createdAt) break;
    const jobs = idsOf(row).map((id) => ({ id, createdAt, row }));
    first.push(...(last === null ? jobs : jobs.filter((job) => inOrder(job, last) > 0)));
  }
  return first.toSorted(inOrder).slice(0, count);
}

function inOrder(a: Created, b: Created): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

const wanted = (only: string) =>
  `tenant_id = $1 and ${only} and ($2::text is null or status = $2) and ($3::text is null or handler = $3)`;

/**
 * Of each table as many rows as the page may hold, in the order of the index, so that neither is read to its end; a row comes by the first of its jobs,
 * so that those before the page may have jobs on it.
 */
const page = (table: string, only: string) => `(select * from ${table}
    where ${wanted(only)} and ($6::timestamptz is null or (created_at, id) > ($6, $7::uuid))
    order by created_at, id limit $8)
  union all
  (select * from ${table} where ${wanted(only)} and created_at = $6 and id <= $7::uuid and members is not null)`;

const both = (only: string) => `${page('jobs', only)} union all ${page('finished_jobs', only)}`;

/** What one call queued was created in one moment, that of its event: by it the index of all jobs finds them. */
const ofBatch = `batch_id = $5::uuid
      and created_at = (select recorded_at from stage_events where stream_id = $5::uuid and stream_version = 1)`;

const OF_TENANT = { name: 'jobs_of_tenant', text: both('$4::uuid is null and $5::uuid is null') };
const OF_RUN = { name: 'jobs_of_run', text: both('run_id = $4::uuid and ($5::uuid is null or batch_id = $5)') };
const OF_BATCH = { name: 'jobs_of_batch', text: both(`$4::uuid is null and ${ofBatch}`) };
