import type { ApiKey } from './api-key.js';
import type { KeyResponse } from './key.response.js';

/** A key as it is answered: never the secret, never its hash. */
export function keyOnWire({ id, name, roles, actor, hint, createdAt }: ApiKey) {
  return {
    id,
    name,
    roles,
    actor_type: actor.type,
    actor_id: actor.id,
    key_hint: hint,
    created_at: createdAt,
  } satisfies KeyResponse;
}
