import { Body, Controller, Get, Put, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller, CommandContext, Outcome } from '../kernel/command-context.js';
import { Allow } from '../platform/auth/access.js';
import { CallerOf, CommandFrom } from '../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../platform/http/describe.js';
import { IdParam, QueryText } from '../platform/http/params.js';
import { readMap } from '../platform/http/read-map.js';
import { PutGatePolicy } from './commands/put-gate-policy.js';
import { ApprovalRuleRequest } from './policy/approval-rule.request.js';
import { ChangedGatePolicyResponse, GatePolicyResponse } from './policy/gate-policy.response.js';
import { GetGatePolicy } from './policy/get-gate-policy.query.js';

const aboutChanges =
  'What was sent replaces the whole layer; the same again changes nothing. Approvals that are open keep the terms they opened with. ' +
  'As a dry run it shows, in `effects`, what would change for the stages that open runs stand at or have yet to come to.';

/** Rules of one layer at most. */
const MAX_RULES = 200;

/** The body of a change: the layer itself, without an envelope. */
const layerBody = {
  required: true,
  description:
    'The whole layer as it is to be: rules by `<template>/<stage>`, `<stage>` or `*`. Of a field, the closest rule that speaks of it has the word.',
  schema: {
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(ApprovalRuleRequest) },
    maxProperties: MAX_RULES,
    example: { '*': { quorum: 2 }, 'delivery/3_build': { require_approval: true, approvers: ['approver'] } },
  },
} as const;

/** Why a layer is changed: in the query, because the body is the layer. */
const ReasonOfChange = () => QueryText('reason', 500, 'Why; it stays in the timeline.');

/** The approval policy: what holds for a tenant, and what its projects have otherwise. */
@ApiTags('Gates')
@Controller()
export class GatePolicyController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Reads the tenant's layer of the approval policy. The ETag is its version. */
  @Get('gate-policy')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read the approval policy', answer: GatePolicyResponse })
  get(@CallerOf() { tenantId }: Caller, @Res({ passthrough: true }) reply: FastifyReply): Promise<GatePolicyResponse> {
    return this.read(new GetGatePolicy(tenantId, null), reply);
  }

  /** Replaces the tenant's layer of the approval policy. */
  @Put('gate-policy')
  @Allow('admin')
  @ApiBody(layerBody)
  @DescribeCommand({
    summary: 'Change the approval policy',
    description: aboutChanges,
    answer: ChangedGatePolicyResponse,
  })
  put(
    @Body() sent: unknown,
    @ReasonOfChange() reason: string | undefined,
    @CommandFrom('reason') context: CommandContext,
  ): Promise<Outcome> {
    const policy = readMap(ApprovalRuleRequest, MAX_RULES, sent);
    return this.commands.execute(new PutGatePolicy(null, { policy, reason }, context));
  }

  /** Reads what a project has otherwise than its tenant. The ETag is its version. Fails with `project-not-found`. */
  @Get('projects/:id/gate-policy')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({
    summary: 'Read a project’s approval policy',
    answer: GatePolicyResponse,
    problems: ['project-not-found'],
  })
  getOfProject(
    @IdParam('id') id: string,
    @CallerOf() { tenantId }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GatePolicyResponse> {
    return this.read(new GetGatePolicy(tenantId, id), reply);
  }

  /** Replaces what a project has otherwise than its tenant. Fails with `project-not-found`. */
  @Put('projects/:id/gate-policy')
  @Allow('admin')
  @ApiBody(layerBody)
  @DescribeCommand({
    summary: 'Change a project’s approval policy',
    description: aboutChanges,
    answer: ChangedGatePolicyResponse,
    problems: ['project-not-found'],
  })
  putOfProject(
    @IdParam('id') id: string,
    @Body() sent: unknown,
    @ReasonOfChange() reason: string | undefined,
    @CommandFrom('reason') context: CommandContext,
  ): Promise<Outcome> {
    const policy = readMap(ApprovalRuleRequest, MAX_RULES, sent);
    return this.commands.execute(new PutGatePolicy(id, { policy, reason }, context));
  }

  private async read(query: GetGatePolicy, reply: FastifyReply): Promise<GatePolicyResponse> {
    const layer = await this.queries.execute(query);
    void reply.header('etag', `"${String(layer.version)}"`);
    return layer;
  }
}
