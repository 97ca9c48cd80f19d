import { ApiSchema } from '@nestjs/swagger';
import { Choice, Text } from '../http/fields.js';
import { actorTypes } from './actor-types.js';

/** Who acted, as it is shown. */
@ApiSchema({ name: 'Actor' })
export class ActorResponse {
  @Choice(actorTypes)
  readonly actor_type!: string;

  @Text()
  readonly actor_id!: string;
}
