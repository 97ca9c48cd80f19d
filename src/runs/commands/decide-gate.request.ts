import { Choice, KeyText, Nested, Text, TextList } from '../../platform/http/fields.js';
import type { Decision } from '../../templates/contract.js';

export const decisions = [
  'proceed',
  'narrow',
  'pivot',
  'park',
  'approve',
  'send_back',
] as const satisfies readonly Decision[];

export class ScopeRequest {
  @TextList({ optional: true, max: 50, description: 'What is kept, for those who read it later.' })
  readonly keep?: readonly string[];

  @TextList({ optional: true, max: 50, description: 'Keys of milestones to drop; their weight goes to the others.' })
  readonly drop_milestones?: readonly string[];

  @Text({ optional: true, max: 2000 })
  readonly note?: string;
}

export class DecideGateRequest {
  @Choice(decisions)
  readonly decision!: Decision;

  @Text({ optional: true, max: 2000, description: 'Needed where the gate says so.' })
  readonly reason?: string;

  @KeyText({ optional: true, description: 'Where a pivot goes back to. Defaults to the first stage.' })
  readonly to_stage?: string;

  @Nested(() => ScopeRequest, { optional: true, description: 'What narrowing keeps and drops.' })
  readonly scope?: ScopeRequest;
}
