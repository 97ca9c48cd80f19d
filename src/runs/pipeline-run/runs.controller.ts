import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { FindPolicyLayers, type PolicyLayers } from '../../gate-policy/contract.js';
import { projectOf } from '../gate-terms.policy.js';
import { evaluation } from '../../platform/expressions/conditions.js';
import { Allow } from '../../platform/auth/access.js';
import type { Caller, CommandContext, Outcome } from '../../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../../platform/http/describe.js';
import type { Page } from '../../platform/http/page.js';
import { IdParam } from '../../platform/http/params.js';
import { decidingAs } from '../commands/act-on-run.js';
import { actionsFor } from '../actions.policy.js';
import { callableWith, commandRoles } from '../call-roles.policy.js';
import { StartRunThrough } from '../commands/start-run.js';
import { StartRunRequest } from '../commands/start-run.request.js';
import { assessReadiness } from '../readiness.policy.js';
import { ActionListResponse, ReadinessResponse } from '../readiness.response.js';
import { RunHistory } from '../run-history.js';
import { runStream } from '../run-stream.js';
import { currentStage } from '../run-state.decider.js';
import { ListNodes, NodeFilterQuery } from '../node-run/list-nodes.query.js';
import { NodeRunPageResponse, type NodeRunResponse } from '../node-run/node.response.js';
import { ListStages } from '../stage-config/list-stages.query.js';
import { StageListResponse } from '../stage-config/stage.response.js';
import { GetRun, PointInTimeQuery } from './get-run.query.js';
import { ListRuns, RunFilterQuery } from './list-runs.query.js';
import { RunPageResponse, RunResponse } from './run.response.js';

@ApiTags('Runs')
@Controller('pipeline')
export class RunsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly history: RunHistory,
  ) {}

  /**
   * Starts a run. Fails with `project-not-found`, `candidate-not-found`, `job-profile-not-found`, `template-not-found`,
   * `run-already-open` (`run_id`).
   */
  @Post('start')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Start a run',
    answer: RunResponse,
    status: 201,
    problems: [
      'project-not-found',
      'candidate-not-found',
      'job-profile-not-found',
      'template-not-found',
      'run-already-open',
    ],
  })
  start(@Body() request: StartRunRequest, @CommandFrom() context: CommandContext): Promise<Outcome> {
    return this.commands.execute(new StartRunThrough(request, context));
  }

  /** Lists the runs, oldest first. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the runs', answer: RunPageResponse })
  list(@Query() filter: RunFilterQuery, @CallerOf() { tenantId }: Caller): Promise<Page<RunResponse>> {
    return this.queries.execute(new ListRuns(tenantId, filter));
  }

  /** Reads a run, now or as it was. Fails with `run-not-found`, `version-not-found`. */
  @Get(':id')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a run', answer: RunResponse, problems: ['run-not-found', 'version-not-found'] })
  async get(
    @IdParam('id') id: string,
    @Query() point: PointInTimeQuery,
    @CallerOf() { tenantId }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunResponse> {
    const run = await this.queries.execute(new GetRun(tenantId, id, point));
    void reply.header('etag', `"${String(run.version)}"`);
    return run;
  }

  /** Lists the stages of a run with their milestones, criteria, risks and results. Fails with `run-not-found`. */
  @Get(':id/stages')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the stages of a run', answer: StageListResponse, problems: ['run-not-found'] })
  stages(@IdParam('id') id: string, @CallerOf() { tenantId }: Caller): Promise<StageListResponse> {
    return this.queries.execute(new ListStages(tenantId, id));
  }

  /** Lists the nodes of a run’s graphs, in the order of the definition, with how far each has come and why. Fails with `run-not-found`. */
  @Get(':id/nodes')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the nodes of a run', answer: NodeRunPageResponse, problems: ['run-not-found'] })
  nodes(
    @IdParam('id') id: string,
    @Query() filter: NodeFilterQuery,
    @CallerOf() { tenantId }: Caller,
  ): Promise<Page<NodeRunResponse>> {
    return this.queries.execute(new ListNodes(tenantId, id, filter));
  }

  /** Says whether the current stage may be completed, and if not, why and what to do. Fails with `run-not-found`. */
  @Get(':id/readiness')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Is the stage ready?', answer: ReadinessResponse, problems: ['run-not-found'] })
  async readiness(@IdParam('id') id: string, @CallerOf() { tenantId }: Caller): Promise<ReadinessResponse> {
    const { state } = await this.history.stateOf(tenantId, id);
    const stage = currentStage(state);
    const { ready, blockedReasons, requiredActions } = assessReadiness(state, stage, evaluation.condition);
    return { stage: stage.definition.key, ready, blocked_reasons: blockedReasons, required_actions: requiredActions };
  }

  /** Lists what this caller may do now, and for the rest why not. Fails with `run-not-found`. */
  @Get(':id/actions')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'What can I do now?', answer: ActionListResponse, problems: ['run-not-found'] })
  async actions(@IdParam('id') id: string, @CallerOf() caller: Caller): Promise<ActionListResponse> {
    const { state } = await this.history.stateOf(caller.tenantId, id);
    const policy = await this.queries.execute<FindPolicyLayers, PolicyLayers>(
      new FindPolicyLayers(caller.tenantId, projectOf(state)),
    );
    const actions = actionsFor(runStream.decider, id, state, decidingAs(caller), {
      now: new Date().toISOString(),
      policy,
    });
    return { items: callableWith(caller.roles, actions) };
  }
}
