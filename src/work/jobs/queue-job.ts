import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import type { JsonObject } from '../../kernel/json.js';
import type { StreamRows } from '../../kernel/projection.js';
import { DatabaseClock } from '../../platform/database/database-clock.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { ClaimHeldError } from '../../platform/event-store/errors.js';
import { newId } from '../../platform/new-id.js';
import type { BatchedOrder } from '../job-batch.events.js';
import type { JobOrder } from '../job.events.js';
import { FoundJobs } from './found-jobs.js';
import { jobOnWire } from './job-on-wire.js';
import { jobStream } from './job-stream.js';
import type { StreamJobs } from './stream-jobs.decider.js';
import { type WholeJob, wholeJobsOf } from './whole-jobs.policy.js';

/** A job by itself, as it is asked for. */
export type NewJob = Readonly<{
  handler: string;
  payload: JsonObject;
  /** Defaults to 4. */
  maxAttempts?: number | undefined;
  /** ISO 8601; defaults to now. */
  runAt?: string | undefined;
  idempotencyKey?: string | undefined;
}>;

const DEFAULT_ATTEMPTS = 4;

/** What nobody who queues a job by itself is asked for. */
export const jobDefaults = {
  backoff: { base_seconds: 1, max_seconds: 60 },
  on_exhausted: 'needs_human',
} as const;

/** Queue a job by itself. The same idempotency key again is the same job, however different what else is said. */
export class QueueJob extends Command<Outcome> {
  constructor(
    readonly job: NewJob,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(QueueJob)
export class QueueJobHandler implements ICommandHandler<QueueJob> {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly found: FoundJobs,
    private readonly clock: DatabaseClock,
  ) {}

  async execute({ job, context }: QueueJob): Promise<Outcome> {
    const id = newId();
    const command = { type: 'queue_job' as const, data: orderOf(id, job), now: await this.clock.now() };
    const answer = (rows: StreamRows, stream: StreamJobs) => ({
      kind: 'created' as const,
      noun: 'job',
      location: `/jobs/${id}`,
      body: jobOnWire(wholeJobsOf(rows, stream)(id) as WholeJob),
    });
    try {
      return await this.executor.execute(jobStream, { streamId: id, isNew: true, command, context, answer });
    } catch (error) {
      if (error instanceof ClaimHeldError) return await this.sameAsBefore(job, context);
      throw error;
    }
  }

  private async sameAsBefore({ idempotencyKey = '' }: NewJob, { caller, dryRun }: CommandContext): Promise<Outcome> {
    const job = (await this.found.holding(caller.tenantId, [idempotencyKey])).get(idempotencyKey);
    if (job === undefined) throw new Error(`Nobody has the job of the key ${idempotencyKey}.`);
    const body = jobOnWire(job);
    if (dryRun) return { kind: 'dry_run', body: { events: [], job: body } };
    return { kind: 'ok', location: `/jobs/${job.id}`, version: job.streamVersion, body };
  }
}

/** A job by itself as its event says it. */
export function orderOf(id: string, job: NewJob): JobOrder {
  return { ...batchedOrder(id, job), ...jobDefaults, stage: null, node: null };
}

/** What of it is its own, where many are queued together. */
export function batchedOrder(
  id: string,
  { handler, payload, maxAttempts, runAt, idempotencyKey }: NewJob,
): BatchedOrder {
  // In the order of canonical JSON, which then need not put many of them in order.
  return {
    handler,
    idempotency_key: idempotencyKey ?? null,
    job_id: id,
    max_attempts: maxAttempts ?? DEFAULT_ATTEMPTS,
    payload,
    run_at: runAt === undefined ? null : new Date(runAt).toISOString(),
  };
}
