import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeFolder, removeFolder } from '../support/folders.js';
import { type PrivatePostgres, startPrivatePostgres } from '../support/private-postgres.js';
import { type SpawnedService, spawnService, spawnSkewedWorker, stop } from '../support/spawn-service.js';
import { completed, perNode, timelineOf } from '../support/workers.js';

const DAY_MS = 86_400_000;
const PAUSE_SECONDS = 2;
const folders = [makeFolder(), makeFolder()] as const;
let postgres: PrivatePostgres;
let server: Server;
let url: string;
let service: SpawnedService;

beforeAll(async () => {
  server = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  postgres = await startPrivatePostgres();
  service = await spawnService({
    STAGELINE_DATA_DIR: folders[0],
    DATABASE_URL: postgres.url(),
    STAGELINE_ROLES: 'api,sealer',
  });
}, 60_000);
afterAll(async () => {
  const exit = await stop(service);
  await postgres.close();
  server.close();
  for (const folder of folders) removeFolder(folder);
  expect(exit).toBe(0);
}, 30_000);

describe.each([DAY_MS, -DAY_MS])('a process that works with a clock %d ms wrong', (skewMs) => {
  it('takes jobs, keeps leases and fires timers by the clock of the database', async () => {
    const calls = Array.from({ length: 10 }, (_, index) => `call-${index}`);
    const key = skewMs > 0 ? 'ahead' : 'behind';
    const config = { action: 'http', method: 'POST', url };
    const graph = {
      nodes: [
        { id: 'start', type: 'trigger', name: 'Start', config: {}, next: ['rest'] },
        { id: 'rest', type: 'delay', name: 'Rest', config: { seconds: PAUSE_SECONDS }, next: calls },
        ...calls.map((id) => ({ id, type: 'action', name: id, config })),
      ],
      edges: [],
    };
    expect((await service.api.post('/pipelines', { key, name: 'Calls', ...graph })).status).toBe(201);
    const run = await service.api.post<{ id: string }>('/pipeline/start', { template: key });
    const worker = spawnSkewedWorker(
      { STAGELINE_DATA_DIR: folders[1], DATABASE_URL: postgres.url(), STAGELINE_HTTP_ALLOW_PRIVATE: 'on' },
      skewMs,
    );
    await completed(service.api, run.body.id);
    worker.kill('SIGTERM');
    expect(await worker.exit).toBe(0);

    const events = await timelineOf(service.api, run.body.id);
    expect(perNode(events, 'job.succeeded').size).toBe(calls.length);
    expect(perNode(events, 'job.lease_lost').size).toBe(0);
    const { body } = await service.api.get<{ items: { node_id: string; duration_ms: number }[] }>(
      `/pipeline/${run.body.id}/nodes`,
    );
    const took = new Map(body.items.map(({ node_id: id, duration_ms: ms }) => [id, ms]));
    expect(took.get('rest')).toBeGreaterThanOrEqual(PAUSE_SECONDS * 1000);
    for (const ms of took.values()) expect(ms).toBeLessThan(60_000);
  }, 90_000);
});
