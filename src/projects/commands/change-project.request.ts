import { Flag, Text } from '../../platform/http/fields.js';

export class ChangeProjectRequest {
  @Flag({ description: 'Whether every stage of its runs asks for a human approval, whatever else the policy says.' })
  readonly require_manual_review!: boolean;

  @Text({ optional: true, max: 2000, description: 'Why; it stays in the timeline.' })
  readonly reason?: string;
}
