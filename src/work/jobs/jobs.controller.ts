import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Caller, CommandContext, Outcome } from '../../kernel/command-context.js';
import { Allow } from '../../platform/auth/access.js';
import { CallerOf, CommandFrom } from '../../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../../platform/http/describe.js';
import { NoQuery } from '../../platform/http/no-query.request.js';
import type { Page } from '../../platform/http/page.js';
import { IdParam } from '../../platform/http/params.js';
import { ActOnJob } from './act-on-job.js';
import { FoundJobs } from './found-jobs.js';
import { requireOutsideHandlers, requireOutsideJobs } from './outside-handlers.js';
import { jobOnWire } from './job-on-wire.js';
import {
  CancelJobRequest,
  QueueJobRequest,
  QueueJobsRequest,
  ResolveJobRequest,
  RetryJobRequest,
} from './job.request.js';
import { JobBatchResponse, JobPageResponse, JobResponse } from './job.response.js';
import { JobFilterQuery, ListJobs } from './list-jobs.query.js';
import { type NewJob, QueueJob } from './queue-job.js';
import { QueueJobs } from './queue-jobs.js';

const problems = ['job-not-found', 'job-closed', 'run-parked', 'run-closed'] as const;

@ApiTags('Jobs')
@Controller('jobs')
export class JobsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly found: FoundJobs,
  ) {}

  /** Lists the jobs, oldest first; `status=NEEDS_HUMAN` is what waits for a person. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the jobs', answer: JobPageResponse })
  list(@Query() filter: JobFilterQuery, @CallerOf() { tenantId }: Caller): Promise<Page<JobResponse>> {
    return this.queries.execute(new ListJobs(tenantId, filter));
  }

  /** Reads a job, also one that was over long ago. Fails with `job-not-found`. */
  @Get(':id')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a job', answer: JobResponse, problems: ['job-not-found'] })
  async get(
    @IdParam('id') id: string,
    @Query() _query: NoQuery,
    @CallerOf() { tenantId }: Caller,
  ): Promise<JobResponse> {
    return jobOnWire(await this.found.get(tenantId, id));
  }

  /** Queues a job by itself. The same `idempotency_key` again is the same job, answered 200. */
  @Post()
  @Allow('operator')
  @DescribeCommand({ summary: 'Queue a job', answer: JobResponse, status: 201, orOk: true })
  queue(@Body() request: QueueJobRequest, @CommandFrom() context: CommandContext): Promise<Outcome> {
    requireOutsideHandlers([request.handler], '/handler');
    return this.commands.execute(new QueueJob(newJob(request), context));
  }

  /** Queues up to 1000 jobs at once, all or none. Of those whose `idempotency_key` is held, the job that holds it stands in their place. */
  @Post('batch')
  @Allow('operator')
  @DescribeCommand({ summary: 'Queue jobs together', answer: JobBatchResponse, status: 201, orOk: true })
  queueBatch(@Body() { jobs }: QueueJobsRequest, @CommandFrom() context: CommandContext): Promise<Outcome> {
    requireOutsideJobs(jobs);
    return this.commands.execute(new QueueJobs(jobs.map(newJob), context));
  }

  /** Ends a job, whatever it does; its worker is told with the next heartbeat. */
  @Post(':id/cancel')
  @Allow('operator')
  @DescribeCommand({ summary: 'Cancel a job', answer: JobResponse, problems })
  cancel(
    @IdParam('id') id: string,
    @Body() { reason }: CancelJobRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnJob(id, { type: 'cancel_job', data: { reason } }, context));
  }

  /** Has a job that needs a human, or waits for its time, run again at once; perhaps on another payload. */
  @Post(':id/retry')
  @Allow('operator')
  @DescribeCommand({ summary: 'Run a job again', answer: JobResponse, problems: [...problems, 'illegal-transition'] })
  retry(
    @IdParam('id') id: string,
    @Body() { payload, reason }: RetryJobRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnJob(id, { type: 'retry_job', data: { payload, reason } }, context));
  }

  /** Says how a job that needs a human ends. Fails with `invalid-input` where an output is given with another outcome than `succeeded`. */
  @Post(':id/resolve')
  @Allow('operator')
  @DescribeCommand({
    summary: 'Resolve a job that needs a human',
    answer: JobResponse,
    problems: [...problems, 'illegal-transition', 'output-too-large'],
  })
  resolve(
    @IdParam('id') id: string,
    @Body() { outcome, output, reason }: ResolveJobRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnJob(id, { type: 'resolve_job', data: { outcome, output, reason } }, context));
  }
}

function newJob(request: QueueJobRequest): NewJob {
  const { handler, payload, max_attempts: maxAttempts, run_at: runAt, idempotency_key: idempotencyKey } = request;
  return { handler, payload, maxAttempts, runAt, idempotencyKey };
}
