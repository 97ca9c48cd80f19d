import { ApiSchema } from '@nestjs/swagger';
import { Decimal, Whole } from '../platform/http/fields.js';

@ApiSchema({ name: 'Spells' })
export class SpellsResponse {
  @Whole({ min: 0, description: 'How many are finished.' })
  readonly count!: number;

  @Decimal({
    min: 0,
    nullable: true,
    description: 'Half of the finished ones took at most this long; null without any.',
  })
  readonly p50_seconds!: number | null;

  @Decimal({ min: 0, nullable: true, description: 'Nine of ten of the finished ones took at most this long.' })
  readonly p90_seconds!: number | null;

  @Whole({ min: 0, description: 'How many are not finished.' })
  readonly open_count!: number;

  @Decimal({ min: 0, nullable: true, description: 'How long the longest of those has been so far.' })
  readonly open_longest_seconds!: number | null;
}

/** Milliseconds as a query gives them, in seconds to the millisecond. */
export function seconds(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : Math.round(ms) / 1000;
}
