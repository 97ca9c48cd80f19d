import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const queries = [...runbook.matchAll(/^```sql\n([^]*?)^```$/gm)].map(([, sql]) => sql ?? '');

describe('the queries in docs/runbook.md', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client(database.connection);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('are there', () => {
    expect(queries.length).toBeGreaterThan(4);
  });

  it.each(queries)('run: %s', async (sql) => {
    const { fields } = await client.query(sql);
    expect(fields.length).toBeGreaterThan(1);
  });

  it('show who holds the horizon', async () => {
    const holder = new pg.Client({ ...database.connection, application_name: 'a forgotten session' });
    await holder.connect();
    await holder.query('begin; select pg_current_xact_id()');
    const { rows } = await client.query<{ application_name: string; state: string }>(
      queries.find((sql) => sql.includes('backend_xid')) ?? '',
    );
    expect(rows).toContainEqual(
      expect.objectContaining({ application_name: 'a forgotten session', state: 'idle in transaction' }),
    );
    await holder.end();
  });
});
