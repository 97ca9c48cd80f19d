import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Caller, CommandContext, Outcome, Reply } from '../../kernel/command-context.js';
import { DomainError } from '../../kernel/domain-error.js';
import { isSameJson } from '../../kernel/json-values.js';
import type { StreamRows } from '../../kernel/projection.js';
import { DatabaseClock } from '../../platform/database/database-clock.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { newId } from '../../platform/new-id.js';
import { ActOnJob } from './act-on-job.js';
import { FoundJobs, type JobPlace } from './found-jobs.js';
import type { CompleteJob } from './job-command.decider.js';
import { jobStream } from './job-stream.js';
import { type StreamJobs, jobNamed } from './stream-jobs.decider.js';

/**
 * Hands in the results of jobs, wherever they are: those that share a batch with one event. Answers for each what it was refused for, or null.
 * What is asked again is answered again, so it needs no idempotency key; the jobs are not completed all or none.
 */
export class CompleteJobs extends Command<readonly (DomainError | null)[]> {
  constructor(
    readonly jobs: readonly CompleteJob[],
    readonly caller: Caller,
  ) {
    super();
  }
}

/** What the commands of one call have in common. */
type Occasion = Omit<CommandContext, 'commandId'>;

@CommandHandler(CompleteJobs)
export class CompleteJobsHandler implements ICommandHandler<CompleteJobs> {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly commands: CommandBus,
    private readonly found: FoundJobs,
    private readonly clock: DatabaseClock,
  ) {}

  async execute({ jobs: completions, caller }: CompleteJobs): Promise<readonly (DomainError | null)[]> {
    const about = { caller, correlationId: newId(), now: await this.clock.now(), dryRun: false };
    const ids = completions.map(({ jobId }) => jobId);
    const places = await this.found.placesOf(caller.tenantId, ids);
    const batches = Map.groupBy(completions, ({ jobId }) => places.get(jobId)?.batchId ?? null);
    const done = await Promise.all(
      [...batches].map(async ([batchId, some]) =>
        batchId === null ? [] : this.together(batchId, some, places, about),
      ),
    );
    const isDone = new Set<CompleteJob>(done.flat());
    return Promise.all(completions.map(async (one) => (isDone.has(one) ? null : this.alone(one, about))));
  }

  /** Those that are done by then: at once, or before, with the same result. */
  private async together(
    batchId: string,
    completions: readonly CompleteJob[],
    places: ReadonlyMap<string, JobPlace>,
    about: Occasion,
  ): Promise<readonly CompleteJob[]> {
    const [first] = completions;
    const correlationId = places.get(first?.jobId ?? '')?.correlationId ?? about.correlationId;
    const command = { type: 'complete_jobs' as const, data: { jobs: completions }, now: about.now };
    const answer = (_rows: StreamRows, stream: StreamJobs): Reply => ({
      body: { done: completions.filter((one) => isDone(stream, one)) },
    });
    const context = { ...about, commandId: newId(), correlationId };
    const outcome = await this.executor.execute(jobStream, { streamId: batchId, command, context, answer });
    return (outcome as Outcome<{ done: readonly CompleteJob[] }>).body.done;
  }

  /** For a job that shares its stream with none of the others, and to be told why one was not taken. */
  private async alone({ jobId, attempt, output }: CompleteJob, about: Occasion): Promise<DomainError | null> {
    const asked = { type: 'complete_job' as const, data: { attempt, output } };
    try {
      await this.commands.execute(new ActOnJob(jobId, asked, { ...about, commandId: newId() }));
      return null;
    } catch (error) {
      if (error instanceof DomainError && error.code !== 'service-unavailable') return error;
      throw error;
    }
  }
}

function isDone(stream: StreamJobs, { jobId, attempt, output }: CompleteJob): boolean {
  const job = jobNamed(stream, jobId);
  return job?.status === 'SUCCESS' && job.attempts === attempt && isSameJson(job.output, output);
}
