/**
 * Many jobs queued by one call.
 *
 *   look up   whose idempotency key is held already is that job; of two that name the same key in one call, the second is the first
 *   queue     the others are one stream with one event, whose claims hold their keys
 *
 * Where another call was faster with a key, its job is looked up and the rest queued without it. Crash before the commit: nothing. After it:
 * everything, which a repeat with the same keys finds.
 */
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import type { StreamRows } from '../../kernel/projection.js';
import { DatabaseClock } from '../../platform/database/database-clock.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { ClaimHeldError } from '../../platform/event-store/errors.js';
import { newId } from '../../platform/new-id.js';
import type { BatchedOrder } from '../job-batch.events.js';
import { FoundJobs } from './found-jobs.js';
import { jobOnWire } from './job-on-wire.js';
import type { JobBatchResponse } from './job.response.js';
import { jobStream } from './job-stream.js';
import { batchIdFrom, memberId } from './members.policy.js';
import { type NewJob, batchedOrder, jobDefaults } from './queue-job.js';
import type { StreamJobs } from './stream-jobs.decider.js';
import { type WholeJob, wholeJobsOf } from './whole-jobs.policy.js';

/** Queue jobs by themselves, all or none. Answered with the jobs in the order in which they were named. */
export class QueueJobs extends Command<Outcome> {
  constructor(
    readonly jobs: readonly NewJob[],
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** What is to be queued, and the job that each of those named is: one of these, or one that was there. */
type Plan = Readonly<{
  batchId: string;
  orders: readonly BatchedOrder[];
  ids: readonly string[];
  held: ReadonlyMap<string, WholeJob>;
}>;

/** How often somebody else may be faster with a key. */
const ATTEMPTS = 20;

@CommandHandler(QueueJobs)
export class QueueJobsHandler implements ICommandHandler<QueueJobs> {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly found: FoundJobs,
    private readonly clock: DatabaseClock,
  ) {}

  async execute({ jobs: named, context }: QueueJobs): Promise<Outcome> {
    const keys = [...new Set(named.flatMap(({ idempotencyKey }) => idempotencyKey ?? []))];
    for (let attempt = 1; ; attempt += 1) {
      const plan = planFor(named, await this.found.holding(context.caller.tenantId, keys));
      if (plan.orders.length === 0) return asBefore(plan, context);
      try {
        return await this.queue(plan, context);
      } catch (error) {
        if (!(error instanceof ClaimHeldError) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async queue(plan: Plan, context: CommandContext): Promise<Outcome> {
    const { batchId: streamId } = plan;
    const data = { ...jobDefaults, jobs: plan.orders };
    const command = { type: 'queue_jobs' as const, data, now: await this.clock.now() };
    const answer = (rows: StreamRows, stream: StreamJobs) => ({
      kind: 'created' as const,
      noun: 'batch',
      location: `/jobs?batch_id=${streamId}`,
      body: batchOnWire(streamId, plan, wholeJobsOf(rows, stream)),
    });
    return this.executor.execute(jobStream, { streamId, isNew: true, command, context, answer });
  }
}

function planFor(named: readonly NewJob[], holders: ReadonlyMap<string, WholeJob>): Plan {
  const idOf = new Map([...holders].map(([key, { id }]) => [key, id]));
  const batchId = batchIdFrom(newId());
  const orders: BatchedOrder[] = [];
  const ids = named.map((job) => {
    const known = job.idempotencyKey === undefined ? undefined : idOf.get(job.idempotencyKey);
    if (known !== undefined) return known;
    const id = memberId(batchId, orders.length + 1);
    if (job.idempotencyKey !== undefined) idOf.set(job.idempotencyKey, id);
    orders.push(batchedOrder(id, job));
    return id;
  });
  return { batchId, orders, ids, held: new Map([...holders.values()].map((job) => [job.id, job])) };
}

function asBefore({ ids, held }: Plan, { dryRun }: CommandContext): Outcome {
  const body = batchOnWire(null, { ids, held }, () => undefined);
  return dryRun ? { kind: 'dry_run', body: { events: [], batch: body } } : { kind: 'ok', body };
}

function batchOnWire(
  batchId: string | null,
  { ids, held }: Pick<Plan, 'ids' | 'held'>,
  jobOf: (id: string) => WholeJob | undefined,
): JobBatchResponse {
  return { batch_id: batchId, items: ids.map((id) => jobOnWire((held.get(id) ?? jobOf(id)) as WholeJob)) };
}
