import { ApiSchema } from '@nestjs/swagger';
import {
  AnyJson,
  Choice,
  Flag,
  KeyText,
  Moment,
  Nested,
  NestedList,
  Text,
  TextList,
  Uuid,
  Whole,
} from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';
import { runStatuses, TemplateVersionResponse } from '../pipeline-run/run.response.js';
import { waitKinds } from './wait.policy.js';
import { AwaitedGateResponse } from './why-gate.response.js';
import {
  AwaitedCriterionResponse,
  AwaitedJobResponse,
  AwaitedMilestoneResponse,
  AwaitedRiskResponse,
  AwaitedTimerResponse,
  BrokenOffResponse,
  BrokenRuleResponse,
  ParkingResponse,
  RunEndResponse,
} from './why-subject.response.js';

@ApiSchema({ name: 'Remedy' })
export class RemedyResponse {
  @Text({ description: 'For programs. `wait`: nothing has to be asked of anybody.' })
  readonly action!: string;

  @Text({ max: 5000, description: 'For people.' })
  readonly message!: string;

  @Choice(['POST'], { optional: true, description: 'Absent, as is the path, where no route does it.' })
  readonly method?: string;

  @Text({ optional: true })
  readonly path?: string;

  @TextList({ description: 'Roles of keys or, at a gate, those whom it names. The role admin always may.' })
  readonly who!: readonly string[];
}

@ApiSchema({ name: 'Why' })
export class WhyResponse {
  @Uuid()
  readonly run_id!: string;

  @Nested(() => TemplateVersionResponse)
  readonly template!: TemplateVersionResponse;

  @AnyJson({ description: 'Who or what the run moves.' })
  readonly subject!: unknown;

  @Choice(runStatuses)
  readonly status!: string;

  @KeyText({ description: 'The stage it stands at.' })
  readonly stage!: string;

  @Text({ max: 2000 })
  readonly stage_name!: string;

  @Choice(waitKinds, {
    description:
      'The kind of the one thing it waits for. `person`: a job that needs one. `command`: a step that somebody has to ask for. The field of that name tells more: `milestone`, `criterion`, `risk`, `rule`; `job` (also of `person`), `timer`, `gate` (of `approval` and `decision`), `parked` (of `unpark`), `broken` (of `resume`), `ended` (of `nothing`).',
  })
  readonly waits_for!: string;

  @Moment({ description: 'Since when, without a break.' })
  readonly since!: string;

  @Moment({ nullable: true, description: 'When that changes by itself, as things stand; null where it does not.' })
  readonly changes_at!: string | null;

  @Flag({ description: 'Whether it goes on without anybody: a worker is at it, or a time is set.' })
  readonly moving!: boolean;

  @Text({ max: 10_000, description: 'All of it in a sentence, for people.' })
  readonly summary!: string;

  @NestedList(() => RemedyResponse, { description: 'What would have it go on, the first thing first.' })
  readonly unblock!: readonly RemedyResponse[];

  @Whole({ min: 0, description: 'How many other things are open besides this one.' })
  readonly others!: number;

  @Nested(() => AwaitedMilestoneResponse, { optional: true })
  readonly milestone?: AwaitedMilestoneResponse;

  @Nested(() => AwaitedCriterionResponse, { optional: true })
  readonly criterion?: AwaitedCriterionResponse;

  @Nested(() => AwaitedRiskResponse, { optional: true })
  readonly risk?: AwaitedRiskResponse;

  @Nested(() => BrokenRuleResponse, { optional: true })
  readonly rule?: BrokenRuleResponse;

  @Nested(() => AwaitedJobResponse, { optional: true })
  readonly job?: AwaitedJobResponse;

  @Nested(() => AwaitedTimerResponse, { optional: true })
  readonly timer?: AwaitedTimerResponse;

  @Nested(() => AwaitedGateResponse, { optional: true })
  readonly gate?: AwaitedGateResponse;

  @Nested(() => ParkingResponse, { optional: true })
  readonly parked?: ParkingResponse;

  @Nested(() => BrokenOffResponse, { optional: true })
  readonly broken?: BrokenOffResponse;

  @Nested(() => RunEndResponse, { optional: true })
  readonly ended?: RunEndResponse;

  @Whole({ min: 1, description: 'The version of the run that this is about.' })
  readonly version!: number;
}

@ApiSchema({ name: 'WhyPage' })
export class WhyPageResponse extends PageOf(() => WhyResponse) {}
