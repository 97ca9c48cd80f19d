import { ApiSchema } from '@nestjs/swagger';
import { Choice, Moment, Nested, NestedList, TextList, Uuid, Whole } from '../../platform/http/fields.js';
import { DelegationResponse, FailingRuleResponse, gateTypes, VoteResponse } from '../decision-gate/gate.response.js';

@ApiSchema({ name: 'AwaitedGate' })
export class AwaitedGateResponse {
  @Uuid()
  readonly id!: string;

  @Choice(gateTypes)
  readonly gate_type!: string;

  @TextList()
  readonly options!: readonly string[];

  @TextList({ description: 'Who may decide: actor types, roles, names of keys. The role admin always may.' })
  readonly allowed_deciders!: readonly string[];

  @Moment({ nullable: true })
  readonly expires_at!: string | null;

  @Choice(['remain', 'park', 'escalate'], { description: 'What happens if nobody has decided by then.' })
  readonly on_expiry!: string;

  @Moment({ nullable: true, description: 'When those who may decide are reminded.' })
  readonly remind_at!: string | null;

  @Nested(() => FailingRuleResponse, {
    nullable: true,
    description: 'How a rule of the gate failed last: it decides nothing, so a person has to, or news.',
  })
  readonly rule_failure!: FailingRuleResponse | null;

  @Whole({ min: 1, optional: true, description: 'Of an approval: how many different people have to approve.' })
  readonly quorum?: number;

  @Whole({ min: 0, optional: true, description: 'Of an approval: how many approvals are missing.' })
  readonly missing_approvals?: number;

  @NestedList(() => VoteResponse, { optional: true, description: 'Of an approval: the votes, oldest first.' })
  readonly votes?: readonly VoteResponse[];

  @TextList({ optional: true, max: 1000, description: 'Of an approval: who may not vote, having done the work.' })
  readonly excluded?: readonly string[];

  @NestedList(() => DelegationResponse, {
    optional: true,
    description: 'Of an approval: who votes in whose stead, oldest first.',
  })
  readonly delegations?: readonly DelegationResponse[];
}
