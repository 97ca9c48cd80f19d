import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { KeysByPerson } from './encryption.js';

type KeyRow = Readonly<{ person_id: string; key: Buffer }>;

/** The keys that personal data is encrypted with, one for each person. */
@Injectable()
export class PersonKeys {
  constructor(private readonly database: Database) {}

  /** Keeps the key of a new person; committed when this answers. */
  async keep(tenantId: string, personId: string, key: Buffer): Promise<void> {
    await this.database.query(tenantId, KEEP, [personId, tenantId, key]);
  }

  /** The keys of those among these people who were not erased. Never cached: an erasure counts at once, in every process. */
  async find(tenantId: string, personIds: readonly string[]): Promise<KeysByPerson> {
    const rows = await this.database.query<KeyRow>(tenantId, FIND, [tenantId, personIds]);
    return new Map(rows.map(({ person_id: personId, key }) => [personId, key]));
  }
}

const KEEP = {
  name: 'keep_person_key',
  text: 'insert into person_keys (person_id, tenant_id, key) values ($1, $2, $3)',
};
const FIND = {
  name: 'find_person_keys',
  text: 'select person_id, key from person_keys where tenant_id = $1 and person_id = any ($2::uuid[])',
};
