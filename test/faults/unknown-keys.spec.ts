import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { sealed } from '../support/sound-timeline.js';
import { spawnService, stop } from '../support/spawn-service.js';

const WARNING =
  /Seals of this timeline are signed by ([0-9a-f]{32}), neither this process's key \([0-9a-f]{32}\) nor trusted/;
const own = makeFolder();
const fresh = makeFolder();
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  removeFolder(own);
  removeFolder(fresh);
});

/** What one service says from its start to its end. */
const lifeOf = async (settings: Readonly<Record<string, string>> & Readonly<{ STAGELINE_DATA_DIR: string }>) => {
  const service = await spawnService({ DATABASE_URL: database.url, ...settings });
  await sealed(database.connection);
  expect(await stop(service)).toBe(0);
  return service.output();
};

describe('a service that finds seals of another key', () => {
  it('warns, naming the key and both settings, unless it is its own or trusted, or it does not seal', async () => {
    expect(await lifeOf({ STAGELINE_DATA_DIR: own })).not.toMatch(WARNING);
    expect(await lifeOf({ STAGELINE_DATA_DIR: own })).not.toMatch(WARNING);
    const said = await lifeOf({ STAGELINE_DATA_DIR: fresh });
    const [, id = 'none'] = WARNING.exec(said) ?? [];
    expect(said).toMatch(/STAGELINE_SEALING_KEY.+STAGELINE_TRUSTED_KEYS/);
    expect(await lifeOf({ STAGELINE_DATA_DIR: fresh, STAGELINE_TRUSTED_KEYS: id })).not.toMatch(WARNING);
    expect(await lifeOf({ STAGELINE_DATA_DIR: fresh, STAGELINE_ROLES: 'api,worker' })).not.toMatch(WARNING);
  }, 60_000);
});
