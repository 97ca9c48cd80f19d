import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { FindPolicyLayers, type PolicyLayers } from '../../gate-policy/contract.js';
import type { Caller } from '../../kernel/command-context.js';
import { Allow } from '../../platform/auth/access.js';
import { CallerOf } from '../../platform/http/command-from.js';
import { DescribeRead } from '../../platform/http/describe.js';
import { IdParam } from '../../platform/http/params.js';
import { projectOf } from '../gate-terms.policy.js';
import { RunHistory } from '../run-history.js';
import { currentStage } from '../run-state.decider.js';
import { EffectivePolicyResponse } from './effective-policy.response.js';
import { stagePolicies } from './stage-policies.policy.js';

/** The approval policy as it comes to a run. */
@ApiTags('Gates')
@Controller('pipeline/:id/gate-policy')
export class EffectivePolicyController {
  constructor(
    private readonly queries: QueryBus,
    private readonly history: RunHistory,
  ) {}

  /**
   * Reads what holds for the approval of each stage of a run, every setting with its layer and rule. A gate that is open keeps the terms it
   * opened with: they are shown beside, with a note where the policy says otherwise by now. Fails with `run-not-found`.
   */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({
    summary: 'What does the policy ask of this run?',
    answer: EffectivePolicyResponse,
    problems: ['run-not-found'],
  })
  async get(@IdParam('id') id: string, @CallerOf() { tenantId }: Caller): Promise<EffectivePolicyResponse> {
    const { state } = await this.history.stateOf(tenantId, id);
    const projectId = projectOf(state);
    const asked = new FindPolicyLayers(tenantId, projectId);
    const layers = await this.queries.execute<FindPolicyLayers, PolicyLayers>(asked);
    const { key } = currentStage(state).definition;
    return { run_id: id, project_id: projectId, current_stage: key, items: stagePolicies(state, layers) };
  }
}
