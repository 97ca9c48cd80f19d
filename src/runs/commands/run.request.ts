import type { JsonObject } from '../../kernel/json.js';
import { Choice, Decimal, Flag, JsonMap, KeyText, Text, TextList } from '../../platform/http/fields.js';

/** What usually has a delivery look again whether it may go on. */
const knownTriggers = [
  'onboarding_updated',
  'onboarding_saved',
  'assignment_updated',
  'assignment_override',
  'artifact_upload',
  'auto_assignment',
  'manual_advance',
  'manual_resume',
  'approval_granted',
];

const MAX_REASON = 2000;

export class CompleteStageRequest {
  @Flag({ optional: true, description: 'Complete it although it is not ready; needs a reason.' })
  readonly override?: boolean;

  @Text({ optional: true, max: MAX_REASON })
  readonly reason?: string;
}

export class RaiseRiskRequest {
  @Text({ max: 100, example: 'market' })
  readonly type!: string;

  @Text({ max: 1000, example: 'Two larger competitors have announced the same.' })
  readonly message!: string;
}

export class ReasonRequest {
  @Text({ max: MAX_REASON })
  readonly reason!: string;
}

export class SuggestFocusRequest {
  @TextList({ max: 20, description: 'Replaces what was suggested before.' })
  readonly focus!: readonly string[];
}

export class RecordResultRequest {
  @Choice(['pass', 'fail', 'undecided'])
  readonly outcome!: 'pass' | 'fail' | 'undecided';

  @Decimal({ optional: true, description: 'On the scale of whoever records it.' })
  readonly score?: number;

  @Text({ optional: true, max: 10_000 })
  readonly feedback?: string;

  @JsonMap({ optional: true })
  readonly data?: JsonObject;
}

export class RecordFactsRequest {
  @JsonMap({ description: 'Each key replaces the fact of that name.', example: { interviews: 12 } })
  readonly facts!: JsonObject;

  @KeyText({
    description: `What led to it; it is told in what follows by itself. Of a delivery: ${knownTriggers.join(', ')}; or a name of your own.`,
    example: 'onboarding_saved',
  })
  readonly trigger!: string;
}

export class AdvanceRequest {
  @KeyText({ optional: true, description: 'What made you ask. Defaults to manual_advance.' })
  readonly trigger?: string;
}

export class CancelRunRequest extends ReasonRequest {
  @Text({
    optional: true,
    max: 100,
    description: 'How it ended: `rejected` or `withdrawn` for a candidate. Defaults to cancelled.',
  })
  readonly outcome?: string;
}

export class ResumeRunRequest extends ReasonRequest {
  @Text({ optional: true, max: 200, description: 'Runs again too, with all after it, although it did not fail.' })
  readonly from_node?: string;
}
