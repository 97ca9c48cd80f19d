import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type CommandContext, type Outcome, type Reply } from '../../kernel/command-context.js';
import type { StreamRows } from '../../kernel/projection.js';
import { DatabaseClock } from '../../platform/database/database-clock.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { ActOnRun, type Asked } from '../../runs/contract.js';
import { FoundJobs, type JobPlace } from './found-jobs.js';
import { askedBy, type AskedOfJob } from './job-command.decider.js';
import { jobOnWire } from './job-on-wire.js';
import { jobStream } from './job-stream.js';
import { type StreamJobs, noJobs } from './stream-jobs.decider.js';
import { type WholeJob, wholeJobsOf } from './whole-jobs.policy.js';

/** Asks something of a job, be it on its run's stream, on its own or on that of its batch. Answered with the job. */
export class ActOnJob extends Command<Outcome> {
  constructor(
    readonly jobId: string,
    readonly asked: AskedOfJob,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ActOnJob)
export class ActOnJobHandler implements ICommandHandler<ActOnJob> {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly commands: CommandBus,
    private readonly found: FoundJobs,
    private readonly clock: DatabaseClock,
  ) {}

  async execute({ jobId, asked, context }: ActOnJob): Promise<Outcome> {
    const { tenantId } = context.caller;
    const place = await this.found.place(tenantId, jobId);
    // What workers report is part of the flow that queued the job; what people ask for is a flow of its own.
    const correlationId = askedBy[asked.type] === 'worker' ? place.correlationId : context.correlationId;
    const about = { ...context, correlationId, now: await this.clock.now() };
    const left: { job?: WholeJob | undefined } = {};
    const answer = (rows: StreamRows, stream: StreamJobs = noJobs): Reply => {
      left.job = wholeJobsOf(rows, stream)(jobId);
      return { noun: 'job', body: left.job === undefined ? {} : jobOnWire(left.job) };
    };
    const outcome = await this.ask(place, asked, about, answer);
    // A job that is over has left the memory of its stream: a repeat is answered from its row.
    if (left.job !== undefined || outcome.replayed === true) return outcome;
    const body = jobOnWire(await this.found.get(tenantId, jobId));
    return { ...outcome, body: outcome.kind === 'dry_run' ? { ...outcome.body, job: body } : body };
  }

  private ask(
    { id, runId, batchId, stage, nodeId }: JobPlace,
    asked: AskedOfJob,
    context: CommandContext,
    answer: (rows: StreamRows, stream?: StreamJobs) => Reply,
  ): Promise<Outcome> {
    if (runId === null) {
      const command = { ...asked, jobId: id, now: context.now };
      return this.executor.execute(jobStream, { streamId: batchId ?? id, command, context, answer });
    }
    const data = { ...asked.data, stage: stage ?? '', node: nodeId ?? '', jobId: id };
    return this.commands.execute(
      new ActOnRun(runId, { type: asked.type, data } as Asked, context, (rows) => answer(rows)),
    );
  }
}
