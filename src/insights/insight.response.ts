import { ApiSchema } from '@nestjs/swagger';
import type { Standing } from '../platform/projections/freshness.js';
import { KeyText, Text, Whole } from '../platform/http/fields.js';

/** What every insight says of itself. */
export class InsightResponse {
  @Whole({ min: 0, description: 'Every event up to this position is counted, and none after it.' })
  readonly as_of_position!: number;

  @Whole({ min: 0, description: 'The last position of the timeline.' })
  readonly head_position!: number;
}

@ApiSchema({ name: 'CountedTemplate' })
export class CountedTemplateResponse {
  @KeyText()
  readonly key!: string;

  @Whole({ min: 1, nullable: true, description: 'The version whose runs are counted; null for those of all.' })
  readonly version!: number | null;
}

/** A stage in a list of them. */
export class ListedStageResponse {
  @KeyText()
  readonly stage!: string;

  @Whole({ min: 1 })
  readonly number!: number;

  @Text({ nullable: true, description: 'Null where only runs of other versions have this stage.' })
  readonly name!: string | null;
}

/** How far an insight is counted, as it goes over the wire. */
export function standingOnWire({ asOfPosition, headPosition }: Standing): InsightResponse {
  return { as_of_position: asOfPosition, head_position: headPosition };
}
