import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { openStore } from '../support/store.js';

const WEBHOOK = '01890000-0000-7000-8000-00000000000a';
const SECRET = '01890000-0000-7000-8000-00000000000b';

let opened: Awaited<ReturnType<typeof openStore>>;
let owner: pg.Client;
beforeAll(async () => {
  opened = await openStore();
  owner = await opened.superuser();
  const values = `'${WEBHOOK}', '${DEFAULT_TENANT_ID}'`;
  await owner.query(
    `insert into webhooks values (${values}, 1, '', '${SECRET}', '${SECRET}', null, null, '{}', '{}', null, 0, 'active', null, now(), now())`,
  );
  await owner.query(`insert into webhook_secrets values ('${SECRET}', ${values}, 'key', '{}')`);
  await owner.query(`insert into webhook_progress (webhook_id, tenant_id, position) values (${values}, 0)`);
});
afterAll(() => opened.close());

const streamOf = (n: string) => `('01890000-0000-7000-8000-' || lpad((${n} % 100)::text, 12, '0'))::uuid`;
const insert = (from: number, to: number, status: string, nextAttemptAt = 'null') =>
  owner.query(`insert into webhook_deliveries (webhook_id, position, tenant_id, event_id, stream_id, stream_version, event_type, category, status,
      next_attempt_at, created_at, delivered_at)
    select '${WEBHOOK}', n, '${DEFAULT_TENANT_ID}', gen_random_uuid(), ${streamOf('n')}, n, 'x', 'run', '${status}', ${nextAttemptAt}, now(),
      case when '${status}' = 'delivered' then now() end
    from generate_series(${from}, ${to}) n`);

/** The pages of tables and indexes that claiming five and settling one of them reads; nothing of it stays. */
async function pagesRead(): Promise<number> {
  await owner.query('begin');
  const claimed = await buffersOf(`select * from claim_deliveries(50, 5, 5, 30, 'key')`);
  const { rows } = await owner.query<{ position: string }>(
    'select min(position) as position from webhook_deliveries where leased_until is not null',
  );
  const settled = await buffersOf(
    `select settle_delivery('${WEBHOOK}', ${rows[0]?.position}, 1, 204, null, 0, null, 3)`,
  );
  await owner.query('rollback');
  return claimed + settled;
}

async function buffersOf(statement: string): Promise<number> {
  const { rows } = await owner.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
    `explain (analyze, buffers, format json) ${statement}`,
  );
  const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {};
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
}

describe('claiming and settling deliveries', () => {
  it('costs the same however many have arrived and however many wait, by plans made while there were few', async () => {
    await insert(100_000, 100_099, 'pending', 'now()');
    for (let round = 0; round < 8; round += 1) await pagesRead();
    const few = await pagesRead();
    await insert(1, 50_000, 'delivered');
    await insert(100_100, 109_999, 'held');
    await pagesRead(); // The first reads what PostgreSQL has to know of tables that grew.
    const many = await pagesRead();
    expect({ few, many, isCheap: many < few + 100 }).toMatchObject({ isCheap: true });
  });
});
