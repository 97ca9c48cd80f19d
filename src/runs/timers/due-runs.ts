import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';

/** Which runs are looked at in one round. */
const AT_ONCE = 100;

/** A run with timers that are due. Times are ISO 8601, to the millisecond. */
export type DueRun = Readonly<{
  tenantId: string;
  runId: string;
  /** The run's version at the last event about these timers. */
  version: number;
  /** How many of its timers are due: fewer after each waking that helped. */
  dueCount: number;
  /** How long the first of them has been due. */
  overdueMs: number;
  /** The flow that set the first of them. */
  correlationId: string;
  /** By the database's clock, at which they are due. */
  now: string;
}>;

/** Timers of runs as they stood at a version. */
export type SeenTimers = ReadonlyMap<string, number>;

type Row = Readonly<{
  tenant_id: string;
  run_id: string;
  version: string;
  due_count: number;
  overdue_ms: number;
  correlation_id: string;
  now: Date;
}>;

/** Which runs have something due, by the clock of the database: no other one counts. */
@Injectable()
export class DueRuns {
  constructor(private readonly database: Database) {}

  /** The runs with a timer that is due, longest due first. Only those that run: a parked one's wait. `aside` are left out. */
  async find(aside: SeenTimers): Promise<readonly DueRun[]> {
    const rows = await this.database.systemQuery<Row>(DUE, [[...aside.keys()], [...aside.values()], AT_ONCE]);
    return rows.map((row) => ({
      tenantId: row.tenant_id,
      runId: row.run_id,
      version: Number(row.version),
      dueCount: row.due_count,
      overdueMs: row.overdue_ms,
      correlationId: row.correlation_id,
      now: row.now.toISOString(),
    }));
  }

  /** Milliseconds until the next timer is due; null where none is set. */
  async nextInMs(): Promise<number | null> {
    const [row] = await this.database.systemQuery<{ ms: number | null }>(NEXT, []);
    return row?.ms ?? null;
  }
}

const DUE = {
  name: 'due_runs',
  text: `
    with clock as materialized (select date_trunc('milliseconds', clock_timestamp()) as now),
    due as (
      select t.tenant_id, t.run_id, min(t.due_at) as due_at, max(t.stream_version) as version, count(*)::int as due_count,
        (array_agg(t.set_by order by t.due_at))[1] as set_by
      from timers t join pipeline_runs r on r.id = t.run_id and r.status = 'running'
      where t.status = 'waiting' and t.due_at <= (select now from clock) and not exists (
        select from unnest($1::uuid[], $2::bigint[]) aside (run_id, version)
        where aside.run_id = t.run_id and t.stream_version <= aside.version)
      group by t.tenant_id, t.run_id order by min(t.due_at) limit $3
    )
    select d.tenant_id, d.run_id, d.version, d.due_count, e.correlation_id, clock.now,
      (extract(epoch from clock.now - d.due_at) * 1000)::float8 as overdue_ms
    from due d cross join clock join stage_events e on e.stream_id = d.run_id and e.stream_version = d.set_by
    order by d.due_at`,
};

const NEXT = {
  name: 'next_timer',
  text: `
    with clock as materialized (select clock_timestamp() as now)
    select (extract(epoch from min(due_at) - (select now from clock)) * 1000)::float8 as ms
    from timers where status = 'waiting' and due_at > (select now from clock)`,
};
