import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import type { JobRow } from './job.projection.js';
import { type JobRecord, storedJob } from './stored-job.js';

/** Jobs by id, wherever they are. */
@Injectable()
export class FoundJobs {
  constructor(private readonly database: Database) {}

  /** One job of a tenant. @throws DomainError `job-not-found` */
  async get(tenantId: string, id: string): Promise<JobRow> {
    const [found] = await this.database.query<JobRecord>(tenantId, FIND, [tenantId, id]);
    if (found === undefined) throw refuse('job-not-found', `There is no job ${id}.`);
    return storedJob(found);
  }
}

const FIND = {
  name: 'find_job',
  text: `select * from jobs where tenant_id = $1 and id = $2
    union all select * from finished_jobs where tenant_id = $1 and id = $2 limit 1`,
};
