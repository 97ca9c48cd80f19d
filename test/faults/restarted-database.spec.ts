import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { accepted } from '../support/founder-walk.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { emptyLedger, expectEffects, issue, markedCommand, repeatUnanswered } from '../support/marked-commands.js';
import { type PrivatePostgres, startPrivatePostgres } from '../support/private-postgres.js';
import { startFounderRun } from '../support/service.js';
import { expectSoundTimeline, marksIn } from '../support/sound-timeline.js';
import { type SpawnedService, spawnService, stop } from '../support/spawn-service.js';
import { until } from '../support/wait.js';

const CLIENTS = 20;
const dataDir = makeFolder();
let postgres: PrivatePostgres;
let service: SpawnedService;

beforeAll(async () => {
  postgres = await startPrivatePostgres();
  service = await spawnService({ STAGELINE_DATA_DIR: dataDir, DATABASE_URL: postgres.url() });
}, 60_000);
afterAll(async () => {
  const exit = await stop(service);
  await postgres.close();
  removeFolder(dataDir);
  expect(exit).toBe(0);
}, 30_000);

describe('a service whose database server is restarted under load', () => {
  it('answers 503 meanwhile, recovers by itself and keeps what it acknowledged', async () => {
    const { runId } = await startFounderRun(service.api);
    const database = { connectionString: postgres.url() };
    const ledger = emptyLedger();
    const unavailable: (string | null)[] = [];
    let isOver = false;
    const client = async () => {
      while (!isOver) {
        const answer = await issue(service.api, markedCommand(runId), ledger);
        if (answer !== null && answer.status >= 500) unavailable.push(answer.headers.get('retry-after'));
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    await until('commands were taken', () => ledger.acknowledged.length > 50);
    await postgres.stop();
    await until('requests were turned away', () => unavailable.length > CLIENTS);
    expect((await service.api.get('/health/live')).status).toBe(200);
    expect((await service.api.get('/health/ready')).status).toBe(503);
    await postgres.start();
    const before = ledger.acknowledged.length;
    await until('commands are taken again', () => ledger.acknowledged.length > before + 50);
    isOver = true;
    await Promise.all(clients);

    expect([...ledger.statuses].toSorted()).toEqual([200, 503]);
    expect(unavailable.filter((after) => !(Number(after) > 0))).toEqual([]);
    expectEffects(await marksIn(database), ledger);
    await repeatUnanswered(service.api, ledger);
    expectEffects(await marksIn(database), ledger);
    await expectSoundTimeline(database);
  }, 60_000);
});

describe('a service whose database server crashes', () => {
  it('keeps the signs of life of workers', async () => {
    const { api } = service;
    const slow = { handler: 'slow', payload: {} };
    const { items } = accepted(
      await api.post<{ items: readonly { id: string }[] }>('/jobs/batch', { jobs: [slow, slow] }),
    );
    accepted(await api.post('/jobs/claim', { handlers: ['slow'], worker_id: 'w1', limit: 2 }));
    const path = `/jobs/${String(items[1]?.id)}`;
    const lease = accepted(await api.post<{ lease_expires_at: string }>(`${path}/heartbeat`, { attempt: 1 }));
    accepted(await api.post('/jobs', { ...slow, handler: 'other' })); // Its commit waits for the disk, and what was before goes along.
    await crash();
    await until('the job is shown', async () => (await api.get(path)).status === 200);
    const { lease_expires_at } = lease;
    expect(accepted(await api.get(path))).toMatchObject({ status: 'RUNNING', lease_expires_at });
  }, 60_000);
});

/** One process of the server is killed, whereupon the others end and it recovers from what was on disk. */
async function crash(): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url() });
  const ended = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  process.kill((rows[0] as { pid: number }).pid, 'SIGKILL');
  await ended;
}
