import { Body, Controller, HttpCode, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller, CommandContext, Outcome } from '../../kernel/command-context.js';
import { Allow } from '../../platform/auth/access.js';
import { CallerOf, CommandFrom } from '../../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../../platform/http/describe.js';
import { NoQuery } from '../../platform/http/no-query.request.js';
import { IdParam } from '../../platform/http/params.js';
import { Shutdown } from '../../platform/http/shutdown.js';
import { ActOnJob } from './act-on-job.js';
import { ClaimRequest, ClaimResponse, DEFAULT_LEASE_SECONDS, HeartbeatResponse } from './claim.request.js';
import { Heartbeats } from './heartbeats.js';
import type { AskedOfJob } from './job-command.decider.js';
import { claimedOnWire } from './job-on-wire.js';
import {
  CompleteJobRequest,
  CompleteJobsRequest,
  FailJobRequest,
  HeartbeatRequest,
  NeedHumanRequest,
} from './job.request.js';
import { CompleteJobs } from './complete-jobs.js';
import { CompletedJobsResponse, completedOnWire } from './completed.response.js';
import { JobResponse } from './job.response.js';
import { requireOutsideHandlers } from './outside-handlers.js';
import { WaitingClaims } from './waiting-claims.js';

const bodies = ['payload-too-large', 'unsupported-media-type'] as const;
const problems = ['job-not-found', 'job-closed', 'lease-lost', 'run-closed'] as const;

/**
 * What workers outside speak. A claim and a heartbeat are no commands of the timeline's conventions: they take neither `dry_run` nor
 * `Idempotency-Key`. Whoever did not get the answer of a claim claims again; the jobs of the lost answer run again after their lease.
 */
@ApiTags('Worker protocol')
@Controller('jobs')
export class WorkerProtocolController {
  constructor(
    private readonly commands: CommandBus,
    private readonly claims: WaitingClaims,
    private readonly heartbeats: Heartbeats,
    private readonly shutdown: Shutdown,
  ) {}

  /** Takes jobs that are due, waiting for some where asked to. */
  @Post('claim')
  @HttpCode(200)
  @Allow('worker')
  @DescribeRead({
    summary: 'Claim jobs',
    description:
      'Each job is given to one worker, which has to beat, complete or fail it within its lease. Takes neither dry_run nor ' +
      'Idempotency-Key: who did not get the answer claims again, and the jobs of the lost answer run again after their lease.',
    answer: ClaimResponse,
    problems: bodies,
  })
  async claim(
    @Body() request: ClaimRequest,
    @Query() _query: NoQuery,
    @CallerOf() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClaimResponse> {
    requireOutsideHandlers(request.handlers, '/handlers');
    const { handlers, limit = 1, worker_id: workerId, lease_seconds: leaseSeconds = DEFAULT_LEASE_SECONDS } = request;
    const ended = AbortSignal.any([leaving(reply), this.shutdown.signal]);
    const claim = { caller, handlers, limit, workerId, leaseSeconds };
    const taken = await this.claims.claim(claim, request.wait_seconds ?? 0, ended);
    return { jobs: taken.map(claimedOnWire) };
  }

  /** Says that the worker lives, and learns whether to go on. Fails with `lease-lost` where that attempt is over. */
  @Post(':id/heartbeat')
  @HttpCode(200)
  @Allow('worker')
  @DescribeRead({
    summary: 'Keep the lease of a job',
    description: 'Beat about three times a lease. With cancel_requested, stop: nobody waits for the result any more.',
    answer: HeartbeatResponse,
    problems: [...bodies, 'job-not-found', 'lease-lost'],
  })
  async heartbeat(
    @IdParam('id') id: string,
    @Body() { attempt }: HeartbeatRequest,
    @Query() _query: NoQuery,
    @CallerOf() { tenantId }: Caller,
  ): Promise<HeartbeatResponse> {
    const { leaseExpiresAt, cancelRequested } = await this.heartbeats.beat(tenantId, id, attempt);
    return { lease_expires_at: leaseExpiresAt, cancel_requested: cancelRequested };
  }

  /** Hands in the result. The same one again is one; another, or of another attempt, is refused. */
  @Post(':id/complete')
  @Allow('worker')
  @DescribeCommand({ summary: 'Complete a job', answer: JobResponse, problems: [...problems, 'output-too-large'] })
  complete(
    @IdParam('id') id: string,
    @Body() { attempt, output }: CompleteJobRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.act(id, { type: 'complete_job', data: { attempt, output } }, context);
  }

  /** Hands in many results, each taken or refused by itself. The same ones again are answered the same. */
  @Post('complete')
  @HttpCode(200)
  @Allow('worker')
  @DescribeRead({
    summary: 'Complete jobs together',
    description:
      'Each result is taken or refused by itself, so a lost lease keeps no other result from being taken. Takes neither dry_run nor ' +
      'Idempotency-Key: who did not get the answer sends the same again.',
    answer: CompletedJobsResponse,
    problems: bodies,
  })
  async completeMany(
    @Body() { jobs }: CompleteJobsRequest,
    @Query() _query: NoQuery,
    @CallerOf() caller: Caller,
  ): Promise<CompletedJobsResponse> {
    const named = jobs.map(({ id: jobId, attempt, output }) => ({ jobId, attempt, output }));
    const refusals = await this.commands.execute(new CompleteJobs(named, caller));
    return { jobs: jobs.map(({ id, attempt }, index) => completedOnWire({ id, attempt }, refusals[index] ?? null)) };
  }

  /** Says that the attempt failed: the job runs again later, or needs a human when its attempts are used up. */
  @Post(':id/fail')
  @Allow('worker')
  @DescribeCommand({ summary: 'Fail an attempt at a job', answer: JobResponse, problems })
  fail(
    @IdParam('id') id: string,
    @Body() { attempt, error, retryable, retry_after_seconds: retryAfterSeconds }: FailJobRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    const data = { attempt, error, retryable, retryAfterSeconds, chance: Math.random() };
    return this.act(id, { type: 'fail_job', data }, context);
  }

  /** Hands the job to a person. */
  @Post(':id/needs-human')
  @Allow('worker')
  @DescribeCommand({ summary: 'Hand a job to a person', answer: JobResponse, problems })
  needHuman(
    @IdParam('id') id: string,
    @Body() { attempt, reason }: NeedHumanRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.act(id, { type: 'need_human', data: { attempt, reason } }, context);
  }

  private act(id: string, asked: AskedOfJob, context: CommandContext): Promise<Outcome> {
    return this.commands.execute(new ActOnJob(id, asked, context));
  }
}

/** Aborted when the client goes away. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  raw.once('close', () => {
    left.abort();
  });
  return left.signal;
}
