import { ApiSchema } from '@nestjs/swagger';
import { Choice, Flag, TextList, Whole } from '../../platform/http/fields.js';
import type { OnExpiry } from '../../templates/contract.js';
import type { ApprovalRule } from '../gate-policy.events.js';

export const expiries = ['remain', 'park', 'escalate'] as const satisfies readonly OnExpiry[];

/** A hundred years. */
const LONGEST = 3_153_600_000;

@ApiSchema({ name: 'ApprovalRule' })
export class ApprovalRuleRequest implements ApprovalRule {
  @Flag({ optional: true, description: 'Whether the stage has to be approved before it is left.' })
  readonly require_approval?: boolean;

  @TextList({
    optional: true,
    min: 1,
    max: 20,
    maxLength: 200,
    description: 'Who may approve: roles, kinds of actor, or names of keys.',
    example: ['approver'],
  })
  readonly approvers?: readonly string[];

  @Whole({ optional: true, min: 1, max: 100, description: 'How many different people have to approve.' })
  readonly quorum?: number;

  @Flag({ optional: true, description: 'Whoever did the work of the stage may not approve it.' })
  readonly no_self_approval?: boolean;

  @Whole({ optional: true, nullable: true, min: 1, max: LONGEST, description: 'From opening; null: it never expires.' })
  readonly expires_after_seconds?: number | null;

  @Choice(expiries, { optional: true, description: 'What happens where nobody decided in time.' })
  readonly on_expiry?: OnExpiry;

  @TextList({
    optional: true,
    min: 1,
    max: 20,
    maxLength: 200,
    description: 'Who may approve once it escalated; a rule that escalates says so itself.',
  })
  readonly escalate_to?: readonly string[];

  @Whole({
    optional: true,
    nullable: true,
    min: 1,
    max: LONGEST,
    description:
      'How long before it expires those who may approve are reminded; less than `expires_after_seconds`. Null: a quarter of its time.',
  })
  readonly remind_before_seconds?: number | null;
}
