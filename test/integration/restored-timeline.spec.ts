import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { TransientError } from '../../src/platform/event-store/errors.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { startFounderRun } from '../support/service.js';
import { expectSoundTimeline, sealed, verify } from '../support/sound-timeline.js';
import { type SpawnedService, spawnService, stop } from '../support/spawn-service.js';
import { note, openStore, sealAll } from '../support/store.js';

const dataDir = makeFolder();
const streamId = newId();
let opened: Awaited<ReturnType<typeof openStore>>;
let service: SpawnedService;

const append = (version: number) =>
  opened.store.append([{ streamId, expectedVersion: version, events: [note(streamId, version + 1)], rows: {} }]);
const start = () =>
  spawnService({
    STAGELINE_DATA_DIR: dataDir,
    STAGELINE_MIGRATE: 'off',
    DATABASE_URL: opened.connection.connectionString ?? '',
  });
/** The transaction ids of a cluster that has lived far longer than this one, as a dump brings them along. */
const bringFromAnOlderCluster = async () => {
  const owner = await opened.superuser();
  await owner.query('alter table stage_events disable trigger all');
  for (const part of [0, 1, 2, 3]) await owner.query(`alter table stage_events_p${part} disable trigger all`);
  const aged = (column: string) => `${column} = (${column}::text::numeric + 5000000000)::text::xid8`;
  await owner.query(`update stage_events set ${aged('xid')}`);
  await owner.query(`update stream_heads set ${aged('last_xid')}`);
  await owner.query(`update seal_state set ${aged('last_xid')}`);
};
const epoch = async () => {
  const owner = await opened.superuser();
  return (await owner.query<{ epoch: number }>('select epoch from seal_state')).rows[0]?.epoch;
};

beforeAll(async () => {
  opened = await openStore();
  for (let version = 0; version < 6; version += 1) {
    await append(version);
    if (version === 3) await sealAll(opened); // Two events stay unsealed.
  }
  await bringFromAnOlderCluster();
});
afterAll(async () => {
  expect(await stop(service)).toBe(0);
  await opened.close();
  removeFolder(dataDir);
}, 30_000);

describe('a timeline restored into a younger cluster', () => {
  it('takes nothing new before a start has looked at it', async () => {
    await expect(append(6)).rejects.toThrow(TransientError);
  });

  it('is sealed to its end and goes on in a new epoch once a service starts', async () => {
    service = await start();
    expect(await epoch()).toBe(2);
    await append(6);
    await startFounderRun(service.api);
    await sealed(opened.connection);
    const { events } = await opened.reader.read(DEFAULT_TENANT_ID, { after: 0, limit: 100 });
    expect(events.slice(0, 6).map(({ streamVersion }) => streamVersion)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events.slice(0, 6).every((event) => event.streamId === streamId)).toBe(true);
    await expectSoundTimeline(opened.connection);
  }, 30_000);

  it('stays in that epoch at the next start, and valid', async () => {
    expect(await stop(service)).toBe(0);
    service = await start();
    expect(await epoch()).toBe(2);
    await append(7);
    await sealed(opened.connection);
    expect(await verify(opened.connection)).toMatchObject({ valid: true, finding: null });
  }, 30_000);
});
