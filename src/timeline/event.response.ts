import { ApiSchema } from '@nestjs/swagger';
import { actorTypes } from '../platform/auth/actor-types.js';
import { categories } from '../platform/event-store/categories.js';
import { AnyJson, Choice, KeyText, Moment, NestedList, Text, Uuid, Whole } from '../platform/http/fields.js';
import { PageOf } from '../platform/http/page.response.js';

@ApiSchema({ name: 'StageEvent' })
export class StageEventResponse {
  @Whole({
    min: 1,
    nullable: true,
    description: 'Its place in the whole timeline; null for the moment until it is sealed.',
  })
  readonly position!: number | null;

  @Uuid()
  readonly id!: string;

  @Uuid()
  readonly tenant_id!: string;

  @Uuid()
  readonly stream_id!: string;

  @KeyText()
  readonly stream_type!: string;

  @Whole({ min: 1, description: 'Its place in its stream.' })
  readonly stream_version!: number;

  @KeyText()
  readonly event_type!: string;

  @Choice(categories)
  readonly category!: string;

  @Whole({ min: 1 })
  readonly schema_version!: number;

  @Uuid()
  readonly correlation_id!: string;

  @Uuid({ description: 'The command or event that led to it.' })
  readonly causation_id!: string;

  @Choice(actorTypes)
  readonly actor_type!: string;

  @Text()
  readonly actor_id!: string;

  @KeyText({ nullable: true })
  readonly from_stage!: string | null;

  @KeyText({ nullable: true })
  readonly to_stage!: string | null;

  @Text({ nullable: true, max: 2000 })
  readonly reason!: string | null;

  @AnyJson()
  readonly detail!: unknown;

  @AnyJson({ description: 'About the act: key, command, software version, and the versions the decider saw.' })
  readonly context!: unknown;

  @Moment()
  readonly occurred_at!: string;

  @Moment()
  readonly recorded_at!: string;

  @Text({ nullable: true, description: 'Hex SHA-256; docs/events.md says over what.' })
  readonly leaf_hash!: string | null;
}

@ApiSchema({ name: 'TimelinePage' })
export class TimelinePageResponse extends PageOf(() => StageEventResponse) {}

@ApiSchema({ name: 'RunTimelinePage' })
export class RunTimelinePageResponse {
  @NestedList(() => StageEventResponse)
  readonly items!: readonly StageEventResponse[];

  @Whole({ nullable: true, description: 'Pass it as `after_version` for the next page; null on the last one.' })
  readonly next!: number | null;
}
