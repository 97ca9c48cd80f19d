import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { loadConfig } from '../../src/platform/config/config.js';
import { createLogger } from '../../src/platform/telemetry/logger.js';
import { startService } from '../../src/service.js';
import { ApiClient } from '../support/api-client.js';
import { createTestDatabase } from '../support/database.js';
import { ADMIN_KEY } from '../support/service.js';

jest.setTimeout(30_000);

const cleaning: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});

/** A service in the middle of a call to somebody who has not answered yet. */
async function serviceInACall(shutdownSeconds: string) {
  const called = Promise.withResolvers<ServerResponse>();
  const other = createServer((_request, response) => called.resolve(response)).listen(0, '127.0.0.1');
  await once(other, 'listening');
  cleaning.push(
    () => other.close(),
    () => other.closeAllConnections(),
  );
  const [database, dataDir] = [await createTestDatabase(), await mkdtemp(join(tmpdir(), 'stageline-service-'))];
  cleaning.push(database.drop, () => rm(dataDir, { recursive: true }));
  const config = loadConfig({
    ...{ DATABASE_URL: database.url, STAGELINE_DATA_DIR: dataDir, STAGELINE_ADMIN_KEY: ADMIN_KEY, PORT: '0' },
    ...{ STAGELINE_MIGRATE: 'off', STAGELINE_LOG_LEVEL: 'fatal', STAGELINE_HTTP_ALLOW_PRIVATE: 'on' },
    STAGELINE_SHUTDOWN_SECONDS: shutdownSeconds,
  });
  const service = await startService(config, createLogger({ level: 'fatal', format: 'json' }));
  const api = new ApiClient(service.url ?? '', ADMIN_KEY);
  const url = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;
  const call = { id: 'call', type: 'action', name: 'Call', config: { action: 'http', method: 'GET', url } };
  const nodes = [{ id: 'start', type: 'trigger', name: 'Start', config: {}, next: ['call'] }, call];
  await api.post('/pipelines', { key: 'calling', name: 'Calling', nodes, edges: [] });
  await api.post('/pipeline/start', { template: 'calling' });
  return { close: service.close, response: await called.promise, statusIn: () => jobStatus(database.connection) };
}

async function jobStatus(connection: pg.ClientConfig): Promise<string | undefined> {
  const client = new pg.Client(connection);
  await client.connect();
  const { rows } = await client.query<{ status: string }>('select status from stageline.jobs');
  await client.end();
  return rows[0]?.status;
}

describe('a service that stops', () => {
  it('finishes the jobs under way, with the database still there', async () => {
    const { close, response, statusIn } = await serviceInACall('20');
    const closed = close();
    response.end('late, but there');
    await closed;
    expect(await statusIn()).toBe('SUCCESS');
  });

  it('waits for them no longer than for anything else', async () => {
    const { close, response, statusIn } = await serviceInACall('1');
    const cut = once(response, 'close');
    await close();
    await cut;
    expect(await statusIn()).toBe('RUNNING');
  });
});
