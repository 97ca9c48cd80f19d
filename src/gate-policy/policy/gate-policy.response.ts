import { ApiSchema } from '@nestjs/swagger';
import { ActorResponse } from '../../platform/auth/actor.response.js';
import { Moment, Nested, NestedList, NestedMap, Text, TextList, Uuid, Whole } from '../../platform/http/fields.js';
import type { GatePolicy } from '../gate-policy.events.js';
import { ApprovalRuleRequest } from './approval-rule.request.js';

@ApiSchema({ name: 'GatePolicy' })
export class GatePolicyResponse {
  @Uuid({ nullable: true, description: 'Null for the layer of all projects, and of runs without one.' })
  readonly project_id!: string | null;

  @NestedMap(() => ApprovalRuleRequest, { description: 'Rules by `<template>/<stage>`, `<stage>` or `*`.' })
  readonly policy!: GatePolicy;

  @Whole({ min: 0, description: 'How often it was changed; also the ETag.' })
  readonly version!: number;

  @Text({ nullable: true, max: 2000, description: 'What was said to the last change.' })
  readonly reason!: string | null;

  @Nested(() => ActorResponse, { nullable: true })
  readonly changed_by!: ActorResponse | null;

  @Moment({ nullable: true })
  readonly changed_at!: string | null;
}

/** A rule that asks for more people than could vote now. */
@ApiSchema({ name: 'ShortRule' })
class ShortRuleResponse {
  @Text()
  readonly rule!: string;

  @TextList({ description: 'Who may approve, by this rule and what it leaves to others.' })
  readonly approvers!: readonly string[];

  @Whole({ min: 1 })
  readonly quorum!: number;

  @Whole({ min: 0, description: 'How many people have a key they could vote with, admins included.' })
  readonly voters!: number;
}

@ApiSchema({ name: 'ChangedGatePolicy' })
export class ChangedGatePolicyResponse extends GatePolicyResponse {
  @Whole({ min: 0, description: 'Approvals that are open; each keeps the terms it opened with.' })
  readonly open_gates!: number;

  @Text({ description: 'The same in words.' })
  readonly note!: string;

  @TextList({
    max: 200,
    description: 'Keys of rules about a stage that no template has, or had: nobody is asked because of them.',
  })
  readonly unmatched_rules!: readonly string[];

  @NestedList(() => ShortRuleResponse, {
    max: 200,
    description:
      'Rules whose quorum is larger than the number of people who could vote now: such an approval waits for more of them.',
  })
  readonly short_rules!: readonly ShortRuleResponse[];

  @TextList({
    max: 8000,
    description: 'Names in `approvers` and `escalate_to` that are no role, no kind of actor and stand on no key.',
  })
  readonly unknown_approvers!: readonly string[];
}
