import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { creationIn } from '../../platform/http/creation-cursor.js';
import { Choice, Text, Uuid } from '../../platform/http/fields.js';
import { type Page, PageQuery, pageOf } from '../../platform/http/page.js';
import { jobOnWire } from './job-on-wire.js';
import { type JobResponse, jobStatuses } from './job.response.js';
import { type JobRecord, storedJob } from './stored-job.js';

/** What a list of jobs may be narrowed to. */
export class JobFilterQuery extends PageQuery {
  @Choice(jobStatuses, { optional: true })
  readonly status?: string;

  @Text({ max: 200, optional: true })
  readonly handler?: string;

  @Uuid({ optional: true })
  readonly run_id?: string;
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
  constructor(private readonly database: Database) {}

  async execute({ tenantId, filter }: ListJobs): Promise<Page<JobResponse>> {
    const { limit, status = null, handler = null, run_id: runId = null } = filter;
    const after = creationIn(filter.after);
    const values = [tenantId, status, handler, runId, after?.createdAt ?? null, after?.id ?? null, limit + 1];
    const records = await this.database.query<JobRecord>(tenantId, runId === null ? OF_TENANT : OF_RUN, values);
    const { items, next } = pageOf(records.map(storedJob), limit, ({ createdAt, id }) => [createdAt, id]);
    return { items: items.map(jobOnWire), next };
  }
}

/** Of each table as many as the page may hold, in the order of the index, so that neither is read to its end. */
const page = (table: string, byRun: string) => `(select * from ${table}
    where tenant_id = $1 ${byRun} and ($2::text is null or status = $2) and ($3::text is null or handler = $3)
      and ($5::timestamptz is null or (created_at, id) > ($5, $6::uuid))
    order by created_at, id limit $7)`;

const both = (byRun: string) =>
  `select * from (${page('jobs', byRun)} union all ${page('finished_jobs', byRun)}) j order by created_at, id limit $7`;

const OF_TENANT = { name: 'jobs_of_tenant', text: both('and $4::uuid is null') };
const OF_RUN = { name: 'jobs_of_run', text: both('and run_id = $4::uuid') };
