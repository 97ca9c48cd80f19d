import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { ErrorCode } from '../../kernel/domain-error.js';
import { Allow } from '../../platform/auth/access.js';
import type { Caller, CommandContext, Outcome } from '../../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../../platform/http/describe.js';
import type { Page } from '../../platform/http/page.js';
import { IdParam } from '../../platform/http/params.js';
import { decisionRoles } from '../call-roles.policy.js';
import { ActAtGate } from '../commands/act-at-gate.js';
import { DecideGateRequest, DelegateGateRequest, ExtendGateRequest, decisionIn } from '../commands/gate.request.js';
import { runProblems } from '../commands/run-problems.js';
import { GateEvidence } from './gate-evidence.js';
import { DecidedGateResponse, GatePageResponse, GateResponse } from './gate.response.js';
import { GateFilterQuery, ListGates } from './list-gates.query.js';

const pendingGateProblems = [
  ...runProblems,
  'gate-not-found',
  'gate-not-pending',
  'gate-already-decided',
  'not-a-decider',
  'self-approval',
  'reason-required',
] as const satisfies readonly ErrorCode[];

@ApiTags('Gates')
@Controller('gates')
export class GatesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly evidence: GateEvidence,
  ) {}

  /**
   * Lists the gates of all runs, oldest first, each with what is needed to decide it; `status=pending` is what waits for a decision, and
   * `mine=true` what of it waits for you.
   */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the gates', answer: GatePageResponse })
  list(@Query() filter: GateFilterQuery, @CallerOf() caller: Caller): Promise<Page<GateResponse>> {
    return this.queries.execute(new ListGates(caller, filter, new Date().toISOString()));
  }

  /**
   * Reads a gate with its evidence: of a pending gate as of now, of another as of the moment it closed. The ETag is the version of the
   * run that the evidence is from: a decision sent with it as `If-Match` is refused if the run has moved on.
   * Fails with `gate-not-found`.
   */
  @Get(':id')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a gate', answer: GateResponse, problems: ['gate-not-found'] })
  async get(
    @IdParam('id') id: string,
    @CallerOf() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GateResponse> {
    const { gate, runVersion } = await this.evidence.of(caller, id, new Date().toISOString());
    void reply.header('etag', `"${String(runVersion)}"`);
    return gate;
  }

  /**
   * Decides at a gate, or votes at an approval: with the last vote that its quorum needs it is decided. The same decision sent twice is the same
   * answer.
   */
  @Post(':id/decision')
  @Allow(...decisionRoles)
  @DescribeCommand({
    summary: 'Decide at a gate',
    answer: DecidedGateResponse,
    problems: [
      ...runProblems,
      'gate-not-found',
      'gate-not-pending',
      'gate-already-decided',
      'option-not-allowed',
      'not-a-decider',
      'self-approval',
      'reason-required',
      'milestone-not-found',
      'node-not-found',
      'illegal-transition',
    ],
  })
  decide(
    @IdParam('id') id: string,
    @Body() request: DecideGateRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    const data = decisionIn(id, request);
    return this.commands.execute(new ActAtGate({ type: 'decide_gate', data }, context));
  }

  /** Gives those who may decide more time, counted from now; they are reminded anew. */
  @Post(':id/extend')
  @Allow(...decisionRoles)
  @DescribeCommand({
    summary: 'Extend a gate',
    answer: DecidedGateResponse,
    problems: [...pendingGateProblems, 'gate-never-expires'],
  })
  extend(
    @IdParam('id') gateId: string,
    @Body() { seconds, reason }: ExtendGateRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActAtGate({ type: 'extend_gate', data: { gateId, seconds, reason } }, context));
  }

  /** Has somebody else vote in your stead. It stays one place: whoever of you votes first takes it. */
  @Post(':id/delegate')
  @Allow(...decisionRoles)
  @DescribeCommand({
    summary: 'Delegate a vote',
    answer: DecidedGateResponse,
    problems: [...pendingGateProblems, 'not-an-approval', 'already-voted'],
  })
  delegate(
    @IdParam('id') gateId: string,
    @Body() { to, reason }: DelegateGateRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActAtGate({ type: 'delegate_gate', data: { gateId, to, reason } }, context));
  }
}
