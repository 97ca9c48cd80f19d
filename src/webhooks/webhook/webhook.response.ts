import { ApiSchema } from '@nestjs/swagger';
import { categories } from '../../platform/event-store/categories.js';
import { Choice, Moment, Text, TextList, Uuid, Whole } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

/** A webhook as it was set up. */
@ApiSchema({ name: 'Webhook' })
export class WebhookResponse {
  @Uuid()
  readonly id!: string;

  @Text({
    max: 2000,
    nullable: true,
    description:
      'Null where the answer is a replay for the same Idempotency-Key, and where it was encrypted with a key that this process does not have.',
  })
  readonly url!: string | null;

  @Text({ max: 2000, description: 'What events show of the URL.' })
  readonly origin!: string;

  @TextList({ choices: categories })
  readonly categories!: readonly string[];

  @TextList()
  readonly event_types!: readonly string[];

  @Text({ nullable: true })
  readonly description!: string | null;

  @Choice(['active', 'failing', 'paused'], {
    description:
      'Failing: five attempts or more failed in a row; it is tried now and then. Only reading tells it from active.',
  })
  readonly status!: string;

  @Text({ nullable: true, max: 2000 })
  readonly paused_because!: string | null;

  @Whole({ min: 0, description: 'It began after that position.' })
  readonly from_position!: number;

  @Moment({ nullable: true, description: 'For 24 hours after that the secret before signs too.' })
  readonly secret_rotated_at!: string | null;

  @Moment()
  readonly created_at!: string;

  @Moment()
  readonly updated_at!: string;
}

/** A webhook with its secret, as it is answered once. */
@ApiSchema({ name: 'WebhookWithSecret' })
export class WebhookWithSecretResponse extends WebhookResponse {
  @Text({
    nullable: true,
    example: 'whsec_...',
    description: 'Shown this once; null where the answer is a replay for the same Idempotency-Key.',
  })
  readonly secret!: string | null;
}

/** A webhook with how far it is, and how its receiver does. */
@ApiSchema({ name: 'WebhookStanding' })
export class WebhookStandingResponse extends WebhookResponse {
  @Whole({ min: 0, description: 'Of everything up to there deliveries were made.' })
  readonly position!: number;

  @Whole({ min: 0, description: 'The last position of the timeline.' })
  readonly head_position!: number;

  @Whole({ min: 0, description: 'Positions between the two.' })
  readonly lag!: number;

  @Whole({ min: 0 })
  readonly pending_count!: number;

  @Whole({ min: 0, description: 'Deliveries that wait for one before them in their stream.' })
  readonly held_count!: number;

  @Whole({ min: 0, description: 'Dead letters, one in each stream at most.' })
  readonly dead_count!: number;

  @TextList({ description: 'The streams, such as runs, that wait behind a dead letter; the first 20.' })
  readonly held_streams!: readonly string[];

  @Moment({ nullable: true })
  readonly failing_since!: string | null;

  @Moment({ nullable: true, description: 'Nothing is sent before.' })
  readonly rests_until!: string | null;

  @Moment({ nullable: true })
  readonly last_success_at!: string | null;

  @Moment({ nullable: true })
  readonly last_failure_at!: string | null;

  @Text({ nullable: true, max: 1000 })
  readonly last_error!: string | null;
}

@ApiSchema({ name: 'WebhookPage' })
export class WebhookPageResponse extends PageOf(() => WebhookStandingResponse) {}

/** What came of a ping. */
@ApiSchema({ name: 'WebhookTest' })
export class WebhookTestResponse {
  @Choice(['delivered', 'failed'])
  readonly outcome!: string;

  @Uuid({ description: 'The `webhook-id` that was sent.' })
  readonly message_id!: string;

  @Whole({ nullable: true, description: 'The HTTP status of the answer; null where there was none.' })
  readonly status!: number | null;

  @Text({ nullable: true, max: 1000 })
  readonly error!: string | null;

  @Whole({ min: 0 })
  readonly duration_ms!: number;
}
