import { ApiSchema } from '@nestjs/swagger';
import { AnyJson, Choice, Flag, KeyText, NestedList, Text } from '../platform/http/fields.js';

@ApiSchema({ name: 'Finding' })
export class FindingResponse {
  @KeyText({ description: 'For programs.' })
  readonly code!: string;

  @Text({ max: 5000, description: 'For people.' })
  readonly message!: string;
}

@ApiSchema({ name: 'Readiness' })
export class ReadinessResponse {
  @KeyText({ description: 'The stage the run stands at.' })
  readonly stage!: string;

  @Flag({ description: 'Whether it may be completed.' })
  readonly ready!: boolean;

  @NestedList(() => FindingResponse)
  readonly blocked_reasons!: readonly FindingResponse[];

  @NestedList(() => FindingResponse, { description: 'What would remove each reason, in the same order.' })
  readonly required_actions!: readonly FindingResponse[];
}

@ApiSchema({ name: 'Action' })
export class ActionResponse {
  @KeyText()
  readonly action!: string;

  @Text({ optional: true, description: 'What it would act on: a stage, a milestone, a risk, a decision.' })
  readonly target?: string;

  @Choice(['POST'])
  readonly method!: string;

  @Text()
  readonly path!: string;

  @Flag()
  readonly allowed!: boolean;

  @AnyJson({ optional: true, description: 'Why not: the code and message the command would be refused with.' })
  readonly refusal?: unknown;
}

@ApiSchema({ name: 'ActionList' })
export class ActionListResponse {
  @NestedList(() => ActionResponse)
  readonly items!: readonly ActionResponse[];
}
