import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import type { JobRow } from './job-row.policy.js';
import { keyClaim } from './job-stream.js';
import { batchIdFrom, numberIn } from './members.policy.js';
import { type JobRecord, storedJob } from './stored-job.js';
import { type InRow, UnsharedJobs } from './unshared-jobs.js';
import { type WholeJob, sharedRowsBy } from './whole-jobs.policy.js';

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
    const found = await this.rowsFor(tenantId, unknown);
    this.learn(found.map(({ row }) => row));
    for (const { id, row } of found) places.set(id, { ...row, id });
    return places;
  }

  /** The jobs of a tenant that hold these idempotency keys, by key. */
  async holding(tenantId: string, keys: readonly string[]): Promise<ReadonlyMap<string, WholeJob>> {
    if (keys.length === 0) return new Map();
    const values = [tenantId, keys.map(keyClaim), keys];
    const holders = await this.database.query<{ id: string }>(tenantId, HOLDING, values);
    const held = await this.among(
      tenantId,
      holders.map(({ id }) => id),
    );
    return new Map(held.map((job) => [job.idempotencyKey ?? '', job]));
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
    return ids.length === 0 ? [] : this.unshared.of(tenantId, await this.rowsFor(tenantId, ids));
  }

  /** Of these jobs those that are there, each with the row that stands for it. */
  private async rowsFor(tenantId: string, ids: readonly string[]): Promise<readonly InRow[]> {
    const values = [tenantId, ids, [...new Set(ids.map(batchIdFrom))]];
    const rows = (await this.database.query<JobRecord>(tenantId, AMONG, values)).map(storedJob);
    const own = new Map(rows.flatMap((row) => (row.members === null ? [[row.id, row] as const] : [])));
    const sharedRow = sharedRowsBy(rows);
    return ids.flatMap((id) => {
      const row = own.get(id) ?? sharedRow(id);
      return row === undefined ? [] : [{ id, row }];
    });
  }
}

const among = (table: string) => `select * from ${table} where tenant_id = $1 and id = any ($2) and members is null
    union all select * from ${table} where tenant_id = $1 and batch_id = any ($3) and members is not null`;

const AMONG = { name: 'jobs_by_id', text: `${among('jobs')} union all ${among('finished_jobs')}` };

/** Claims name streams, whose first event says which of their jobs has the key. Each is taken apart once, however many keys it has. */
const HOLDING = {
  name: 'jobs_holding_keys',
  text: `select coalesce(one, e.detail) ->> 'job_id' as id from stage_events e
    left join lateral jsonb_array_elements(e.detail -> 'jobs') one on true
    where e.tenant_id = $1 and e.stream_version = 1
      and e.stream_id in (select stream_id from stream_claims where tenant_id = $1 and claim = any ($2))
      and coalesce(one, e.detail) ->> 'idempotency_key' = any ($3)`,
};
