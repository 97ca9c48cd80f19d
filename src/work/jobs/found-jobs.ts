import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import type { JobRow } from './job.projection.js';
import { type JobRecord, storedJob } from './stored-job.js';

/** Where a job is and to which flow it belongs: what never changes about it. */
export type JobPlace = Pick<JobRow, 'id' | 'tenantId' | 'runId' | 'stage' | 'nodeId' | 'correlationId'>;

/** How many places are known; the one learned longest ago makes room. */
const KNOWN_PLACES = 10_000;

/** Jobs by id, wherever they are. */
@Injectable()
export class FoundJobs {
  private readonly places = new Map<string, JobPlace>();

  constructor(private readonly database: Database) {}

  /** One job of a tenant. @throws DomainError `job-not-found` */
  async get(tenantId: string, id: string): Promise<JobRow> {
    const [found] = await this.database.query<JobRecord>(tenantId, FIND, [tenantId, id]);
    if (found === undefined) throw refuse('job-not-found', `There is no job ${id}.`);
    return storedJob(found);
  }

  /** Where one job of a tenant is; without asking the database where this process handed it out. @throws DomainError `job-not-found` */
  async place(tenantId: string, id: string): Promise<JobPlace> {
    const known = this.places.get(id);
    if (known?.tenantId === tenantId) return known;
    const row = await this.get(tenantId, id);
    this.learn(row);
    return row;
  }

  /** Takes note of where a job is. */
  learn({ id, tenantId, runId, stage, nodeId, correlationId }: JobPlace): void {
    this.places.set(id, { id, tenantId, runId, stage, nodeId, correlationId });
    const oldest = this.places.size > KNOWN_PLACES ? this.places.keys().next() : null;
    if (oldest?.done === false) this.places.delete(oldest.value);
  }
}

const FIND = {
  name: 'find_job',
  text: `select * from jobs where tenant_id = $1 and id = $2
    union all select * from finished_jobs where tenant_id = $1 and id = $2 limit 1`,
};
