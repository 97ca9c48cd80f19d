import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { ProjectionResponse } from './projection.response.js';
import { type ProjectionRecord, projectionOnWire } from './projection-on-wire.js';
import { ReadModels } from './read-models.js';
import { newId } from '../new-id.js';

/** The read models as they stand, and what may be asked for. */
@Injectable()
export class Projections {
  constructor(
    private readonly database: Database,
    private readonly readModels: ReadModels,
  ) {}

  /** All of them, by name. */
  async list(): Promise<readonly ProjectionResponse[]> {
    const records = await this.database.systemQuery<ProjectionRecord>(STANDINGS, [null]);
    const known = new Map(records.map((record) => [record.name, record]));
    return this.readModels.all().flatMap((model) => {
      const record = known.get(model.projection.name);
      return record === undefined ? [] : [projectionOnWire(model, record)];
    });
  }

  /** One of them. @throws DomainError `projection-not-found` */
  async find(name: string): Promise<ProjectionResponse> {
    const model = this.readModels.named(name);
    const [record] = await this.database.systemQuery<ProjectionRecord>(STANDINGS, [name]);
    if (record === undefined) throw new Error(`There is no table for the read model ${name}.`);
    return projectionOnWire(model, record);
  }

  /** Asks for a rebuild; where one is asked for or under way already, that is the one. @throws DomainError `projection-not-found` */
  async requestRebuild(name: string): Promise<ProjectionResponse> {
    const { version } = this.readModels.named(name).projection;
    await this.database.call(REQUEST, [newId(), name, version]);
    return this.find(name);
  }

  /** Drops the rows that the last rebuild replaced, if they are there. @throws DomainError `projection-not-found` */
  async dropPrevious(name: string): Promise<void> {
    this.readModels.named(name);
    await this.database.call(DROP_PREVIOUS, [name]);
  }
}

const STANDINGS = {
  name: 'projection_standings',
  text: `select r.name, r.built_version, r.position, s.last_position as head,
      (select count(*) from parked_streams p where p.name = r.name and not p.in_rebuild) as parked_streams,
      to_regclass(quote_ident(r.name || '_previous')) is not null as previous_kept, to_jsonb(b) as rebuild
    from read_models r cross join seal_state s
    left join lateral (
      select id, version, reason, status, phase, streams_done, streams_total, events_done, events_total, report, error,
        requested_at, started_at, finished_at
      from projection_rebuilds where name = r.name order by requested_at desc limit 1) b on true
    where $1::text is null or r.name = $1`,
};
const REQUEST = {
  name: 'request_rebuild',
  text: `insert into projection_rebuilds (id, name, version, reason) values ($1, $2, $3, 'requested')
    on conflict (name) where status in ('requested', 'running') do nothing`,
};
const DROP_PREVIOUS = { name: 'drop_previous', text: 'select drop_previous($1)' };
