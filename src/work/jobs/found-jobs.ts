import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import type { JobRow } from './job.projection.js';
import { keyClaim } from './job-stream.js';
import { type JobRecord, storedJob } from './stored-job.js';

/** Where a job is and to which flow it belongs: what never changes about it. */
export type JobPlace = Pick<JobRow, 'id' | 'tenantId' | 'runId' | 'batchId' | 'stage' | 'nodeId' | 'correlationId'>;

/** How many places are known at least; those learned longest ago make room, so many at once. */
const KNOWN_PLACES = 10_000;

/** Jobs by id, wherever they are. */
@Injectable()
export class FoundJobs {
  private places = new Map<string, JobPlace>();
  private placesBefore: ReadonlyMap<string, JobPlace> = new Map();

  constructor(private readonly database: Database) {}

  /** One job of a tenant. @throws DomainError `job-not-found` */
  async get(tenantId: string, id: string): Promise<JobRow> {
    const [found] = await this.database.query<JobRecord>(tenantId, FIND, [tenantId, id]);
    if (found === undefined) throw refuse('job-not-found', `There is no job ${id}.`);
    return storedJob(found);
  }

  /** Where one job of a tenant is; without asking the database where this process handed it out. @throws DomainError `job-not-found` */
  async place(tenantId: string, id: string): Promise<JobPlace> {
    const known = this.known(tenantId, id);
    if (known !== null) return known;
    const row = await this.get(tenantId, id);
    this.learn(row);
    return row;
  }

  /** Where jobs of a tenant are, by id; those that are not there are left out. */
  async placesOf(tenantId: string, ids: readonly string[]): Promise<ReadonlyMap<string, JobPlace>> {
    const places = new Map<string, JobPlace>();
    const unknown: string[] = [];
    for (const id of ids) {
      const known = this.known(tenantId, id);
      if (known === null) unknown.push(id);
      else places.set(id, known);
    }
    if (unknown.length === 0) return places;
    for (const record of await this.database.query<JobRecord>(tenantId, AMONG, [tenantId, unknown])) {
      const row = storedJob(record);
      this.learn(row);
      places.set(row.id, row);
    }
    return places;
  }

  private known(tenantId: string, id: string): JobPlace | null {
    const place = this.places.get(id) ?? this.placesBefore.get(id);
    return place?.tenantId === tenantId ? place : null;
  }

  /** The jobs of a tenant that hold these idempotency keys, by key. */
  async holding(tenantId: string, keys: readonly string[]): Promise<ReadonlyMap<string, JobRow>> {
    if (keys.length === 0) return new Map();
    const values = [tenantId, keys.map(keyClaim), keys];
    const held = (await this.database.query<JobRecord>(tenantId, HOLDING, values)).map(storedJob);
    return new Map(held.map((job) => [job.idempotencyKey ?? '', job]));
  }

  /** Takes note of where a job is. */
  learn({ id, tenantId, runId, batchId, stage, nodeId, correlationId }: JobPlace): void {
    this.places.set(id, { id, tenantId, runId, batchId, stage, nodeId, correlationId });
    if (this.places.size < KNOWN_PLACES) return;
    this.placesBefore = this.places;
    this.places = new Map();
  }
}

const AMONG = {
  name: 'find_jobs',
  text: `select * from jobs where tenant_id = $1 and id = any ($2)
    union all select * from finished_jobs where tenant_id = $1 and id = any ($2)`,
};

/** Claims name streams; a stream's jobs were created in the moment of its first event, by which the index of all jobs finds them. */
const HOLDING = {
  name: 'jobs_holding_keys',
  text: `select j.* from (
      select distinct e.stream_id, e.recorded_at from stream_claims c join stage_events e using (stream_id)
      where c.tenant_id = $1 and c.claim = any ($2) and e.stream_version = 1) s
    cross join lateral (
      select * from jobs where tenant_id = $1 and created_at = s.recorded_at and s.stream_id in (id, batch_id)
      union all
      select * from finished_jobs where tenant_id = $1 and created_at = s.recorded_at and s.stream_id in (id, batch_id)) j
    where j.idempotency_key = any ($3)`,
};

const FIND = {
  name: 'find_job',
  text: `select * from jobs where tenant_id = $1 and id = $2
    union all select * from finished_jobs where tenant_id = $1 and id = $2 limit 1`,
};
