/**
 * How workers get jobs, each job one worker.
 *
 *   reserve   one short transaction: some due jobs are kept from other claimers for ten seconds (migrations/alike-jobs/reserve-jobs.sql)
 *   start     one command per stream for all its reserved jobs: those of a run, those that were queued by one call, or one by itself; side by
 *             side, so that they share commits
 *   hand out  what is RUNNING by then with the very lease that was asked for
 *
 * What a reservation says is a hint: the decider says whether a job starts, by the database's time of the reservation. Once all of it was started,
 * the next reservation takes it away. Crash in between, or a job that could not be started: the reservation lapses. Crash after the start, before the worker learns of it: the lease runs out and the job runs again.
 */
import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Caller, CommandContext, Outcome, Reply } from '../../kernel/command-context.js';
import { addSeconds } from '../../kernel/instant.js';
import type { JsonObject } from '../../kernel/json.js';
import type { StreamRows } from '../../kernel/projection.js';
import { Database } from '../../platform/database/database.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { laidRows } from '../../platform/event-store/laid-rows.js';
import { StreamMemory } from '../../platform/event-store/stream-memory.js';
import { systemCaller } from '../../platform/event-store/system-caller.js';
import { newId } from '../../platform/new-id.js';
import { ActOnRun } from '../../runs/contract.js';
import { FoundJobs, type JobPlace } from './found-jobs.js';
import { type JobRow, dueJob } from './job-row.policy.js';
import { jobs } from './job.projection.js';
import { jobStream } from './job-stream.js';
import { type JobRecord, storedJob } from './stored-job.js';
import { type StreamJobs, noJobs, streamOf } from './stream-jobs.decider.js';
import { type WholeJob, idsOf, wholeJobsOf } from './whole-jobs.policy.js';

/** What a worker asks for. */
export type Claim = Readonly<{
  /** Who claims; null is the service itself, for jobs of all tenants. */
  caller: Caller | null;
  handlers: readonly string[];
  /** How many at most. */
  limit: number;
  workerId: string;
  leaseSeconds: number;
}>;

/** A job as its worker is given it. */
export type ClaimedJob = Readonly<{
  id: string;
  tenantId: string;
  runId: string | null;
  batchId: string | null;
  handler: string;
  payload: JsonObject;
  attempt: number;
  leaseExpiresAt: string;
  correlationId: string;
  idempotencyKey: string | null;
}>;

/**
 * A job as its reservation found it, or those that are kept of the ones that share a row, and until when: ten seconds from the time by which they are to
 * be started.
 */
export type Reserved = JobPlace &
  Readonly<{
    members: string | null;
    /** The whole of a job by itself; of another, its stream knows. */
    row: JobRow | null;
    reservation: string;
    keptUntil: Date;
  }>;

type ReservedRecord = JobRecord & Readonly<{ reservation: string; reserved_until: Date }>;

const KEPT_SECONDS = 10;

/** Reservations to be taken away of which a process keeps track; others lapse. */
const MOST_SETTLED = 1000;

/** What one command starts: jobs of one stream and flow. */
type Together = readonly [Reserved, ...Reserved[]];

@Injectable()
export class JobClaims {
  private readonly logger = new Logger('JobClaims');
  /** Reservations of which all jobs were started. */
  private settled: string[] = [];

  constructor(
    private readonly database: Database,
    private readonly commands: CommandBus,
    private readonly executor: CommandExecutor,
    private readonly memory: StreamMemory,
    private readonly found: FoundJobs,
  ) {}

  /** Takes what is due now; empty where nothing is. */
  async claim(claim: Claim): Promise<readonly ClaimedJob[]> {
    return this.start(await this.reserve(claim), claim);
  }

  /** First half: keeps what is due from other claimers. */
  async reserve({ caller, handlers, limit }: Claim): Promise<readonly Reserved[]> {
    const settled = this.settled.splice(0);
    const values = [caller?.tenantId ?? null, handlers, limit, settled];
    const records = await this.database.call<ReservedRecord>(RESERVE, values);
    return records.map(reserved);
  }

  /** Second half. Throws only where nothing could be started. */
  async start(reserved: readonly Reserved[], claim: Claim): Promise<readonly ClaimedJob[]> {
    const groups = byCommand(reserved);
    const started = await Promise.allSettled(groups.map((each) => this.startTogether(each, claim)));
    const taken = started.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const failed = started.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (failed.length > 0 && taken.length === 0) throw failed[0];
    for (const error of failed) this.logger.error(error, 'Reserved jobs could not be started; they are tried again.');
    if (taken.length === reserved.flatMap(idsOf).length) this.settle(reserved);
    return taken;
  }

  private settle(reserved: readonly Reserved[]): void {
    this.settled.push(...new Set(reserved.map(({ reservation }) => reservation)));
    this.settled.splice(0, this.settled.length - MOST_SETTLED);
  }

  private async startTogether(together: Together, claim: Claim): Promise<readonly ClaimedJob[]> {
    const [{ tenantId, correlationId, keptUntil }] = together;
    const now = addSeconds(keptUntil.toISOString(), -KEPT_SECONDS);
    const leaseExpiresAt = addSeconds(now, claim.leaseSeconds);
    const lease = { workerId: claim.workerId, leaseSeconds: claim.leaseSeconds, leaseExpiresAt };
    const caller = claim.caller ?? systemCaller(tenantId, claim.workerId);
    const context = { caller, commandId: newId(), correlationId, now, dryRun: false };
    const outcome = await this.startOn(together, lease, context);
    this.found.learn(together);
    return outcome.body.items.filter((job) => isTakenBy(job, lease)).map((job) => claimed(job, leaseExpiresAt));
  }

  private startOn(
    together: Together,
    lease: Readonly<{ workerId: string; leaseSeconds: number; leaseExpiresAt: string }>,
    context: CommandContext,
  ): Promise<Outcome<{ items: readonly WholeJob[] }>> {
    const [{ id, runId, batchId, row }] = together;
    const answer = (rows: StreamRows, stream: StreamJobs): Reply => ({
      body: { items: named(rows, stream, together) },
    });
    if (runId === null) {
      if (row !== null) this.learn(row);
      const data = { ...lease, jobIds: together.flatMap(idsOf) };
      const command = { type: 'start_jobs' as const, data, now: context.now };
      return this.executor.execute(jobStream, { streamId: batchId ?? id, command, context, answer }) as never;
    }
    const nodes = together.map((job) => ({ stage: job.stage ?? '', node: job.nodeId ?? '', jobId: job.id }));
    const asked = { type: 'start_jobs' as const, data: { ...lease, jobs: nodes } };
    return this.commands.execute(new ActOnRun(runId, asked, context, (rows) => answer(rows, noJobs)));
  }

  /** A stream that is one job is what its row says: it need not be read to be decided on, and its row is what the table holds. */
  private learn(row: JobRow): void {
    const { streamVersion: version } = row;
    const rows = { [jobs.name]: laidRows(new Map([[row.id, row]])) };
    const folded = { version, state: streamOf([dueJob(row)]), rows, rowsKnownAfter: version - 1 };
    this.memory.learn(jobStream, row.tenantId, row.id, folded);
  }
}

/** What goes into one command: all of one stream and flow, so that every event of a flow carries its correlation id. */
function byCommand(reserved: readonly Reserved[]): readonly Together[] {
  const groups = Map.groupBy(reserved, ({ id, runId, batchId, correlationId }) =>
    runId === null && batchId === null ? id : `${runId ?? batchId ?? ''} ${correlationId}`,
  );
  return [...groups.values()] as unknown as readonly Together[];
}

function reserved(record: ReservedRecord): Reserved {
  const { run_id: runId, batch_id: batchId, reservation, reserved_until: keptUntil } = record;
  return {
    id: record.id,
    tenantId: record.tenant_id,
    runId,
    batchId,
    members: record.members,
    stage: record.stage,
    nodeId: record.node_id,
    correlationId: record.correlation_id,
    row: runId === null && batchId === null ? storedJob(record) : null,
    reservation,
    keptUntil,
  };
}

function named(rows: StreamRows, stream: StreamJobs, together: Together): readonly WholeJob[] {
  const jobOf = wholeJobsOf(rows, stream);
  return together.flatMap(idsOf).flatMap((id) => jobOf(id) ?? []);
}

/** Whether it was this very claim that started it: another one of the same worker has another lease. */
function isTakenBy(
  { status, lockedBy, leaseExpiresAt }: WholeJob,
  lease: Readonly<{ workerId: string; leaseExpiresAt: string }>,
): boolean {
  return status === 'RUNNING' && lockedBy === lease.workerId && leaseExpiresAt === lease.leaseExpiresAt;
}

function claimed(job: WholeJob, leaseExpiresAt: string): ClaimedJob {
  const { id, tenantId, runId, batchId, handler, payload, attempts: attempt, correlationId, idempotencyKey } = job;
  return { id, tenantId, runId, batchId, handler, payload, attempt, leaseExpiresAt, correlationId, idempotencyKey };
}

const RESERVE = {
  name: 'reserve_jobs',
  text: 'select (r.job).*, r.reservation, r.reserved_until from reserve_jobs($1, $2, $3, $4) r',
};
