import { categories } from '../../platform/event-store/categories.js';
import { Choice, Text, TextList, Whole } from '../../platform/http/fields.js';

/** A new webhook. */
export class CreateWebhookRequest {
  @Text({ max: 2000, example: 'https://example.com/stageline', description: 'Where events are posted: http or https.' })
  readonly url!: string;

  @TextList({ optional: true, choices: categories, description: 'Only events of these. Defaults to all.' })
  readonly categories?: readonly string[];

  @TextList({
    optional: true,
    maxLength: 100,
    description:
      'Only events of these types, such as gate.opened. Defaults to all; with categories, what both let through.',
  })
  readonly event_types?: readonly string[];

  @Text({ optional: true, max: 200, description: 'What it is for.' })
  readonly description?: string;

  @Whole({
    optional: true,
    min: 0,
    description: 'Begin after that position; 0 is the beginning. Defaults to the head.',
  })
  readonly from_position?: number;
}

/** What is to change; what is left out stays. */
export class ChangeWebhookRequest {
  @Text({ optional: true, max: 2000 })
  readonly url?: string;

  @TextList({ optional: true, choices: categories })
  readonly categories?: readonly string[];

  @TextList({ optional: true, maxLength: 100 })
  readonly event_types?: readonly string[];

  @Text({ optional: true, nullable: true, max: 200 })
  readonly description?: string | null;

  @Choice(['active', 'paused'], { optional: true, description: 'Pauses it, or takes it up again where it stopped.' })
  readonly status?: 'active' | 'paused';

  @Text({ optional: true, max: 1000, description: 'Why it is paused or taken up.' })
  readonly reason?: string;
}
