import { ApiSchema } from '@nestjs/swagger';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import { actorTypes } from '../../platform/auth/actor-types.js';
import { AnyValue, Choice, JsonMap, Moment, Nested, Text, Uuid, Whole } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

@ApiSchema({ name: 'FactStatement' })
export class FactStatementResponse {
  @AnyValue({ description: 'What was recorded.' })
  readonly value!: JsonValue;

  @Choice(actorTypes)
  readonly actor_type!: string;

  @Text({ max: 200 })
  readonly actor_id!: string;

  @Moment()
  readonly recorded_at!: string;

  @Uuid({ description: 'Of the event on the timeline.' })
  readonly event_id!: string;

  @Whole({ min: 1, description: 'Of the run, with that event.' })
  readonly version!: number;
}

@ApiSchema({ name: 'Fact' })
export class FactResponse extends FactStatementResponse {
  @Text({ max: 500, description: 'What the fact is called.' })
  readonly key!: string;

  @Text({
    max: 200,
    description: 'What led to its being recorded: as the command said, or `node:` and the node that did.',
  })
  readonly trigger!: string;

  @Moment({ description: 'When it happened in the world.' })
  readonly occurred_at!: string;

  @Nested(() => FactStatementResponse, {
    nullable: true,
    description: 'What was held until then and says something else; null where nothing did.',
  })
  readonly conflicts_with!: FactStatementResponse | null;

  @Nested(() => FactStatementResponse, {
    nullable: true,
    description: 'What was recorded later and says something else; null for what counts.',
  })
  readonly superseded_by!: FactStatementResponse | null;
}

@ApiSchema({ name: 'FactHistory' })
export class FactHistoryResponse extends PageOf(() => FactResponse) {
  @JsonMap({ description: 'The facts that count: the last value of each.' })
  readonly current!: JsonObject;
}
