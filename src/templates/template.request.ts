import { ApiSchema } from '@nestjs/swagger';
import type { JsonObject } from '../kernel/json.js';
import {
  Choice,
  Flag,
  JsonMap,
  Nested,
  NestedList,
  NestedMap,
  Text,
  TextList,
  Whole,
} from '../platform/http/fields.js';
import type { Decision, GateType, OnExpiry } from './template.events.js';
import { optionsOf } from './gate-type.policy.js';
import { GraphRequest } from './graph.request.js';
import { aboutKeys } from './names.policy.js';
import { heaviest } from './template.policy.js';

const everyOption = [...optionsOf.decision, ...optionsOf.approval];
const gateTypes = ['decision', 'approval'] as const satisfies readonly GateType[];
const expiries = ['remain', 'park', 'escalate'] as const satisfies readonly OnExpiry[];
/** Of whoever may decide, and of the characters each is named by. */
const people = { max: 50, maxLength: 200 };

@ApiSchema({ name: 'MilestoneDefinition' })
export class MilestoneRequest {
  @Text({ max: 200, description: 'What people read.' })
  readonly title!: string;

  @Whole({ min: 1, max: heaviest, description: 'Its share of the stage; what the weights sum to is the whole.' })
  readonly weight!: number;

  @Choice(['gate:proceed'], { optional: true, description: 'Only this decision completes it; nobody can tick it off.' })
  readonly completed_by?: 'gate:proceed';

  @Choice(['gate:narrow'], {
    optional: true,
    description: 'This decision completes it too; readiness does not ask for it.',
  })
  readonly also_completed_by?: 'gate:narrow';
}

@ApiSchema({ name: 'ExitCriterionDefinition' })
export class ExitCriterionRequest {
  @Text({ max: 64, description: aboutKeys })
  readonly key!: string;

  @Text({ max: 500, description: 'What must be true before the stage may end.' })
  readonly text!: string;
}

@ApiSchema({ name: 'GateRule' })
export class GateRuleRequest {
  @Text({
    max: 1000,
    example: 'result != null && result.score >= 80',
    description:
      'A condition in CEL over `result`, `results`, `nodes`, `facts`, `input`, `progress_percent`, `milestones`, `criteria` and `risks`.',
  })
  readonly when!: string;

  @Choice(optionsOf.decision, { description: 'What is decided where it holds; one of the options of the gate.' })
  readonly decision!: Decision;

  @Text({
    optional: true,
    max: 64,
    description: 'With pivot: the stage it goes back to, or its own. Defaults to the first.',
  })
  readonly to_stage?: string;

  @Whole({
    optional: true,
    min: 1,
    description: 'How often it may decide in one run; then the gate waits for a person. Defaults to without end.',
  })
  readonly at_most?: number;
}

@ApiSchema({ name: 'RequiredAction' })
export class RequiredActionRequest {
  @Text({ max: 64, example: 'record-deposit', description: `For programs: ${aboutKeys}` })
  readonly code!: string;

  @Text({ max: 500, example: 'Record deposit_paid once the deposit is in.', description: 'For people.' })
  readonly message!: string;
}

@ApiSchema({ name: 'ContractRule' })
export class ContractRuleRequest {
  @Text({ max: 64, example: 'deposit-paid', description: `For programs, unique in the stage: ${aboutKeys}` })
  readonly code!: string;

  @Text({
    max: 1000,
    example: 'facts.deposit_paid == true',
    description:
      'A condition in CEL over the same names as the rules of a gate. One that cannot be evaluated does not hold.',
  })
  readonly when!: string;

  @Text({
    max: 500,
    example: 'The deposit is not paid.',
    description: 'Why the stage is not ready while it does not hold.',
  })
  readonly reason!: string;

  @Nested(() => RequiredActionRequest, { description: 'What would satisfy it.' })
  readonly action!: RequiredActionRequest;

  @JsonMap({
    optional: true,
    example: { deposit_paid: true },
    description: 'Facts by which it holds; tried when the template is checked, where facts are all that it asks about.',
  })
  readonly example?: JsonObject;
}

@ApiSchema({ name: 'GateDefinition' })
export class GateDefinitionRequest {
  @Choice(gateTypes)
  readonly gate_type!: GateType;

  @TextList({
    min: 0,
    max: everyOption.length,
    choices: everyOption,
    description: 'What may be decided: at an approval approve and send_back, at a decision the others.',
  })
  readonly options!: readonly Decision[];

  @TextList({
    ...people,
    description: 'Kinds of actor, or roles; at an approval names of keys, too. admin always may.',
    example: ['approver'],
  })
  readonly decided_by!: readonly string[];

  @TextList({
    optional: true,
    max: everyOption.length,
    choices: everyOption,
    description: 'Options that need a reason.',
  })
  readonly reason_required_for?: readonly Decision[];

  @Whole({
    optional: true,
    min: 1,
    max: 3_153_600_000,
    description: 'From opening; without it the gate never expires.',
  })
  readonly expires_after_seconds?: number;

  @Choice(expiries, { optional: true, description: 'What then happens. Defaults to remain.' })
  readonly on_expiry?: OnExpiry;

  @TextList({ ...people, optional: true, description: 'Who may decide after `escalate`.' })
  readonly escalate_to?: readonly string[];

  @Whole({
    optional: true,
    min: 1,
    max: 100,
    description: 'Of an approval: how many different people have to approve. Defaults to 1.',
  })
  readonly quorum?: number;

  @Flag({
    optional: true,
    description: 'Of an approval: whoever did the work of the stage may not vote. Defaults to false.',
  })
  readonly no_self_approval?: boolean;

  @Whole({
    optional: true,
    min: 1,
    max: 3_153_600_000,
    description: 'How long before it expires those who may decide are reminded. Defaults to a quarter of its time.',
  })
  readonly remind_before_seconds?: number;

  @NestedList(() => GateRuleRequest, {
    optional: true,
    max: 20,
    description: 'Rules that decide by themselves: the first that holds. `decided_by` must name `system`.',
  })
  readonly auto?: readonly GateRuleRequest[];
}

@ApiSchema({ name: 'StageDefinition' })
export class StageDefinitionRequest {
  @Text({ max: 64, description: aboutKeys })
  readonly key!: string;

  @Text({ max: 200, description: 'What people read.' })
  readonly name!: string;

  @Flag({ optional: true, description: 'It is shown and never entered. Defaults to false.' })
  readonly locked?: boolean;

  @Flag({ optional: true, description: 'Entering it starts it. Defaults to false.' })
  readonly auto_start?: boolean;

  @NestedMap(() => MilestoneRequest, { max: 100, description: 'Weighted steps, by key.' })
  readonly milestones!: Readonly<Record<string, MilestoneRequest>>;

  @NestedList(() => ExitCriterionRequest, { max: 100 })
  readonly exit_criteria!: readonly ExitCriterionRequest[];

  @NestedList(() => ContractRuleRequest, {
    optional: true,
    max: 50,
    description: 'What must hold before it is ready, over facts, results and what its nodes made.',
  })
  readonly contract?: readonly ContractRuleRequest[];

  @Nested(() => GraphRequest, {
    optional: true,
    description: 'Its work: it runs when the stage starts, and the stage is not ready before it is finished.',
  })
  readonly graph?: GraphRequest;

  @Choice(['auto'], {
    optional: true,
    description: '`auto`: the stage completes by itself as soon as it is ready. Defaults to waiting for the command.',
  })
  readonly advance?: 'auto';

  @Nested(() => GateDefinitionRequest, { optional: true, description: 'The judgement at its end, if there is one.' })
  readonly gate?: GateDefinitionRequest;
}

/** A whole template as an author writes it. It is read by `examineTemplate`, which finds all that is wrong at once. */
@ApiSchema({ name: 'TemplateContent' })
export class TemplateContentRequest {
  @Text({ max: 64, example: 'client-onboarding', description: aboutKeys })
  readonly key!: string;

  @Text({ max: 200, example: 'Client onboarding', description: 'What people read.' })
  readonly name!: string;

  @NestedList(() => StageDefinitionRequest, { max: 200, description: 'In the order of the run.' })
  readonly stages!: readonly StageDefinitionRequest[];
}
