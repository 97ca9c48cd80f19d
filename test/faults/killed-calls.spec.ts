import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeFolder, removeFolder } from '../support/folders.js';
import { type SpawnedService, embeddedIn, spawnService, stop } from '../support/spawn-service.js';
import { expectSoundTimeline } from '../support/sound-timeline.js';
import { until } from '../support/wait.js';
import { completed, perNode, timelineOf } from '../support/workers.js';

const CALLS = 200;
const dataDir = makeFolder();
const settings = {
  STAGELINE_DATA_DIR: dataDir,
  STAGELINE_WORKER_CONCURRENCY: String(CALLS),
  STAGELINE_HTTP_ALLOW_PRIVATE: '127.0.0.1',
};
const held: ServerResponse[] = [];
const keys = new Map<string, number>();
let isHolding = true;
let server: Server;
let url: string;
let service: SpawnedService;

beforeAll(async () => {
  server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    keys.set(key, (keys.get(key) ?? 0) + 1);
    if (isHolding) held.push(response);
    else response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  service = await spawnService(settings);
}, 60_000);
afterAll(async () => {
  const exit = await stop(service);
  server.closeAllConnections();
  server.close();
  removeFolder(dataDir);
  expect(exit).toBe(0);
}, 30_000);

const startCalls = async (): Promise<string> => {
  const calls = Array.from({ length: CALLS }, (_, index) => `call-${index}`);
  const config = { action: 'http', method: 'POST', url };
  const graph = {
    nodes: [
      { id: 'start', type: 'trigger', name: 'Start', config: {}, next: calls },
      ...calls.map((id) => ({ id, type: 'action', name: id, config })),
    ],
    edges: [],
  };
  await service.api.post('/pipelines', { key: 'calls', name: 'Calls', ...graph });
  const run = await service.api.post<{ id: string }>('/pipeline/start', { template: 'calls' });
  expect(run.status).toBe(201);
  return run.body.id;
};

describe('a service that is killed while 200 of its own calls are in flight', () => {
  it('makes them again under the same keys, and completes every node once', async () => {
    const runId = await startCalls();
    await until('every call is in flight', () => held.length === CALLS);
    service.kill('SIGKILL');
    await service.exit;
    isHolding = false;
    for (const response of held) response.destroy();

    service = await spawnService(settings);
    await completed(service.api, runId);
    const events = await timelineOf(service.api, runId);
    const done = perNode(events, 'pipeline_node.completed');
    expect([done.size, ...new Set(done.values())]).toEqual([CALLS + 1, 1]);
    expect(perNode(events, 'job.lease_lost').size).toBe(CALLS);
    expect([...new Set(keys.values())]).toEqual([2]);
    await expectSoundTimeline(embeddedIn(dataDir));
  }, 120_000);
});
