import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { isGroup } from '../../templates/contract.js';
import type { AskedVotes } from '../asked-votes.policy.js';
import type { GatePolicy } from '../gate-policy.events.js';

/** A rule that asks for more people than there are; `voters` is how many there are. */
export type ShortRule = AskedVotes & Readonly<{ voters: number }>;

/** Who could vote, by the keys there are now: somebody may get one later, and who did the work of a stage may not. */
@Injectable()
export class Voters {
  constructor(private readonly database: Database) {}

  /** The rules that ask for more people than have a key they could vote with. */
  async shortRules(tenantId: string, asked: readonly AskedVotes[]): Promise<readonly ShortRule[]> {
    if (asked.length === 0) return [];
    const values = [tenantId, JSON.stringify(asked.map(({ approvers }) => approvers))];
    const rows = await this.database.query<{ voters: number }>(tenantId, COUNT, values);
    return asked
      .map((rule, place) => ({ ...rule, voters: rows[place]?.voters ?? 0 }))
      .filter(({ quorum, voters }) => voters < quorum);
  }

  /** The names in a policy that are no kind of people and stand on no key: probably misspelt. */
  async unknownNames(tenantId: string, policy: GatePolicy): Promise<readonly string[]> {
    const all = Object.values(policy).flatMap(({ approvers = [], escalate_to = [] }) => [...approvers, ...escalate_to]);
    const names = [...new Set(all)].filter((name) => !isGroup(name));
    if (names.length === 0) return [];
    const rows = await this.database.query<{ name: string }>(tenantId, UNKNOWN, [tenantId, names]);
    return rows.map(({ name }) => name);
  }
}

// Everybody counts once, however many keys they have. The roles are those that may call POST /gates/{id}/decision.
const COUNT = {
  name: 'count_voters',
  text: `select count(distinct (k.actor_type, k.actor_id))::int as voters
    from jsonb_array_elements($2::jsonb) with ordinality r (approvers, place)
    left join api_keys k on k.tenant_id = $1 and k.revoked_at is null and k.roles && '{admin,operator,approver}'
      and ('admin' = any (k.roles) or r.approvers ?| (k.roles || array[k.actor_type, k.actor_id, k.name]))
    group by r.place order by r.place`,
};
const UNKNOWN = {
  name: 'find_unknown_approvers',
  text: `select n.name from unnest($2::text[]) with ordinality n (name, place)
    where not exists (select from api_keys k where k.tenant_id = $1 and k.revoked_at is null and n.name in (k.name, k.actor_id))
    order by n.place`,
};
