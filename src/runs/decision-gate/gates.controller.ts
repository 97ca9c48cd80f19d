import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Allow } from '../../platform/auth/access.js';
import type { Caller, CommandContext, Outcome } from '../../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../../platform/http/describe.js';
import type { Page } from '../../platform/http/page.js';
import { IdParam } from '../../platform/http/params.js';
import { decisionRoles } from '../call-roles.policy.js';
import { DecideAtGate } from '../commands/decide-gate.js';
import { DecideGateRequest } from '../commands/decide-gate.request.js';
import { runProblems } from '../commands/run-problems.js';
import { GateEvidence } from './gate-evidence.js';
import { DecidedGateResponse, GatePageResponse, GateResponse } from './gate.response.js';
import { GateFilterQuery, ListGates } from './list-gates.query.js';

@ApiTags('Gates')
@Controller('gates')
export class GatesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly evidence: GateEvidence,
  ) {}

  /** Lists the gates, oldest first; `status=pending` is what waits for a decision. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the gates', answer: GatePageResponse })
  list(@Query() filter: GateFilterQuery, @CallerOf() { tenantId }: Caller): Promise<Page<GateResponse>> {
    return this.queries.execute(new ListGates(tenantId, filter));
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
    @CallerOf() { tenantId }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GateResponse> {
    const { gate, runVersion } = await this.evidence.of(tenantId, id);
    void reply.header('etag', `"${String(runVersion)}"`);
    return gate;
  }

  /** Decides at a gate. The same decision sent twice is the same answer. */
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
      'reason-required',
      'milestone-not-found',
      'illegal-transition',
    ],
  })
  decide(
    @IdParam('id') id: string,
    @Body() request: DecideGateRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new DecideAtGate(id, request, context));
  }
}
