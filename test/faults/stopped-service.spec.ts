import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { type SpawnedService, spawnService } from '../support/spawn-service.js';
import { until } from '../support/wait.js';

const BODY = JSON.stringify({ name: 'Solar kiosk' });
const dataDir = makeFolder();
let database: TestDatabase;
let service: SpawnedService;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  removeFolder(dataDir);
});
beforeEach(async () => {
  const settings = { STAGELINE_DATA_DIR: dataDir, STAGELINE_LOG_LEVEL: 'info' };
  service = await spawnService({ ...settings, DATABASE_URL: database.url });
}, 30_000);
afterEach(async () => {
  service.kill('SIGKILL');
  await service.exit;
});

/** A command of which the service has the head and waits for the body. */
const halfACommand = async (): Promise<{ socket: Socket; answer: () => string }> => {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  const headers = [`Host: ${hostname}`, `Authorization: Bearer ${service.key}`, 'Content-Type: application/json'];
  const sizes = [`Content-Length: ${String(BODY.length)}`, 'Expect: 100-continue'];
  socket.write(['POST /projects HTTP/1.1', ...headers, ...sizes, '', ''].join('\r\n'));
  await until('the service waits for the body', () => answer.includes('100 Continue'));
  return { socket, answer: () => answer };
};

describe('a service that is interrupted', () => {
  it('takes two signals at once for one: it finishes what it began, says so and exits with 0', async () => {
    const { socket, answer } = await halfACommand();
    service.kill('SIGINT');
    service.kill('SIGINT');
    await until('it takes nothing new', async () => (await service.api.get('/health/live')).status === 503);
    socket.write(BODY);
    await until('the command is answered', () => answer().includes('201 Created'));
    expect(await service.exit).toBe(0);
    expect(service.output().match(/Stopped: what was accepted is finished\./g)).toHaveLength(1);
  }, 30_000);

  it('ends at once, with 1, at a signal that comes a second later', async () => {
    await halfACommand();
    const began = performance.now();
    const impatience = setInterval(() => service.kill('SIGINT'), 50);
    const code = await service.exit;
    clearInterval(impatience);
    const elapsedMs = performance.now() - began;
    expect({ code, isPatient: elapsedMs > 1_000, isQuick: elapsedMs < 5_000 }).toEqual({
      code: 1,
      isPatient: true,
      isQuick: true,
    });
  }, 30_000);
});
