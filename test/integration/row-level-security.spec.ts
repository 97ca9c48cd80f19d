import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/platform/database/data-source.js';
import { Database } from '../../src/platform/database/database.js';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { founder } from '../../src/templates/built-in/founder.js';
import type { ApiClient } from '../support/api-client.js';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { accepted, standAtGate } from '../support/founder-walk.js';
import { sealedPosition } from '../support/sealed-position.js';
import { rebuild } from '../support/rebuilding.js';
import { startTestService } from '../support/service.js';

const OURS = DEFAULT_TENANT_ID;
const THEIRS = '00000000-0000-7000-8000-0000000000bb';
const EVERYBODY = [OURS, THEIRS];

let service: Awaited<ReturnType<typeof startTestService>>;
let backstage: Backstage;
let owner: pg.Client;
let dataSource: DataSource;
let database: Database;
let tables: readonly string[];
beforeAll(async () => {
  service = await startTestService({ STAGELINE_HTTP_ALLOW_PRIVATE: 'on' });
  backstage = await openBackstage(service.connection);
  owner = new pg.Client(service.connection);
  await owner.connect();
  // One connection, so that whoever works next gets the one that spoke for somebody else.
  dataSource = await new DataSource(
    dataSourceOptions(service.connection, 'stageline_app', { poolSize: 1 }),
  ).initialize();
  database = new Database(dataSource);
  await backstage.publish(founder, THEIRS);
  await fill(service.api, OURS);
  await fill(service.api.as(await backstage.keyIn(THEIRS, 'admin')), THEIRS);
  await rebuild(service.api, 'pipeline_runs'); // Leaves the rows that it replaced, behind walls of their own.
  for (const tenantId of EVERYBODY) await park(tenantId);
  tables = await tablesOfTenants();
});
afterAll(async () => {
  await dataSource.destroy();
  await owner.end();
  await backstage.close();
  await service.close();
});

/** Everything that has a tenant, from the catalog, so that a table made tomorrow is tested too; partitions cannot be read at all. */
async function tablesOfTenants(): Promise<readonly string[]> {
  const { rows } = await owner.query<{ name: string }>(`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'stageline'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
      and a.attname = 'tenant_id' order by 1`);
  return rows.map(({ name }) => name);
}

/** Leaves a row in every table: by commands, and where those take hundreds of events, behind the service's back. */
async function fill(api: ApiClient, tenantId: string): Promise<void> {
  await api.post('/projects', { name: 'Solar kiosk' }, { headers: { 'idempotency-key': 'fill' } });
  accepted(await api.send('PUT', '/gate-policy', { body: { '*': { quorum: 1 } } }));
  await api.post('/job-profiles', { title: 'Software engineer' });
  await api.post('/candidates', { name: 'Robin Fairweather' });
  await api.post('/jobs', { handler: 'draw', payload: {}, idempotency_key: 'fill' });
  const { id } = accepted(await api.post<{ id: string }>('/jobs', { handler: 'draw', payload: {} }));
  accepted(await api.post(`/jobs/${id}/cancel`, { reason: 'Over.' }));
  await owner.query('select stageline.archive_jobs(0, 1)');
  const { runId } = await standAtGate(api);
  const position = await sealedPosition(api, runId);
  accepted(await api.get(`/insights/gates?template=founder&min_position=${String(position)}`));
  await leaveGraph(runId, tenantId);
  await leaveWebhook(api, tenantId);
  await owner.query(`insert into stageline.job_beats values ($1, $2, 1, '2999-01-01')`, [id, tenantId]);
  await owner.query(`insert into stageline.stream_snapshots values ($1, $2, 1, 'none', '{}')`, [runId, tenantId]);
}

async function leaveGraph(runId: string, tenantId: string): Promise<void> {
  const values = [runId, tenantId];
  await owner.query(`insert into stageline.stage_graphs values ($1, 'a', $2, 1, 1, '[]', 1, 1)`, values);
  await owner.query(
    `insert into stageline.timers values ($1, 'continue', '', $2, 1, 1, 'a', now(), 'fired', 0)`,
    values,
  );
  await owner.query(
    `insert into stageline.node_runs (run_id, stage, node_id, attempt, tenant_id, stream_version, status, output_length, retry_count)
     values ($1, 'a', 'n', 1, $2, 1, 'completed', 0, 0)`,
    values,
  );
}

async function leaveWebhook(api: ApiClient, tenantId: string): Promise<void> {
  const asked = { url: 'https://192.0.2.1/', categories: ['risk_change'] };
  const { id } = accepted(await api.post<{ id: string }>('/webhooks', asked));
  const values = [id, tenantId];
  await owner.query(
    `insert into stageline.webhook_progress (webhook_id, tenant_id, position) values ($1, $2, 0) on conflict do nothing`,
    values,
  );
  await owner.query(
    `insert into stageline.webhook_deliveries (webhook_id, position, tenant_id, event_id, stream_id, stream_version, event_type, category,
       status, created_at) values ($1, 1, $2, $1, $1, 1, 'none', 'none', 'skipped', now())`,
    values,
  );
}

async function park(tenantId: string): Promise<void> {
  await owner.query(
    `insert into stageline.parked_streams (name, stream_id, in_rebuild, tenant_id, stream_version, event_id, event_type, error)
     values ('pipeline_runs', $1, false, $1, 1, $1, 'none', 'none')`,
    [tenantId],
  );
}

const tenantsIn = (table: string) => `select distinct tenant_id as tenant from ${table} order by 1`;
const named = (rows: readonly { tenant: string }[]) => rows.map(({ tenant }) => tenant);

/** Whose rows a tenant's work sees, table by table, where it forgets to ask for its own. */
const seenAtWork = (tenantId: string) =>
  database.tenant(tenantId, async (manager) => {
    const seen: Record<string, readonly string[]> = {};
    for (const table of tables) seen[table] = named(await manager.query<{ tenant: string }[]>(tenantsIn(table)));
    return seen;
  });
/** The same for prepared statements. */
const seenByStatement = async (tenantId: string) => {
  const seen: Record<string, readonly string[]> = {};
  for (const table of tables) {
    const statement = { name: `tenants_in_${table}`, text: tenantsIn(table) };
    seen[table] = named(await database.query<{ tenant: string }>(tenantId, statement, []));
  }
  return seen;
};
const inEveryTable = (tenants: readonly string[]) => Object.fromEntries(tables.map((table) => [table, tenants]));

describe('the wall between tenants in the database', () => {
  it('stands in every table that has a tenant, each of which has rows of both', async () => {
    expect(tables).toEqual(
      expect.arrayContaining([
        'stage_events',
        'api_keys',
        'pipeline_runs',
        'command_receipts',
        'pipeline_runs_previous',
      ]),
    );
    const seen: Record<string, readonly string[]> = {};
    await database.system(async (manager) => {
      for (const table of tables) seen[table] = named(await manager.query<{ tenant: string }[]>(tenantsIn(table)));
    });
    expect(seen).toEqual(inEveryTable(EVERYBODY));
  });

  it.each([OURS, THEIRS])('lets the work of %s see nothing else', async (tenantId) => {
    expect(await seenAtWork(tenantId)).toEqual(inEveryTable([tenantId]));
    expect(await seenByStatement(tenantId)).toEqual(inEveryTable([tenantId]));
  });

  it('holds on a connection that another tenant, or the system, used last', async () => {
    for (const tenantId of [OURS, THEIRS, OURS]) {
      await database.system((manager) => manager.query('select 1'));
      expect(await seenByStatement(tenantId)).toEqual(inEveryTable([tenantId]));
      expect(await seenAtWork(tenantId === OURS ? THEIRS : OURS)).toEqual(
        inEveryTable([tenantId === OURS ? THEIRS : OURS]),
      );
    }
  });

  it('holds when tenants take turns on one connection', async () => {
    const turns = Array.from({ length: 20 }, (_, index) => EVERYBODY[index % 2] ?? OURS);
    const statement = { name: 'tenants_in_heads', text: tenantsIn('stream_heads') };
    const seen = await Promise.all(
      turns.map((tenantId) => database.query<{ tenant: string }>(tenantId, statement, [])),
    );
    expect(seen.map((rows) => named(rows))).toEqual(turns.map((tenantId) => [tenantId]));
  });
});
