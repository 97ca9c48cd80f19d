import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RepeatedWork } from '../../platform/background/repeated-work.js';
import { Database } from '../../platform/database/database.js';
import { systemCaller } from '../../platform/event-store/system-caller.js';
import { newId } from '../../platform/new-id.js';
import { ActOnJob } from './act-on-job.js';
import { idsOf } from './whole-jobs.policy.js';

const LOOK_EVERY_MS = 1000;
const AT_ONCE = 100;
const MOST_PARTS = 20;

/** `expired`: when its lease was over, as the database spells it, to the microsecond. */
type Lapsed = Readonly<{
  id: string;
  tenant_id: string;
  attempts: number;
  correlation_id: string;
  expired: string;
  batch_id: string | null;
  members: string | null;
  /** Jobs whose worker beat since, of those that share the row. */
  alive: readonly string[] | null;
}>;

/** After which lease, by its end and its job, the next are looked for. */
const fromTheFirst = ['-infinity', '00000000-0000-0000-0000-000000000000'] as const;

/**
 * Gives jobs back to the queue whose worker was not heard of for its lease, by the database's clock. Any number of processes may look: the
 * rule itself says whether that attempt still runs, so a second look changes nothing.
 */
@Injectable()
export class LeaseSweeper implements BeforeApplicationShutdown {
  private readonly rounds: RepeatedWork;
  private swept: readonly [string, string] = fromTheFirst;

  constructor(
    private readonly database: Database,
    private readonly commands: CommandBus,
  ) {
    const work = (): Promise<number> => this.sweep();
    this.rounds = new RepeatedWork({ work, everyMs: LOOK_EVERY_MS, logger: new Logger('LeaseSweeper') });
  }

  start(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  /**
   * Sweeps the leases that are over, all of them as a rule; answers how many. One that fails does not keep the others: each is tried once before any is
   * tried again, in the next sweep where this one was long enough.
   *
   * @throws AggregateError of those that failed, when all were tried
   */
  async sweep(): Promise<number> {
    const failed: unknown[] = [];
    let count = 0;
    for (let part = 0; part < MOST_PARTS; part += 1) {
      const lapsed = await this.database.systemQuery<Lapsed>(LAPSED, [AT_ONCE, ...this.swept]);
      const lost = lapsed.flatMap((row) => lostJobs(row).map((id) => ({ ...row, id })));
      failed.push(...(await this.loseLeases(lost)));
      count += lost.length;
      const last = lapsed.length < AT_ONCE ? undefined : lapsed.at(-1);
      this.swept = last === undefined ? fromTheFirst : [last.expired, last.id];
      if (last === undefined) break;
    }
    if (failed.length === 0) return count;
    throw new AggregateError(failed, `${String(failed.length)} of ${String(count)} leases could not be ended.`);
  }

  /** So many at once, however many share a row; answers what failed. */
  private async loseLeases(lost: readonly Lapsed[]): Promise<readonly unknown[]> {
    const failed: unknown[] = [];
    for (let first = 0; first < lost.length; first += AT_ONCE) {
      const some = lost.slice(first, first + AT_ONCE);
      const results = await Promise.allSettled(some.map((job) => this.loseLease(job)));
      failed.push(...results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])));
    }
    return failed;
  }

  private async loseLease({ id, tenant_id, attempts: attempt, correlation_id }: Lapsed): Promise<void> {
    const context = {
      caller: systemCaller(tenant_id, 'lease-sweeper'),
      commandId: newId(),
      correlationId: correlation_id,
      now: new Date().toISOString(),
      dryRun: false,
    };
    await this.commands.execute(new ActOnJob(id, { type: 'lose_lease', data: { attempt } }, context));
  }
}

function lostJobs({ id, batch_id: batchId, members, alive }: Lapsed): readonly string[] {
  const living = new Set(alive);
  return idsOf({ id, batchId, members }).filter((job) => !living.has(job));
}

/** Of jobs that share a row, or shared one, each has its own beats. */
const LAPSED = {
  name: 'lapsed_leases',
  text: `select id, tenant_id, attempts, correlation_id, lease_expires_at::text as expired, batch_id, members, (
      select array_agg(b.job_id) from job_beats b where j.members is not null and b.attempts = j.attempts
        and b.job_id > j.batch_id and b.job_id <= (left(j.batch_id::text, 32) || 'ffff')::uuid
        and b.lease_expires_at > clock_timestamp()) as alive
    from jobs j
    where status = 'RUNNING' and lease_expires_at <= clock_timestamp() and lease_expires_at >= $2::timestamptz
      and (lease_expires_at, id) > ($2::timestamptz, $3::uuid)
      and not (batch_id is not null and members is null and exists (select from job_beats b
        where b.job_id = j.id and b.attempts = j.attempts and b.lease_expires_at > clock_timestamp()))
    order by lease_expires_at, id limit $1`,
};
