import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { FoundJobs } from './found-jobs.js';

/** What a worker that beats is told; without a lease when it is to stop. */
export type Beat = Readonly<{ leaseExpiresAt: string | null; cancelRequested: boolean }>;

/** Signs of life of workers. They are no events: a lease is prolonged in place, fenced on the attempt. */
@Injectable()
export class Heartbeats {
  constructor(
    private readonly database: Database,
    private readonly found: FoundJobs,
  ) {}

  /** Prolongs the lease of an attempt by its seconds, by the database's clock. @throws DomainError `job-not-found`, `lease-lost` */
  async beat(tenantId: string, jobId: string, attempt: number): Promise<Beat> {
    const [row] = await this.database.call<{ expires_at: Date | null }>(EXTEND, [tenantId, jobId, attempt]);
    if (row?.expires_at instanceof Date)
      return { leaseExpiresAt: row.expires_at.toISOString(), cancelRequested: false };
    const { status, attempts } = await this.found.get(tenantId, jobId);
    if (status === 'CANCELED' && attempts === attempt) return { leaseExpiresAt: null, cancelRequested: true };
    const message = `Attempt ${String(attempt)} has no lease any more: the job is ${status}, at attempt ${String(attempts)}. Stop, and discard its result.`;
    throw refuse('lease-lost', message, { job_id: jobId, attempt, current_attempt: attempts, status });
  }
}

const EXTEND = { name: 'extend_lease', text: 'select expires_at from extend_lease($1, $2, $3)' };
