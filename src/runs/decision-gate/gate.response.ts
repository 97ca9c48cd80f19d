import { ApiSchema } from '@nestjs/swagger';
import { ActorResponse } from '../../platform/auth/actor.response.js';
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
import { decisions } from '../commands/gate.request.js';
import { RunResponse, TemplateVersionResponse } from '../pipeline-run/run.response.js';

export const gateStatuses = ['pending', 'decided', 'expired', 'superseded'] as const;
const votes = ['approve', 'send_back'] as const;
export const gateTypes = ['decision', 'approval'] as const;

@ApiSchema({ name: 'RuleOfGate' })
export class GateRuleResponse {
  @Text({ max: 1000, description: 'A condition in CEL.' })
  readonly when!: string;

  @Choice(decisions)
  readonly decision!: string;

  @KeyText({ optional: true, description: 'Where a pivot goes back to; the first stage where nothing is said.' })
  readonly to_stage?: string;

  @Whole({ min: 1, optional: true, description: 'How often it may decide in one run.' })
  readonly at_most?: number;
}

@ApiSchema({ name: 'FailingRule' })
export class FailingRuleResponse {
  @Whole({ min: 1, description: 'Which rule, from 1.' })
  readonly rule!: number;

  @Text({ max: 1000 })
  readonly when!: string;

  @Text({ max: 2000 })
  readonly message!: string;
}

@ApiSchema({ name: 'RuleFailure' })
export class RuleFailureResponse extends FailingRuleResponse {
  @Moment()
  readonly failed_at!: string;
}

@ApiSchema({ name: 'Vote' })
export class VoteResponse extends ActorResponse {
  @Choice(votes)
  readonly vote!: string;

  @Text({ nullable: true, max: 200, description: 'Whose vote it is, where that was delegated.' })
  readonly on_behalf_of!: string | null;

  @Text({ nullable: true, max: 2000 })
  readonly reason!: string | null;

  @Moment()
  readonly voted_at!: string;
}

@ApiSchema({ name: 'DelegationOfVote' })
export class DelegationResponse {
  @Text({ max: 200 })
  readonly from!: string;

  @Text({ max: 200 })
  readonly to!: string;

  @Text({ nullable: true, max: 2000 })
  readonly reason!: string | null;

  @Moment()
  readonly delegated_at!: string;
}

@ApiSchema({ name: 'WhyNot' })
export class WhyNotResponse {
  @Text()
  readonly code!: string;

  @Text({ max: 2000 })
  readonly message!: string;
}

@ApiSchema({ name: 'CallerAtGate' })
export class CallerAtGateResponse {
  @Flag({ description: 'Whether you may decide it, or vote there; also where you have voted.' })
  readonly may_decide!: boolean;

  @Nested(() => WhyNotResponse, { nullable: true, description: 'Why you may not.' })
  readonly reason!: WhyNotResponse | null;

  @Choice(votes, { nullable: true, description: 'What you said, or another in your stead.' })
  readonly voted!: string | null;

  @Text({ nullable: true, max: 200, description: 'Whose vote yours is or would be, where that was delegated to you.' })
  readonly on_behalf_of!: string | null;
}

@ApiSchema({ name: 'TemplateOfGate' })
export class TemplateOfGateResponse extends TemplateVersionResponse {
  @Text({ max: 200 })
  readonly name!: string;
}

@ApiSchema({ name: 'Gate' })
export class GateResponse {
  @Uuid()
  readonly id!: string;

  @Uuid()
  readonly run_id!: string;

  @Nested(() => TemplateOfGateResponse, { nullable: true, description: 'What the run goes by.' })
  readonly template!: TemplateOfGateResponse | null;

  @AnyJson({ nullable: true, description: 'Who or what the run moves: its `type`, and the id that goes with it.' })
  readonly subject!: unknown;

  @Text({ nullable: true, max: 200, description: 'What its project is called, where it moves one.' })
  readonly project_name!: string | null;

  @KeyText()
  readonly stage!: string;

  @Text({ nullable: true, max: 200 })
  readonly stage_name!: string | null;

  @Whole({ min: 1 })
  readonly stage_number!: number;

  @Choice(gateTypes)
  readonly gate_type!: string;

  @Choice(gateStatuses)
  readonly status!: string;

  @TextList({ choices: decisions })
  readonly options!: readonly string[];

  @TextList({ description: 'Kinds of actor, roles, ids of actors or names of keys; the role admin always may.' })
  readonly allowed_deciders!: readonly string[];

  @TextList({ choices: decisions })
  readonly reason_required_for!: readonly string[];

  @Choice(decisions, { nullable: true })
  readonly decision!: string | null;

  @Nested(() => ActorResponse, { nullable: true })
  readonly decided_by!: ActorResponse | null;

  @Moment({ nullable: true })
  readonly decided_at!: string | null;

  @Text({ nullable: true, max: 2000 })
  readonly reason!: string | null;

  @AnyJson({ nullable: true, description: 'What the decision carried: `to_stage`, `scope`, `send_back`.' })
  readonly context!: unknown;

  @AnyJson({ description: 'What there is, or was, to judge by.' })
  readonly evidence!: unknown;

  @NestedList(() => GateRuleResponse, { description: 'The rules that may decide it; the first that holds does.' })
  readonly rules!: readonly GateRuleResponse[];

  @Nested(() => RuleFailureResponse, {
    nullable: true,
    description:
      'How a rule failed last, or that it has decided as often as it may; null if none did. The gate waits for a person, or for news.',
  })
  readonly rule_failure!: RuleFailureResponse | null;

  @NestedList(() => VoteResponse, { description: 'Votes of approvers, oldest first.' })
  readonly votes!: readonly VoteResponse[];

  @Whole({ min: 1, nullable: true, description: 'How many different people have to approve; null at a decision.' })
  readonly quorum!: number | null;

  @Whole({ min: 0, nullable: true, description: 'How many of them are missing.' })
  readonly missing_approvals!: number | null;

  @TextList({ description: 'Who may not vote, because they did the work: ids of actors.' })
  readonly excluded!: readonly string[];

  @TextList({ description: 'Who may vote once it escalated.' })
  readonly escalate_to!: readonly string[];

  @AnyJson({
    nullable: true,
    description: 'Of an approval: for each of its terms the `layer` of the policy it came from, and the `rule` there.',
  })
  readonly policy!: unknown;

  @Text({ nullable: true, description: 'Which layer of the policy asked for the approval; null at a decision.' })
  readonly required_by!: string | null;

  @NestedList(() => DelegationResponse, { description: 'Who has somebody else vote in their stead.' })
  readonly delegations!: readonly DelegationResponse[];

  @Nested(() => CallerAtGateResponse, { description: 'What you may do here.' })
  readonly caller!: CallerAtGateResponse;

  @Moment({ nullable: true })
  readonly expires_at!: string | null;

  @Moment({ nullable: true, description: 'When those who may decide are reminded; null where they are not.' })
  readonly remind_at!: string | null;

  @Moment({ nullable: true, description: 'When they were.' })
  readonly reminded_at!: string | null;

  @Moment()
  readonly created_at!: string;
}

@ApiSchema({ name: 'GatePage' })
export class GatePageResponse extends PageOf(() => GateResponse) {}

@ApiSchema({ name: 'DecidedGate' })
export class DecidedGateResponse {
  @Nested(() => GateResponse)
  readonly gate!: GateResponse;

  @Nested(() => RunResponse)
  readonly run!: RunResponse;
}
