import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import type { JobRow } from './job-row.policy.js';
import { keyClaim } from './job-stream.js';
import { batchIdFrom, numberIn } from './members.policy.js';
import { type JobRecord, storedJob } from './stored-job.js';
import { UnsharedJobs } from './unshared-jobs.js';
import { type WholeJob, standsFor } from './whole-jobs.policy.js';

/** Where a job is and to which flow it belongs: what never changes about it. */
export type JobPlace = Pick<JobRow, 'id' | 'tenantId' | 'runId' | 'batchId' | 'stage' | 'nodeId' | 'correlationId'>;

/** How many places are known at least; those learned longest ago make room, so many at once. */
const KNOWN_PLACES = 10_000;

/** Jobs by id, wherever they are. */
@Injectable()
export class FoundJobs {
  /** By job, or by batch for all that were queued together. */
  private places = new Map<string, JobPlace>();
  private placesBefore: ReadonlyMap<string, JobPlace> = new Map();

  constructor(
    private readonly database: Database,
    private readonly unshared: UnsharedJobs,
  ) {}

  /** One job of a tenant. @throws DomainError `job-not-found` */
  async get(tenantId: string, id: string): Promise<WholeJob> {
    const [found] = await this.among(tenantId, [id]);
    if (found === undefined) throw refuse('job-not-found', `There is no job ${id}.`);
    return found;
  }

  /** Where one job of a tenant is; without asking the database where this process handed it out. @throws DomainError `job-not-found` */
  async place(tenantId: string, id: string): Promise<JobPlace> {
    const place = (await this.placesOf(tenantId, [id])).get(id);
    if (place === undefined) throw refuse('job-not-found', `There is no job ${id}.`);
    return place;
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
    const rows = await this.rowsFor(tenantId, unknown);
    this.learn(rows);
    for (const id of unknown) {
      const row = rows.find((one) => standsFor(one, id));
      if (row !== undefined) places.set(id, { ...row, id });
    }
    return places;
  }

  /** The jobs of a tenant that hold these idempotency keys, by key. */
  async holding(tenantId: string, keys: readonly string[]): Promise<ReadonlyMap<string, WholeJob>> {
    if (keys.length === 0) return new Map();
    const values = [tenantId, keys.map(keyClaim), keys];
    const rows = (await this.database.query<JobRecord>(tenantId, HOLDING, values)).map(storedJob);
    const wanted = new Set(keys);
    const held = await this.unshared.of(tenantId, rows);
    return new Map(
      held.flatMap((job) => (wanted.has(job.idempotencyKey ?? '') ? [[job.idempotencyKey ?? '', job] as const] : [])),
    );
  }

  /** Takes note of where jobs are. */
  learn(jobs: readonly JobPlace[]): void {
    for (const { id, tenantId, runId, batchId, stage, nodeId, correlationId } of jobs) {
      const name = numberIn(batchId ?? '', id) === null ? id : batchIdFrom(id);
      this.places.set(name, { id, tenantId, runId, batchId, stage, nodeId, correlationId });
      if (this.places.size < KNOWN_PLACES) continue;
      this.placesBefore = this.places;
      this.places = new Map();
    }
  }

  private known(tenantId: string, id: string): JobPlace | null {
    const place = this.knownAs(id) ?? this.knownAs(batchIdFrom(id));
    return place?.tenantId === tenantId ? { ...place, id } : null;
  }

  private knownAs(name: string): JobPlace | undefined {
    return this.places.get(name) ?? this.placesBefore.get(name);
  }

  private async among(tenantId: string, ids: readonly string[]): Promise<readonly WholeJob[]> {
    const wanted = new Set(ids);
    return this.unshared.of(tenantId, await this.rowsFor(tenantId, ids), (id) => wanted.has(id));
  }

  /** Rows that stand for these jobs, and others of their batches. */
  private async rowsFor(tenantId: string, ids: readonly string[]): Promise<readonly JobRow[]> {
    const values = [tenantId, ids, [...new Set(ids.map(batchIdFrom))]];
    return (await this.database.query<JobRecord>(tenantId, AMONG, values)).map(storedJob);
  }
}

const among = (table: string) => `select * from ${table} where tenant_id = $1 and id = any ($2) and members is null
    union all select * from ${table} where tenant_id = $1 and batch_id = any ($3) and members is not null`;

const AMONG = { name: 'jobs_by_id', text: `${among('jobs')} union all ${among('finished_jobs')}` };

/** Claims name streams; a stream's jobs were created in the moment of its first event, by which the index of all jobs finds them. Of a batch, its event may have the key. */
const HOLDING = {
  name: 'jobs_holding_keys',
  text: `select j.* from (
      select distinct e.stream_id, e.recorded_at from stream_claims c join stage_events e using (stream_id)
      where c.tenant_id = $1 and c.claim = any ($2) and e.stream_version = 1) s
    cross join lateral (
      select * from jobs where tenant_id = $1 and created_at = s.recorded_at and s.stream_id in (id, batch_id)
      union all
      select * from finished_jobs where tenant_id = $1 and created_at = s.recorded_at and s.stream_id in (id, batch_id)) j
    where j.idempotency_key = any ($3) or (j.idempotency_key is null and j.batch_id is not null)`,
};
