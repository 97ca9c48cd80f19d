import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { GatePolicy } from '../gate-policy.events.js';

/** Rules that are about nothing there is: probably misspelt, and then nobody is asked. */
@Injectable()
export class UnmatchedRules {
  constructor(private readonly database: Database) {}

  /** The keys of rules about a stage that no version of any template has. */
  async among(tenantId: string, policy: GatePolicy): Promise<readonly string[]> {
    const keys = Object.keys(policy).filter((key) => key !== '*');
    if (keys.length === 0) return [];
    const rows = await this.database.query<{ key: string }>(tenantId, FIND, [tenantId, keys]);
    return rows.map(({ key }) => key);
  }
}

// Of templates it reads the table and none of the code.
const FIND = {
  name: 'find_unmatched_rules',
  text: `with stages as materialized (
      select distinct t.key as template, s ->> 'key' as stage
      from templates t, jsonb_array_elements(t.content -> 'stages') s where t.tenant_id = $1
    )
    select k.key from unnest($2::text[]) with ordinality k (key, place)
    where not exists (select from stages where k.key in (stage, template || '/' || stage)) order by k.place`,
};
