import { decisionRoles, mayCall } from '../call-roles.policy.js';
import type { Deciding } from '../run-command.decider.js';
import { namesOf, ownNames } from '../voting.policy.js';

/** What narrows a list of gates, as SQL over `row` with its parameters. */
export type Narrowing = Readonly<{ text: string; parameters: Readonly<Record<string, unknown>> }>;

/**
 * The gates that wait for one caller at a time (ISO 8601): those they may decide where nothing was said for them yet. The same rules as in
 * voting.policy.ts, so that pages are full; a spec holds the two together.
 */
export function waitsFor(by: Deciding, now: string): Narrowing {
  const { actor, roles } = by;
  if (!mayCall(decisionRoles, roles)) return { text: 'false', parameters: {} };
  return {
    text: `row.status = 'pending' and (row.expiresAt is null or row.expiresAt >= :now)
      and not coalesce(row.excluded, '[]') @> :actorIds::jsonb
      and not row.votes @> :ownVotes::jsonb
      and (((:isAdmin or jsonb_exists_any(row.allowedDeciders, :names)) and not row.votes @> :votesInStead::jsonb)
        or (not (:isAdmin or jsonb_exists_any(row.allowedDeciders, :names)) and exists (
          select from jsonb_array_elements(coalesce(row.delegations, '[]')) handed
          where handed ->> 'to' = any (:ownNames) and not exists (
            select from jsonb_array_elements(row.votes) vote
            where handed ->> 'from' in (vote ->> 'actor_id', vote ->> 'on_behalf_of')))))`,
    parameters: {
      now,
      actorIds: JSON.stringify([actor.id]),
      ownVotes: JSON.stringify([{ actor_id: actor.id }]),
      votesInStead: JSON.stringify([{ on_behalf_of: actor.id }]),
      isAdmin: roles.includes('admin'),
      names: namesOf(by),
      ownNames: ownNames(by),
    },
  };
}
