import { ApiSchema } from '@nestjs/swagger';
import {
  AnyJson,
  Choice,
  Flag,
  KeyText,
  Moment,
  NestedList,
  Text,
  TextList,
  Uuid,
  Whole,
} from '../../platform/http/fields.js';
import { FindingResponse } from '../readiness.response.js';
import { stageStatuses } from './stage-status.policy.js';

export const stageStates = ['created', 'in_progress', 'completed', 'gated'] as const;

@ApiSchema({ name: 'ExitCriterion' })
export class ExitCriterionResponse {
  @KeyText()
  readonly key!: string;

  @Text()
  readonly text!: string;

  @Flag()
  readonly met!: boolean;
}

@ApiSchema({ name: 'Risk' })
export class RiskResponse {
  @Uuid()
  readonly id!: string;

  @Text({ max: 100 })
  readonly type!: string;

  @Text({ max: 2000 })
  readonly message!: string;

  @Flag()
  readonly dismissed!: boolean;
}

@ApiSchema({ name: 'Stage' })
export class StageResponse {
  @KeyText()
  readonly key!: string;

  @Whole({ min: 1 })
  readonly number!: number;

  @Text({ max: 200 })
  readonly name!: string;

  @Choice(stageStates)
  readonly state!: string;

  @Choice(stageStatuses, {
    description:
      'How it stands, in one word: in_progress while its graph is at work, needs_human where a job waits for a person, blocked where something else keeps it from being ready, sent_back where nothing does and it waits to be done again, gate_closed where its gate lapsed; parked, failed, timeout or cancelled where the run is.',
  })
  readonly status!: string;

  @Flag({ description: 'Shown, and never entered.' })
  readonly locked!: boolean;

  @Flag({ description: 'Whether a decision is due when its work is done.' })
  readonly gated!: boolean;

  @AnyJson({ description: 'By key: `weight`, `completed`, and `template`, what the template defines it with.' })
  readonly milestones!: unknown;

  @Whole({ min: 0, max: 100 })
  readonly progress_percent!: number;

  @NestedList(() => ExitCriterionResponse)
  readonly exit_criteria!: readonly ExitCriterionResponse[];

  @NestedList(() => RiskResponse)
  readonly blocking_risks!: readonly RiskResponse[];

  @NestedList(() => FindingResponse, {
    description: 'What keeps it from being ready; of the stage where the run stands, none of the others.',
  })
  readonly blocked_reasons!: readonly FindingResponse[];

  @NestedList(() => FindingResponse, { description: 'What would remove each reason, in the same order.' })
  readonly required_actions!: readonly FindingResponse[];

  @TextList()
  readonly suggested_focus!: readonly string[];

  @AnyJson({
    nullable: true,
    description: '`outcome`, `score`, `feedback`, `data`, `recorded_by`, `recorded_at`; null until one is recorded.',
  })
  readonly result!: unknown;

  @Moment({ nullable: true })
  readonly entered_at!: string | null;

  @Moment({ nullable: true })
  readonly completed_at!: string | null;
}

@ApiSchema({ name: 'StageList' })
export class StageListResponse {
  @NestedList(() => StageResponse)
  readonly items!: readonly StageResponse[];
}
