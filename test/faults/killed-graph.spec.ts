import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Child } from '../support/child.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { type PrivatePostgres, startPrivatePostgres } from '../support/private-postgres.js';
import { type SpawnedService, spawnService, stop } from '../support/spawn-service.js';
import { expectSoundTimeline } from '../support/sound-timeline.js';
import { until } from '../support/wait.js';
import {
  completed,
  expectEachOnce,
  freePort,
  killAll,
  perNode,
  spawnWorker,
  startFan,
  statusOf,
  timelineOf,
} from '../support/workers.js';

const WIDTH = 200;
const HANDLER = 'counter';
const folders = [makeFolder(), makeFolder()] as const;
let postgres: PrivatePostgres;
let services: SpawnedService[] = [];
let workers: readonly Child[] = [];

const begin = (folder: string, port: number) =>
  spawnService({ STAGELINE_DATA_DIR: folder, DATABASE_URL: postgres.url(), PORT: String(port) });

beforeAll(async () => {
  postgres = await startPrivatePostgres();
  services = [await begin(folders[0], await freePort()), await begin(folders[1], await freePort())];
}, 60_000);
afterAll(async () => {
  await killAll(workers);
  const exits = await Promise.all(services.map(stop));
  await postgres.close();
  for (const folder of folders) removeFolder(folder);
  expect(exits).toEqual([0, 0]);
}, 60_000);

const service = (index: number) => services[index] as SpawnedService;

const worker = (number: number, holdMs: number) => {
  const { url, key } = service(number % 2);
  const about = { workerId: `worker-${number}`, handlers: [HANDLER], leaseSeconds: 3, limit: 50 };
  return spawnWorker({ url, key, ...about, holdMs });
};

/** Two of them hold on to what they took first, so that there is something in flight until their leases are over, however fast the others are. */
const fourWorkers = async () => {
  const holding = await Promise.all([worker(0, 60_000), worker(1, 60_000)]);
  await Promise.all(holding.map((one) => one.says(/^took /m)));
  return [...holding, ...(await Promise.all([worker(2, 20), worker(3, 20)]))];
};

const succeeded = async (runId: string): Promise<number> =>
  perNode(await timelineOf(service(1).api, runId), 'job.succeeded').size;

const expectDoneOnce = async (runId: string): Promise<void> => {
  await completed(service(0).api, runId);
  await killAll(workers);
  workers = [];
  expectEachOnce(await timelineOf(service(0).api, runId), WIDTH);
  await expectSoundTimeline({ connectionString: postgres.url() });
};

describe('two services and four workers on one database', () => {
  it('do every node once', async () => {
    const runId = await startFan(service(0).api, HANDLER, WIDTH);
    workers = await Promise.all([0, 1, 2, 3].map((number) => worker(number, 20)));
    await expectDoneOnce(runId);
  }, 120_000);

  it('do every node once when a service is killed while they are in flight', async () => {
    const runId = await startFan(service(0).api, HANDLER, WIDTH);
    workers = await fourWorkers();
    await until('some nodes are done', async () => (await succeeded(runId)) > 10);
    service(0).kill('SIGKILL');
    await service(0).exit;
    expect(await statusOf(service(1).api, runId)).toBe('running');
    services[0] = await begin(folders[0], Number(new URL(service(0).url).port));
    await expectDoneOnce(runId);
  }, 120_000);

  it('do every node once when the database is restarted under them', async () => {
    const runId = await startFan(service(0).api, HANDLER, WIDTH);
    workers = await fourWorkers();
    await until('some nodes are done', async () => (await succeeded(runId)) > 10);
    await postgres.stop();
    await until('a service notices', async () => (await service(0).api.get('/health/ready')).status === 503);
    await postgres.start();
    await expectDoneOnce(runId);
  }, 120_000);
});
