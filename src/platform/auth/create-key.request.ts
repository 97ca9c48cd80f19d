import type { ActorType } from '../../kernel/recorded-event.js';
import { roles, type Role } from '../../kernel/command-context.js';
import { Choice, Text, TextList } from '../http/fields.js';
import { actorTypes } from './actor-types.js';

/** A new key. */
export class CreateKeyRequest {
  @Text({ max: 100, example: 'dashboard', description: 'What the key is for.' })
  readonly name!: string;

  @TextList({ min: 1, max: roles.length, choices: roles, description: 'What it may do; admin may everything.' })
  readonly roles!: readonly Role[];

  @Choice(actorTypes, { description: 'What kind of party acts with it; every event says so.' })
  readonly actor_type!: ActorType;

  @Text({ max: 200, example: 'ada', description: 'Who acts with it; every event says so.' })
  readonly actor_id!: string;
}
