import { ApiSchema } from '@nestjs/swagger';
import { ActorResponse } from '../../platform/auth/actor.response.js';
import {
  AnyJson,
  AnyJsonList,
  Choice,
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
import { decisions } from '../commands/decide-gate.request.js';
import { RunResponse } from '../pipeline-run/run.response.js';

export const gateStatuses = ['pending', 'decided', 'expired', 'superseded'] as const;
export const gateTypes = ['decision', 'approval'] as const;

@ApiSchema({ name: 'RuleOfGate' })
export class GateRuleResponse {
  @Text({ max: 1000, description: 'A condition in CEL.' })
  readonly when!: string;

  @Choice(decisions)
  readonly decision!: string;
}

@ApiSchema({ name: 'RuleFailure' })
export class RuleFailureResponse {
  @Whole({ min: 1, description: 'Which rule, from 1.' })
  readonly rule!: number;

  @Text({ max: 1000 })
  readonly when!: string;

  @Text({ max: 2000 })
  readonly message!: string;

  @Moment()
  readonly failed_at!: string;
}

@ApiSchema({ name: 'Gate' })
export class GateResponse {
  @Uuid()
  readonly id!: string;

  @Uuid()
  readonly run_id!: string;

  @KeyText()
  readonly stage!: string;

  @Whole({ min: 1 })
  readonly stage_number!: number;

  @Choice(gateTypes)
  readonly gate_type!: string;

  @Choice(gateStatuses)
  readonly status!: string;

  @TextList({ choices: decisions })
  readonly options!: readonly string[];

  @TextList({ description: 'Actor types and roles; the role admin always may.' })
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

  @AnyJson({ nullable: true, description: 'What the decision carried: `to_stage`, `scope`.' })
  readonly context!: unknown;

  @AnyJson({ description: 'What there is, or was, to judge by.' })
  readonly evidence!: unknown;

  @NestedList(() => GateRuleResponse, { description: 'The rules that may decide it; the first that holds does.' })
  readonly rules!: readonly GateRuleResponse[];

  @Nested(() => RuleFailureResponse, {
    nullable: true,
    description:
      'How a rule failed last; null if none did. It decides nothing: the gate waits for a person, or for news.',
  })
  readonly rule_failure!: RuleFailureResponse | null;

  @AnyJsonList({ description: 'Votes of approvers, oldest first.' })
  readonly votes!: unknown;

  @Moment({ nullable: true })
  readonly expires_at!: string | null;

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
