import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RepeatedWork } from '../../platform/background/repeated-work.js';
import { Database } from '../../platform/database/database.js';
import { systemCaller } from '../../platform/event-store/system-caller.js';
import { newId } from '../../platform/new-id.js';
import { ActOnJob } from './act-on-job.js';

const LOOK_EVERY_MS = 1000;
const AT_ONCE = 100;
const MOST_PARTS = 20;

type Lapsed = Readonly<{ id: string; tenant_id: string; attempts: number; correlation_id: string }>;

/**
 * Gives jobs back to the queue whose worker was not heard of for its lease, by the database's clock. Any number of processes may look: the
 * rule itself says whether that attempt still runs, so a second look changes nothing.
 */
@Injectable()
export class LeaseSweeper implements BeforeApplicationShutdown {
  private readonly rounds: RepeatedWork;

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

  /** Sweeps the leases that are over, all of them as a rule; answers how many. One that fails does not keep the others. */
  async sweep(): Promise<number> {
    let count = 0;
    for (let part = 0; part < MOST_PARTS && count === part * AT_ONCE; part += 1) count += await this.sweepSome();
    return count;
  }

  private async sweepSome(): Promise<number> {
    const lapsed = await this.database.systemQuery<Lapsed>(LAPSED, [AT_ONCE]);
    const results = await Promise.allSettled(lapsed.map((job) => this.loseLease(job)));
    const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (failed.length > 0)
      throw new AggregateError(
        failed,
        `${String(failed.length)} of ${String(lapsed.length)} leases could not be ended.`,
      );
    return lapsed.length;
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

const LAPSED = {
  name: 'lapsed_leases',
  text: `select id, tenant_id, attempts, correlation_id from jobs
    where status = 'RUNNING' and lease_expires_at <= clock_timestamp() order by lease_expires_at limit $1`,
};
