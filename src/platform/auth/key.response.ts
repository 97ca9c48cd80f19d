import { ApiSchema } from '@nestjs/swagger';
import { roles } from '../../kernel/command-context.js';
import { Choice, Moment, Text, TextList, Uuid } from '../http/fields.js';
import { PageOf } from '../http/page.response.js';
import { actorTypes } from './actor-types.js';

/** A key as it is listed. */
@ApiSchema({ name: 'Key' })
export class KeyResponse {
  @Uuid()
  readonly id!: string;

  @Text()
  readonly name!: string;

  @TextList({ choices: roles })
  readonly roles!: readonly string[];

  @Choice(actorTypes)
  readonly actor_type!: string;

  @Text()
  readonly actor_id!: string;

  @Text({ min: 4, max: 4, description: 'The last four characters of the key.' })
  readonly key_hint!: string;

  @Moment()
  readonly created_at!: string;
}

/** A key as it is answered once, when it is made. */
@ApiSchema({ name: 'NewKey' })
export class NewKeyResponse extends KeyResponse {
  @Text({
    nullable: true,
    example: 'sl_...',
    description: 'The key itself, shown this once; null where the answer is a replay for the same Idempotency-Key.',
  })
  readonly key!: string | null;
}

/** A page of keys. */
@ApiSchema({ name: 'KeyPage' })
export class KeyPageResponse extends PageOf(() => KeyResponse) {}
