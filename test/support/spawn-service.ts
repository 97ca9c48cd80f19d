import { join } from 'node:path';
import type { Connection } from '../../src/platform/database/data-source.js';
import { ApiClient } from './api-client.js';
import { type Child, runProgram } from './child.js';
import { ADMIN_KEY } from './service.js';
import { until } from './wait.js';

/** A whole service in a process of its own, ready to be asked, and to be killed. */
export type SpawnedService = Child & Readonly<{ url: string; key: string; api: ApiClient }>;

/** Starts the service from source with these settings, on any free port, and waits until it is ready. */
export async function spawnService(
  settings: Readonly<Record<string, string>> & Readonly<{ STAGELINE_DATA_DIR: string }>,
): Promise<SpawnedService> {
  const child = beginService(settings);
  const [, url = ''] = /listens on (\S+)/.exec(await child.says(/listens on \S+\s/)) ?? [];
  const api = new ApiClient(url, ADMIN_KEY);
  await until('the service is ready', async () => (await api.get('/health/ready')).status === 200);
  return { ...child, url, key: ADMIN_KEY, api };
}

/** Starts a process of the service that only works, with a clock that is so wrong; nothing listens. */
export function spawnSkewedWorker(settings: Readonly<Record<string, string>>, skewMs: number): Child {
  const working = { STAGELINE_ROLES: 'worker', STAGELINE_LOG_LEVEL: 'warn', STAGELINE_ADMIN_KEY: ADMIN_KEY };
  return runProgram('skewed-service.ts', [JSON.stringify({ ...working, ...settings }), String(skewMs)]);
}

/** Starts the service and does not wait, for starts that may fail. */
function beginService(settings: Readonly<Record<string, string>>): Child {
  const quiet = { PORT: '0', STAGELINE_LOG_LEVEL: 'warn', STAGELINE_ADMIN_KEY: ADMIN_KEY };
  return runProgram('service.ts', [JSON.stringify({ ...quiet, ...settings })]);
}

/** How to reach the embedded database of a running service past the service. */
export function embeddedIn(dataDir: string): Connection {
  return { host: join(dataDir, 'socket'), port: 5432, user: 'stageline', database: 'stageline' };
}

/** Ends the service as an operator would; answers its exit code. */
export function stop(service: Child): Promise<number | null> {
  service.kill('SIGTERM');
  return service.exit;
}
