import { Body, Controller, Get, Put, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller, CommandContext, Outcome } from '../kernel/command-context.js';
import { Allow } from '../platform/auth/access.js';
import { CallerOf, CommandFrom } from '../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../platform/http/describe.js';
import { IdParam } from '../platform/http/params.js';
import { readDocument } from '../platform/http/read-document.js';
import { PutGatePolicy } from './commands/put-gate-policy.js';
import { PutGatePolicyRequest } from './commands/put-gate-policy.request.js';
import { ChangedGatePolicyResponse, GatePolicyResponse } from './policy/gate-policy.response.js';
import { GetGatePolicy } from './policy/get-gate-policy.query.js';

const aboutChanges =
  'What was sent replaces the whole layer; the same again changes nothing. Approvals that are open keep the terms they opened with. ' +
  'As a dry run it shows, in `effects`, what would change for the stages that open runs stand at or have yet to come to.';

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
  @ApiBody({ type: PutGatePolicyRequest })
  @DescribeCommand({
    summary: 'Change the approval policy',
    description: aboutChanges,
    answer: ChangedGatePolicyResponse,
  })
  put(@Body() sent: unknown, @CommandFrom() context: CommandContext): Promise<Outcome> {
    return this.commands.execute(new PutGatePolicy(null, readDocument(PutGatePolicyRequest, sent), context));
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
  @ApiBody({ type: PutGatePolicyRequest })
  @DescribeCommand({
    summary: 'Change a project’s approval policy',
    description: aboutChanges,
    answer: ChangedGatePolicyResponse,
    problems: ['project-not-found'],
  })
  putOfProject(
    @IdParam('id') id: string,
    @Body() sent: unknown,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new PutGatePolicy(id, readDocument(PutGatePolicyRequest, sent), context));
  }

  private async read(query: GetGatePolicy, reply: FastifyReply): Promise<GatePolicyResponse> {
    const layer = await this.queries.execute(query);
    void reply.header('etag', `"${String(layer.version)}"`);
    return layer;
  }
}
