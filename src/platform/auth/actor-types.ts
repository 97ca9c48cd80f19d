import type { ActorType } from '../../kernel/recorded-event.js';

/** Every kind of party, for fields that take one. A kind that is missing here does not compile. */
export const actorTypes = Object.keys({
  founder: true,
  user: true,
  system: true,
  llm: true,
  worker: true,
} satisfies Record<ActorType, true>);
