import { ApiSchema } from '@nestjs/swagger';
import { Choice, Flag, Nested, NestedList, NestedMap, Text, TextList, Whole } from '../platform/http/fields.js';
import type { Decision, GateType, OnExpiry } from './template.events.js';
import { GraphRequest } from './graph.request.js';
import { aboutKeys, heaviest } from './template.policy.js';

const decisions = ['proceed', 'narrow', 'pivot', 'park', 'approve', 'send_back'] as const satisfies readonly Decision[];
const gateTypes = ['decision', 'approval'] as const satisfies readonly GateType[];
const expiries = ['remain', 'park', 'escalate'] as const satisfies readonly OnExpiry[];
const MAX_DECIDERS = 50;
const MAX_SECONDS = 3_153_600_000;

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
      'A condition in CEL over `result`, `facts`, `input`, `progress_percent`, `milestones`, `criteria` and `risks`.',
  })
  readonly when!: string;

  @Choice(decisions, { description: 'What is decided where it holds; one of the options of the gate.' })
  readonly decision!: Decision;
}

@ApiSchema({ name: 'GateDefinition' })
export class GateDefinitionRequest {
  @Choice(gateTypes)
  readonly gate_type!: GateType;

  @TextList({ min: 0, max: decisions.length, choices: decisions, description: 'What may be decided.' })
  readonly options!: readonly Decision[];

  @TextList({
    max: MAX_DECIDERS,
    maxLength: 200,
    description: 'Kinds of actor, or roles; of an approval also ids of actors and names of keys. admin always may.',
  })
  readonly decided_by!: readonly string[];

  @TextList({ optional: true, max: decisions.length, choices: decisions, description: 'Options that need a reason.' })
  readonly reason_required_for?: readonly Decision[];

  @Whole({
    optional: true,
    min: 1,
    max: MAX_SECONDS,
    description: 'From opening; without it the gate never expires.',
  })
  readonly expires_after_seconds?: number;

  @Choice(expiries, { optional: true, description: 'What then happens. Defaults to remain.' })
  readonly on_expiry?: OnExpiry;

  @TextList({
    optional: true,
    max: MAX_DECIDERS,
    maxLength: 200,
    description: 'Who may decide after `escalate`.',
  })
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
    max: MAX_SECONDS,
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
