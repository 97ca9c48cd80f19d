import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { FindJobs, type JobAtHand } from '../contract.js';

type Row = Readonly<{
  id: string;
  status: JobAtHand['status'];
  error: string | null;
  lease_expires_at: Date | null;
  changed_at: Date;
}>;

@QueryHandler(FindJobs)
export class FindJobsHandler implements IQueryHandler<FindJobs, readonly JobAtHand[]> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, ids }: FindJobs): Promise<readonly JobAtHand[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.query<Row>(tenantId, FIND, [tenantId, ids]);
    return rows.map(({ id, status, error, lease_expires_at: lease, changed_at: changed }) => ({
      id,
      status,
      error,
      leaseExpiresAt: lease === null ? null : lease.toISOString(),
      changedAt: changed.toISOString(),
    }));
  }
}

/** A job's last event is the one its row was made by: on its run's stream, or on its own. */
const FIND = {
  name: 'find_jobs',
  text: `select j.id, j.status, j.error, j.lease_expires_at, e.occurred_at as changed_at
    from jobs j join stage_events e on e.stream_id = coalesce(j.run_id, j.id) and e.stream_version = j.stream_version
    where j.tenant_id = $1 and j.id = any ($2::uuid[])`,
};
