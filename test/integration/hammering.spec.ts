import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../src/platform/database/data-source.js';
import type { ApiClient } from '../support/api-client.js';
import { createTestDatabase } from '../support/database.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { clientOf, commandRun, playRun } from '../support/hammering-client.js';
import { emptyLedger, expectEffects } from '../support/marked-commands.js';
import { startFounderRun, startTestService } from '../support/service.js';
import { expectSoundTimeline, marksIn } from '../support/sound-timeline.js';
import { spawnService, stop } from '../support/spawn-service.js';

const CLIENTS = 100;

type Served = Readonly<{ apis: readonly ApiClient[]; connection: Connection; close: () => Promise<void> }>;

async function inThisProcess(): Promise<Served> {
  const { api, connection, close } = await startTestService();
  return { apis: [api], connection, close };
}

async function inProcesses(count: number): Promise<Served> {
  const database = await createTestDatabase();
  const dataDir = makeFolder(); // The sealing key in it is theirs together.
  const settings = { STAGELINE_DATA_DIR: dataDir, DATABASE_URL: database.url, STAGELINE_MIGRATE: 'off' };
  const services = await Promise.all(Array.from({ length: count }, () => spawnService(settings)));
  const close = async () => {
    expect(await Promise.all(services.map(stop))).toEqual(services.map(() => 0));
    await database.drop();
    removeFolder(dataDir);
  };
  return { apis: services.map(({ api }) => api), connection: database.connection, close };
}

describe.each([
  ['the service in this process', inThisProcess],
  ['a service in a process of its own', () => inProcesses(1)],
  ['two processes of the service on one database', () => inProcesses(2)],
])('hammering %s', (_served, serve) => {
  let served: Served;
  beforeAll(async () => {
    served = await serve();
  }, 60_000);
  afterAll(() => served.close(), 30_000);

  it('loses and doubles nothing when 100 clients command one run', async () => {
    const { apis, connection } = served;
    const [api] = apis;
    if (api === undefined) throw new Error('Nothing is served.');
    const { runId } = await startFounderRun(api);
    const ledger = emptyLedger();
    const clients = Array.from({ length: CLIENTS }, (_, index) => clientOf(apis, index, ledger));
    await Promise.all(clients.map((client, index) => commandRun(client, runId, index)));

    expect([...ledger.statuses].toSorted()).toEqual([200, 412]);
    expectEffects(await marksIn(connection), ledger);
    await expectSoundTimeline(connection);
  }, 60_000);

  it('loses and doubles nothing when 100 clients command a run each', async () => {
    const { apis, connection } = served;
    const ledger = emptyLedger();
    const clients = Array.from({ length: CLIENTS }, (_, index) => clientOf(apis, index, ledger));
    const runIds = await Promise.all(clients.map(playRun));

    expect([...ledger.statuses]).toEqual([200]);
    expectEffects(await marksIn(connection), ledger);
    const runs = await Promise.all(
      runIds.flatMap((runId) => apis.map(async (api) => (await api.get(`/pipeline/${runId}`)).body)),
    );
    const ends = runs.map(({ current_stage: stage, version, status }) => ({ stage, version, status }));
    expect(new Set(ends.map((end) => JSON.stringify(end))).size).toBe(1);
    expect(ends[0]).toMatchObject({ stage: 'validated_direction', status: 'running' });
    await expectSoundTimeline(connection);
  }, 60_000);
});
