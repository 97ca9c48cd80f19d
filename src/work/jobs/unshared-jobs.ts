import { Injectable } from '@nestjs/common';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import { Database } from '../../platform/database/database.js';
import type { JobRow } from './job-row.policy.js';
import { numberIn } from './members.policy.js';
import type { WholeJob } from './whole-jobs.policy.js';

/** A job, and the row that stands for it. */
export type InRow = Readonly<{ id: string; row: JobRow }>;

/** What an event of a batch says of one job, and the last beat of its worker. */
type Said = Readonly<{ payload?: JsonObject; idempotency_key?: string | null; output?: JsonValue }>;
type Beat = Readonly<{ job_id: string; attempts: number; lease_expires_at: Date }>;

type ById<T> = ReadonlyMap<string, T>;

/** Jobs as each is by itself, of rows that may stand for several: what is each job's own is read from the events that said it. */
@Injectable()
export class UnsharedJobs {
  constructor(private readonly database: Database) {}

  /** These jobs, in the order in which they are named. */
  async of(tenantId: string, members: readonly InRow[]): Promise<readonly WholeJob[]> {
    const [queued, succeeded, beats] = await Promise.all([
      this.said(tenantId, members.filter(isQueuedWithOthers), () => 1),
      this.said(tenantId, members.filter(isSucceededWithOthers), ({ streamVersion }) => streamVersion),
      this.beats(tenantId, members.filter(hasBeats)),
    ]);
    return members.map((member) => {
      const { members: _shared, ...row } = member.row;
      const { id } = member;
      const output = outputOf(member, succeeded.get(id));
      return { ...row, id, ...orderOf(member, queued.get(id)), output, leaseExpiresAt: leaseOf(row, beats.get(id)) };
    });
  }

  /** What an event of their batch says of each of these jobs. */
  private async said(
    tenantId: string,
    members: readonly InRow[],
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

  private async beats(tenantId: string, members: readonly InRow[]): Promise<ById<Beat>> {
    if (members.length === 0) return new Map();
    const beats = await this.database.query<Beat>(tenantId, BEATS, [tenantId, members.map(({ id }) => id)]);
    return new Map(beats.map((beat) => [beat.job_id, beat]));
  }
}

/** A payload of its own says nothing of its key: a person may have given it that for a retry. */
function isQueuedWithOthers({ row, id }: InRow): boolean {
  return row.idempotencyKey === null && numberIn(row.batchId ?? '', id) !== null;
}

function isSucceededWithOthers({ row }: InRow): boolean {
  return row.members !== null && row.status === 'SUCCESS';
}

function hasBeats({ row }: InRow): boolean {
  return row.batchId !== null && row.status === 'RUNNING';
}

function orderOf(member: InRow, said?: Said): Pick<WholeJob, 'payload' | 'idempotencyKey'> {
  const { row, id } = member;
  const payload = row.payload ?? said?.payload;
  if (payload === undefined || (said === undefined && isQueuedWithOthers(member)))
    throw new Error(`No event says what job ${id} is to do.`);
  return { payload, idempotencyKey: row.idempotencyKey ?? said?.idempotency_key ?? null };
}

function outputOf(member: InRow, said?: Said): JsonValue {
  if (!isSucceededWithOthers(member)) return member.row.output;
  if (said?.output === undefined) throw new Error(`No event says what job ${member.id} succeeded with.`);
  return said.output;
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
