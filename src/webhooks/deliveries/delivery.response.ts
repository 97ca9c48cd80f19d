import { ApiSchema } from '@nestjs/swagger';
import { categories } from '../../platform/event-store/categories.js';
import { Choice, KeyText, Moment, Text, Uuid, Whole } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

export const deliveryStatuses = ['pending', 'held', 'delivered', 'dead', 'skipped'] as const;

/** One event on its way to one webhook. */
@ApiSchema({ name: 'Delivery' })
export class DeliveryResponse {
  @Uuid({ description: 'The id of its event, which is the `webhook-id` of every attempt.' })
  readonly id!: string;

  @Whole({ min: 1, description: 'The place of its event in the timeline.' })
  readonly position!: number;

  @KeyText()
  readonly event_type!: string;

  @Choice(categories)
  readonly category!: string;

  @Uuid({ description: 'Such as the run; deliveries of one stream arrive in order.' })
  readonly stream_id!: string;

  @Whole({ min: 1 })
  readonly stream_version!: number;

  @Choice(deliveryStatuses, {
    description: 'Held: one before it in its stream has not arrived. Dead: its attempts are used up.',
  })
  readonly status!: string;

  @Whole({ min: 0, description: 'How often it was sent.' })
  readonly attempts!: number;

  @Moment({ nullable: true, description: 'While it is pending.' })
  readonly next_attempt_at!: string | null;

  @Whole({ nullable: true, description: 'The HTTP status of the last answer; null where there was none.' })
  readonly last_status!: number | null;

  @Text({ nullable: true, max: 1000 })
  readonly last_error!: string | null;

  @Moment()
  readonly created_at!: string;

  @Moment({ nullable: true })
  readonly delivered_at!: string | null;

  @Moment({ nullable: true })
  readonly skipped_at!: string | null;

  @Text({ nullable: true, description: 'The actor who decided that it is not sent.' })
  readonly skipped_by!: string | null;
}

@ApiSchema({ name: 'DeliveryPage' })
export class DeliveryPageResponse extends PageOf(() => DeliveryResponse) {}

/** How many dead letters are sent again. */
@ApiSchema({ name: 'ReplayedDeliveries' })
export class ReplayedResponse {
  @Whole({ min: 0 })
  readonly replayed_count!: number;
}
