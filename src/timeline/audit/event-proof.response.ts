import { ApiSchema } from '@nestjs/swagger';
import { Nested, Text, TextList, Whole } from '../../platform/http/fields.js';
import { StageEventResponse } from '../event.response.js';
import { SealResponse } from './seal.response.js';

@ApiSchema({ name: 'EventProof' })
export class EventProofResponse {
  @Nested(() => StageEventResponse)
  readonly event!: unknown;

  @Whole({ min: 1 })
  readonly position!: number;

  @Text({ min: 64, max: 64, description: 'Hex: the leaf of the event, the same as its own `leaf_hash`.' })
  readonly leaf_hash!: string;

  @Whole({ min: 0, description: 'Its place among the leaves of the seal: `position` less `seal.from_position`.' })
  readonly leaf_index!: number;

  @Whole({ min: 1, description: 'How many leaves the seal has.' })
  readonly tree_size!: number;

  @TextList({ max: 64, maxLength: 64, description: 'Hex: the hashes beside the way to the root, the lowest first.' })
  readonly path!: readonly string[];

  @Nested(() => SealResponse)
  readonly seal!: SealResponse;
}
