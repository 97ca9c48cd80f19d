import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { accepted } from '../support/founder-walk.js';
import { asOwner } from '../support/read-model-fold.js';
import { agents, jobWorkers } from '../support/job-workers.js';
import { rebuild } from '../support/rebuilding.js';
import { startTestService } from '../support/service.js';
import { startProcess } from '../support/store.js';

type Job = { id: string; status: string; lease_expires_at: string };

let service: Awaited<ReturnType<typeof startTestService>>;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const asClient = <T>(work: (client: pg.Client) => Promise<T>) => asOwner(service.connection, work);
const countIn = (table: string) =>
  asClient(async (client) => {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${table}`);
    return Number(rows[0]?.count);
  });
const listed = async (query = '') =>
  accepted(await service.api.get<{ items: Job[] }>(`/jobs?limit=200${query}`)).items.map(({ id }) => id);

const queueAndTake = async (handler: string) => {
  const { api } = service;
  const { id } = accepted(await api.post<Job>('/jobs', { handler, payload: {} }));
  accepted(await api.post('/jobs/claim', { handlers: [handler], worker_id: 'w1', lease_seconds: 60 }));
  return id;
};

describe('jobs that were over for long', () => {
  it('move out of the way, are found as before, and come back with a rebuild', async () => {
    const { api } = service;
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const id = await queueAndTake('draw');
      accepted(await api.post(`/jobs/${id}/complete`, { attempt: 1, output: count }));
      ids.push(id);
    }
    const before = accepted(await api.get(`/jobs/${String(ids[0])}`));
    await asClient((client) => client.query('select archive_jobs(0, 3)'));
    expect([await countIn('jobs'), await countIn('finished_jobs')]).toEqual([2, 3]);
    expect(await listed()).toEqual(ids);
    const first = accepted(await api.get<{ items: Job[]; next: string }>('/jobs?limit=2'));
    const rest = accepted(await api.get<{ items: Job[]; next: null }>(`/jobs?limit=3&after=${first.next}`));
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(ids);
    expect(rest.next).toBeNull();
    expect(await listed('&status=SUCCESS&handler=draw')).toEqual(ids);
    expect(accepted(await api.get(`/jobs/${String(ids[0])}`))).toEqual(before);
    expect((await rebuild(api, 'jobs')).rebuild).toMatchObject({
      status: 'done',
      report: { only_live: 0, only_rebuilt: 0, different: 0 },
    });
    expect([await countIn('jobs'), await countIn('finished_jobs')]).toEqual([5, 0]);
    expect(await listed()).toEqual(ids);
  });

  it('are moved only when they were over for so long', async () => {
    await asClient((client) => client.query('select archive_jobs(3600, 100)'));
    expect(await countIn('finished_jobs')).toBe(0);
  });
});

describe('a rebuild of the jobs', () => {
  it('makes those of runs and those by themselves', async () => {
    const other = await startProcess(service.connection);
    await jobWorkers(other).startRun(agents('fan', 3));
    await queueAndTake('alone');
    const before = await listed();
    const { rebuild: ended } = await rebuild(service.api, 'jobs');
    const report = { only_live: 0, only_rebuilt: 0, different: 0 };
    expect(ended).toMatchObject({ error: null, status: 'done', report });
    expect(await listed()).toEqual(before);
    await other.close();
  });

  it('keeps the leases that heartbeats prolonged', async () => {
    const { api } = service;
    const running = await queueAndTake('beating');
    await asClient((client) => client.query(`update jobs set lease_expires_at = '2999-01-01' where id = '${running}'`));
    const { rebuild: ended } = await rebuild(api, 'jobs');
    expect(ended).toMatchObject({
      error: null,
      status: 'done',
      report: { only_live: 0, only_rebuilt: 0, different: 0 },
    });
    expect(accepted(await api.get<Job>(`/jobs/${running}`)).lease_expires_at).toBe('2999-01-01T00:00:00.000Z');
  });
});
