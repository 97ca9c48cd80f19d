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
  constructor(private readonly database: Database) {}

  async execute({ tenantId, filter }: ListJobs): Promise<Page<JobResponse>> {
    const { limit, status = null, handler = null, run_id: runId = null, batch_id: batchId = null } = filter;
    const after = creationIn(filter.after);
    const among = [runId, batchId, after?.createdAt ?? null, after?.id ?? null];
    const values = [tenantId, status, handler, ...among, limit + 1];
    const statement = runId !== null ? OF_RUN : batchId !== null ? OF_BATCH : OF_TENANT;
    const records = await this.database.query<JobRecord>(tenantId, statement, values);
    const { items, next } = pageOf(records.map(storedJob), limit, ({ createdAt, id }) => [createdAt, id]);
    return { items: items.map(jobOnWire), next };
  }
}

/** Of each table as many as the page may hold, in the order of the index, so that neither is read to its end. */
const page = (table: string, only: string) => `(select * from ${table}
    where tenant_id = $1 and ${only} and ($2::text is null or status = $2) and ($3::text is null or handler = $3)
      and ($6::timestamptz is null or (created_at, id) > ($6, $7::uuid))
    order by created_at, id limit $8)`;

const both = (only: string) =>
  `select * from (${page('jobs', only)} union all ${page('finished_jobs', only)}) j order by created_at, id limit $8`;

/** What one call queued was created in one moment, that of its event: by it the index of all jobs finds them. */
const ofBatch = `batch_id = $5::uuid
      and created_at = (select recorded_at from stage_events where stream_id = $5::uuid and stream_version = 1)`;

const OF_TENANT = { name: 'jobs_of_tenant', text: both('$4::uuid is null and $5::uuid is null') };
const OF_RUN = { name: 'jobs_of_run', text: both('run_id = $4::uuid and ($5::uuid is null or batch_id = $5)') };
const OF_BATCH = { name: 'jobs_of_batch', text: both(`$4::uuid is null and ${ofBatch}`) };
