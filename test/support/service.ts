import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/platform/config/config.js';
import { createLogger } from '../../src/platform/telemetry/logger.js';
import { startService } from '../../src/service.js';
import { ApiClient } from './api-client.js';
import { ApiContract } from './api-contract.js';
import { createTestDatabase } from './database.js';

export const ADMIN_KEY = 'sl_test-admin-key-000000000000000000000000000';

/** A whole service in this process, on a database and a port of its own, and a client with its admin key. */
export async function startTestService(env: Readonly<Record<string, string>> = {}) {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'stageline-service-'));
  const config = loadConfig({
    DATABASE_URL: database.url,
    STAGELINE_DATA_DIR: dataDir,
    STAGELINE_ADMIN_KEY: ADMIN_KEY,
    STAGELINE_MIGRATE: 'off',
    STAGELINE_LOG_LEVEL: 'fatal',
    PORT: '0',
    ...env,
  });
  const service = await startService(config, createLogger({ level: config.logLevel, format: 'json' }));
  if (service.url === null) throw new Error('A service under test has to listen.');
  const api = new ApiClient(service.url, ADMIN_KEY);
  const close = async () => {
    await service.close();
    await database.drop();
    await rm(dataDir, { recursive: true });
  };
  return { url: service.url, api, connection: database.connection, close };
}

/** The same, with a client that holds every answer against the service's own OpenAPI document. */
export async function startDocumentedService(env: Readonly<Record<string, string>> = {}) {
  const service = await startTestService(env);
  const contract = await ApiContract.of(service.url);
  return { ...service, contract, api: new ApiClient(service.url, ADMIN_KEY, contract) };
}

/** Makes a key and answers it. */
export async function keyFor(
  api: ApiClient,
  key: Readonly<{ roles: readonly string[]; actor_type?: string; actor_id?: string; name?: string }>,
): Promise<string> {
  const { status, body } = await api.post<{ key: string }>('/keys', {
    name: key.name ?? key.roles.join(' '),
    roles: key.roles,
    actor_type: key.actor_type ?? 'user',
    actor_id: key.actor_id ?? 'olga',
  });
  if (status !== 201) throw new Error(`No key: ${JSON.stringify(body)}`);
  return body.key;
}

/** A project with a founder run, as its first event leaves it. */
export async function startFounderRun(api: ApiClient): Promise<Readonly<{ projectId: string; runId: string }>> {
  const project = await api.post<{ id: string }>('/projects', { name: 'Solar kiosk' });
  const run = await api.post<{ id: string }>('/pipeline/start', { project_id: project.body.id, template: 'founder' });
  if (run.status !== 201) throw new Error(`No run: ${JSON.stringify(run.body)}`);
  return { projectId: project.body.id, runId: run.body.id };
}
