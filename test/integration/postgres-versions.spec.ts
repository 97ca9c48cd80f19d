import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { migrate } from '../../src/platform/database/migrate.js';
import { ADMIN_KEY, startFounderRun } from '../support/service.js';
import { ApiClient } from '../support/api-client.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { type PrivatePostgres, startPrivatePostgres } from '../support/private-postgres.js';
import { expectSoundTimeline } from '../support/sound-timeline.js';
import { type SpawnedService, spawnService, stop } from '../support/spawn-service.js';
import { run } from '../support/test-server.js';

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const DEBIAN_15 = { initdb: '/usr/lib/postgresql/15/bin/initdb', postgres: '/usr/lib/postgresql/15/bin/postgres' };

/** The oldest supported version where this machine has it (`.ci/run` installs it), and always the one that is shipped. */
const servers: [string, string, () => Promise<PrivatePostgres>][] = [
  ['the PostgreSQL that is shipped', '18', () => startPrivatePostgres()],
];
if (existsSync(DEBIAN_15.postgres)) servers.push(['PostgreSQL 15', '15', () => startPrivatePostgres(DEBIAN_15)]);
else process.stderr.write('PostgreSQL 15 is not on this machine, so it is not tried here; .ci/run installs it.\n');

describe.each(servers)('on %s, with a login that owns only its database', (_name, version, startServer) => {
  const dataDir = makeFolder();
  let postgres: PrivatePostgres;
  let services: SpawnedService[] = [];
  let database: string;

  beforeAll(async () => {
    postgres = await startServer();
    await run(postgres.url(), 'create role startup login createrole', 'create database startup owner startup');
    database = postgres.url({ user: 'startup', database: 'startup' });
  }, 60_000);
  afterAll(async () => {
    expect(await Promise.all(services.map(stop))).toEqual(services.map(() => 0));
    await postgres.close();
    removeFolder(dataDir);
  }, 30_000);

  it(`is version ${version} and knows no superuser of ours`, async () => {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const { rows } = await client.query<{ version: string; super: boolean }>(
      `select current_setting('server_version') as version, rolsuper as super from pg_roles where rolname = current_user`,
    );
    await client.end();
    expect(rows[0]?.version).toMatch(new RegExp(`^${version}\\.`));
    expect(rows[0]?.super).toBe(false);
  });

  it('makes two services that start at once on an empty database ready', async () => {
    const settings = { STAGELINE_DATA_DIR: dataDir, DATABASE_URL: database };
    services = await Promise.all([spawnService(settings), spawnService(settings)]);
    const ready = await Promise.all(services.map(({ api }) => api.get('/health/ready')));
    expect(ready.map(({ status }) => status)).toEqual([200, 200]);
  }, 60_000);

  it('takes a founder from the thesis to the direction, seals and verifies', async () => {
    const api = new ApiClient(services[0]?.url ?? '', ADMIN_KEY);
    const { projectId, runId } = await startFounderRun(api);
    const stage = `/pipeline/${runId}/stages/thesis_defined`;
    await api.post(`${stage}/milestones/brief_generated/complete`);
    await api.post(`${stage}/milestones/risks_identified/complete`);
    const completed = await api.post(`${stage}/complete`);
    const gate = String(completed.body['open_gate_id']);
    const decided = await api.post(`/gates/${gate}/decision`, { decision: 'proceed' });
    expect(decided).toMatchObject({ status: 200, body: { run: { current_stage: 'validated_direction' } } });
    const project = await services[1]?.api.get(`/projects/${projectId}`);
    expect(project?.body).toMatchObject({ stage_number: 2, run_id: runId });

    await expectSoundTimeline({ connectionString: database });
    expect(await api.post('/audit/verify')).toMatchObject({ status: 200, body: { valid: true } });
  }, 60_000);

  it('starts again without the right to make roles or schemas, and migrates in the same way', async () => {
    const revoke = `revoke create on database startup from startup`;
    await run(postgres.url(), 'alter role startup nocreaterole', revoke);
    expect(await migrate({ connection: { connectionString: database } })).toEqual([]);
    const service = await spawnService({ STAGELINE_DATA_DIR: dataDir, DATABASE_URL: database });
    services = [...services, service];
    expect((await service.api.get('/health/ready')).status).toBe(200);
  }, 60_000);

  it('takes a login that may make no roles once somebody has done what the runbook says', async () => {
    await run(postgres.url(), 'create role stranger login', 'create database stranger');
    const connection = { connectionString: postgres.url({ user: 'stranger', database: 'stranger' }) };
    await expect(migrate({ connection })).rejects.toMatchObject({ code: '42501' });

    const grants = runbook.match(/^ {4}grant .*$/gm)?.map((line) => line.replaceAll('startup', 'stranger')) ?? [];
    expect(grants).toHaveLength(2);
    await run(postgres.url(), ...grants);
    expect((await migrate({ connection })).length).toBeGreaterThan(2);
  }, 30_000);
});
