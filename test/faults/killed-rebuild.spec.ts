import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { startPlaying } from '../support/playing-clients.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { projectionOf, rebuilt } from '../support/rebuilding.js';
import { type SpawnedService, spawnService, stop } from '../support/spawn-service.js';
import { until } from '../support/wait.js';

/** Where the process that rebuilds is held until it is killed: in the statement that says it has come so far. */
const HOLD = 7_799_001;
const dataDir = makeFolder();
let database: TestDatabase;
let superuser: pg.Client;
let serving: SpawnedService;
let settings: Parameters<typeof spawnService>[0];
let rebuilder: SpawnedService;

beforeAll(async () => {
  database = await createTestDatabase();
  settings = { STAGELINE_DATA_DIR: dataDir, DATABASE_URL: database.url, STAGELINE_MIGRATE: 'off' };
  serving = await spawnService({ ...settings, STAGELINE_ROLES: 'api,worker' });
  rebuilder = await spawnRebuilder();
  superuser = new pg.Client(database.connection);
  await superuser.connect();
  await superuser.query('set search_path = stageline');
}, 60_000);
afterAll(async () => {
  const exits = [await stop(rebuilder), await stop(serving)];
  await superuser.end();
  await database.drop();
  removeFolder(dataDir);
  expect(exits).toEqual([0, 0]);
});

const spawnRebuilder = () => spawnService({ ...settings, STAGELINE_ROLES: 'api,sealer' });

/** Makes whoever writes this of a rebuild wait, until the returned function is called. */
async function holdAt(column: 'phase' | 'status', value: string): Promise<() => Promise<void>> {
  await superuser.query(`
    create or replace function hold() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(${String(HOLD)}); return new; end $$;
    create trigger hold before update on projection_rebuilds for each row
      when (new.${column} = '${value}' and old.${column} is distinct from new.${column}) execute function hold();
    select pg_advisory_lock(${String(HOLD)});`);
  return async () => {
    await superuser.query(`select pg_advisory_unlock(${String(HOLD)}); drop trigger hold on projection_rebuilds`);
  };
}

async function isHeld(): Promise<boolean> {
  const { rows } = await superuser.query(
    "select from pg_locks where locktype = 'advisory' and objid = $1 and not granted",
    [HOLD],
  );
  return rows.length > 0;
}

describe('a process that is killed while it rebuilds', () => {
  it.each([
    ['as it takes the rebuild', 'status', 'running'],
    ['before it loads', 'phase', 'bulk'],
    ['before it makes indexes', 'phase', 'index'],
    ['before it catches up', 'phase', 'catch-up'],
    ['before it compares', 'phase', 'compare'],
    ['before it switches', 'phase', 'switch'],
    ['within the switch', 'status', 'done'],
  ] as const)(
    'leaves the live rows in service, and the next one ends it right: %s',
    async (_when, column, value) => {
      const { api } = serving;
      const playing = startPlaying([api], 2);
      const letGo = await holdAt(column, value);
      expect((await api.post('/projections/pipeline_runs/rebuild')).status).toBe(202);
      await until('the rebuild is held', isHeld);
      rebuilder.kill('SIGKILL');
      await rebuilder.exit;
      await letGo();
      const played = playing.runs();
      await until('clients go on', () => playing.runs() > played);
      expect(await projectionOf(api, 'pipeline_runs')).toMatchObject({ status: 'rebuilding' });

      rebuilder = await spawnRebuilder();
      expect(await rebuilt(api, 'pipeline_runs')).toMatchObject({
        status: 'live',
        rebuild: { status: 'done', report: { only_live: 0, only_rebuilt: 0, different: 0 } },
      });
      expect((await playing.stop()).statuses).toEqual([200]);
      await expectReadModelsToEqualFold(database.connection);
    },
    60_000,
  );
});

describe('a process that is told to stop while it rebuilds', () => {
  it('leaves the rebuild to another at once', async () => {
    const letGo = await holdAt('phase', 'index');
    await serving.api.post('/projections/stage_configs/rebuild');
    await until('the rebuild is held', isHeld);
    const stopped = stop(rebuilder);
    await letGo();
    expect(await stopped).toBe(0);
    expect(await projectionOf(serving.api, 'stage_configs')).toMatchObject({ rebuild: { status: 'requested' } });
    rebuilder = await spawnRebuilder();
    expect(await rebuilt(serving.api, 'stage_configs')).toMatchObject({ rebuild: { status: 'done' } });
  }, 60_000);
});
