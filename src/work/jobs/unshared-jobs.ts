import { Injectable } from '@nestjs/common';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import { Database } from '../../platform/database/database.js';
import type { JobRow } from './job-row.policy.js';
import { numberIn } from './members.policy.js';
import { type WholeJob, idsOf } from './whole-jobs.policy.js';

/** A job of a row, and whether the row stands for others too. */
type Member = Readonly<{ row: JobRow; id: string; isShared: boolean }>;

/** What an event of a batch says of one job, and the last beat of its worker. */
type Said = Readonly<{ payload?: JsonObject; idempotency_key?: string | null; output?: JsonValue }>;
type Beat = Readonly<{ job_id: string; attempts: number; lease_expires_at: Date }>;

type ById<T> = ReadonlyMap<string, T>;

/** Jobs as each is by itself, of rows that may stand for several: what is each job's own is read from the events that said it. */
@Injectable()
export class UnsharedJobs {
  constructor(private readonly database: Database) {}

  /** The jobs of these rows, those of one row after each other; only those that are wanted. */
  async of(
    tenantId: string,
    rows: readonly JobRow[],
    isWanted: (id: string) => boolean = () => true,
  ): Promise<readonly WholeJob[]> {
    const members = rows.flatMap(membersOf).filter(({ id }) => isWanted(id));
    const [queued, succeeded, beats] = await Promise.all([
      this.said(tenantId, members.filter(isQueuedWithOthers), () => 1),
      this.said(tenantId, members.filter(isSucceededWithOthers), ({ streamVersion }) => streamVersion),
      this.beats(tenantId, members.filter(hasBeats)),
    ]);
    return members.map((member) => {
      const said = { ...queued.get(member.id), output: succeeded.get(member.id)?.output ?? null };
      return wholeJob(member, said, beats.get(member.id));
    });
  }

  /** What an event of their batch says of each of these jobs. */
  private async said(
    tenantId: string,
    members: readonly Member[],
    versionOf: (row: JobRow) => number,
  ): Promise<ById<Said>> {
    if (members.length === 0) return new Map();
    const events = new Map(
      members.map(({ row }) => [`${String(row.batchId)} ${String(versionOf(row))}`, row]),
    ).values();
    const [streams, versions] = [[] as unknown[], [] as unknown[]];
    for (const row of events) {
      streams.push(row.batchId);
      versions.push(versionOf(row));
    }
    const values = [tenantId, streams, versions, members.map(({ id }) => id)];
    const found = await this.database.query<{ said: Said & { job_id: string } }>(tenantId, SAID, values);
    return new Map(found.map(({ said }) => [said.job_id, said]));
  }

  private async beats(tenantId: string, members: readonly Member[]): Promise<ById<Beat>> {
    if (members.length === 0) return new Map();
    const beats = await this.database.query<Beat>(tenantId, BEATS, [tenantId, members.map(({ id }) => id)]);
    return new Map(beats.map((beat) => [beat.job_id, beat]));
  }
}

function membersOf(row: JobRow): readonly Member[] {
  return idsOf(row).map((id) => ({ row, id, isShared: row.members !== null }));
}

/** A payload of its own says nothing of its key: a person may have given it that for a retry. */
function isQueuedWithOthers({ row, id }: Member): boolean {
  return row.idempotencyKey === null && numberIn(row.batchId ?? '', id) !== null;
}

function isSucceededWithOthers({ row, isShared }: Member): boolean {
  return isShared && row.status === 'SUCCESS';
}

function hasBeats({ row }: Member): boolean {
  return row.batchId !== null && row.status === 'RUNNING';
}

function wholeJob({ row: { members: _shared, ...row }, id, isShared }: Member, said: Said, beat?: Beat): WholeJob {
  const payload = row.payload ?? said.payload;
  if (payload === undefined) throw new Error(`No event says what job ${id} is to do.`);
  const idempotencyKey = row.idempotencyKey ?? said.idempotency_key ?? null;
  const output = isShared ? (said.output ?? null) : row.output;
  return { ...row, id, payload, idempotencyKey, output, leaseExpiresAt: leaseOf(row, beat) };
}

/** A beat counts for its own attempt, and where it is the later word. */
function leaseOf(
  { attempts, leaseExpiresAt }: Pick<JobRow, 'attempts' | 'leaseExpiresAt'>,
  beat?: Beat,
): string | null {
  if (beat?.attempts !== attempts) return leaseExpiresAt;
  const extended = beat.lease_expires_at.toISOString();
  return leaseExpiresAt !== null && leaseExpiresAt > extended ? leaseExpiresAt : extended;
}

/** Events are taken apart once each, however many jobs are asked for. */
const SAID = {
  name: 'said_of_jobs',
  text: `select said from unnest($2::uuid[], $3::bigint[]) e(stream, version)
    join stage_events s on s.tenant_id = $1 and s.stream_id = e.stream and s.stream_version = e.version
    cross join lateral jsonb_array_elements(s.detail -> 'jobs') said
    where (said ->> 'job_id')::uuid = any ($4::uuid[])`,
};

const BEATS = {
  name: 'beats_of_jobs',
  text: 'select job_id, attempts, lease_expires_at from job_beats where tenant_id = $1 and job_id = any ($2)',
};
