import { ApiSchema } from '@nestjs/swagger';
import type { SealOnWire } from '../../platform/event-store/seal-on-wire.js';
import { Moment, Text, Whole } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

@ApiSchema({ name: 'Seal' })
export class SealResponse implements SealOnWire {
  @Whole({ min: 1 })
  readonly number!: number;

  @Whole({ min: 1, description: 'The first position under this seal.' })
  readonly from_position!: number;

  @Whole({ min: 1, description: 'The last position under this seal.' })
  readonly to_position!: number;

  @Text({ min: 64, max: 64, description: 'Hex.' })
  readonly merkle_root!: string;

  @Text({ min: 64, max: 64, description: 'Hex: the `seal_hash` of the seal before; zeros for the first.' })
  readonly previous_hash!: string;

  @Text({ min: 64, max: 64, description: 'Hex; docs/events.md says over what.' })
  readonly seal_hash!: string;

  @Text({ min: 128, max: 128, description: 'Hex: Ed25519 over the bytes of `seal_hash`.' })
  readonly signature!: string;

  @Text({ min: 32, max: 32, description: 'Whose signature it is: GET /audit/key.' })
  readonly key_id!: string;

  @Moment()
  readonly sealed_at!: string;
}

@ApiSchema({ name: 'SealPage' })
export class SealPageResponse extends PageOf(() => SealResponse) {}
