import { ApiSchema } from '@nestjs/swagger';
import { Choice, Flag, KeyText, Nested, NestedList, Text, TextList, Uuid, Whole } from '../../platform/http/fields.js';
import { gateTypes } from '../decision-gate/gate.response.js';
import { stageStates } from '../stage-config/stage.response.js';
import { EffectiveRuleResponse } from './effective-rule.response.js';

@ApiSchema({ name: 'OpenGateTerms' })
export class OpenGateTermsResponse {
  @Uuid()
  readonly gate_id!: string;

  @Choice(gateTypes)
  readonly gate_type!: string;

  @Nested(() => EffectiveRuleResponse, {
    nullable: true,
    description: 'What the policy came to when it opened, which is what holds for it; null for a decision.',
  })
  readonly terms!: EffectiveRuleResponse | null;

  @TextList({ description: 'The settings of which the policy says otherwise by now.' })
  readonly changed_since!: readonly string[];

  @Text({ nullable: true, description: 'The same in words; null where the policy is as it was.' })
  readonly note!: string | null;
}

@ApiSchema({ name: 'StagePolicy' })
export class StagePolicyResponse {
  @KeyText()
  readonly stage!: string;

  @Whole({ min: 1 })
  readonly stage_number!: number;

  @Choice(stageStates)
  readonly state!: string;

  @Flag({ description: 'It was approved since it was completed last.' })
  readonly approved!: boolean;

  @Nested(() => EffectiveRuleResponse, { description: 'What holds for the next approval of this stage.' })
  readonly policy!: EffectiveRuleResponse;

  @Nested(() => OpenGateTermsResponse, { nullable: true, description: 'The gate that is open at this stage.' })
  readonly open_gate!: OpenGateTermsResponse | null;
}

@ApiSchema({ name: 'EffectivePolicy' })
export class EffectivePolicyResponse {
  @Uuid()
  readonly run_id!: string;

  @Uuid({ nullable: true, description: 'The project whose layers count; null where the run has none.' })
  readonly project_id!: string | null;

  @KeyText({ description: 'Where the run stands.' })
  readonly current_stage!: string;

  @NestedList(() => StagePolicyResponse, { description: 'Every stage that can be entered, in order.' })
  readonly items!: readonly StagePolicyResponse[];
}
