import { ApiSchema } from '@nestjs/swagger';
import { AnyJson, Flag, Whole } from '../platform/http/fields.js';

@ApiSchema({ name: 'Verdict' })
export class VerdictResponse {
  @Flag({ description: 'Whether every sealed event and every seal is as it was made.' })
  readonly valid!: boolean;

  @Whole({ min: 0 })
  readonly checked_events!: number;

  @Whole({ min: 0 })
  readonly checked_seals!: number;

  @AnyJson({
    nullable: true,
    description: 'The first thing that is wrong: `kind`, `position`, `message` and the `event`, where it is one.',
  })
  readonly finding!: unknown;
}
