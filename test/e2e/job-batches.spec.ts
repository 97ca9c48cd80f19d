import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accepted } from '../support/founder-walk.js';
import { keyFor, startDocumentedService } from '../support/service.js';

type Job = Readonly<{ id: string; batch_id: string | null; status: string; correlation_id: string }>;
type Batch = Readonly<{ batch_id: string | null; items: readonly Job[] }>;
type Completed = Readonly<{ jobs: readonly Readonly<{ id: string; completed: boolean; problem: unknown }>[] }>;

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
});
afterAll(() => service.close());

const jobs = (count: number, handler = 'draw') =>
  Array.from({ length: count }, (_, page) => ({ handler, payload: { page } }));
const queue = async (...named: readonly object[]) =>
  accepted(await service.api.post<Batch>('/jobs/batch', { jobs: named }));

describe('POST /jobs/batch', () => {
  it('queues all, answers them in order, and lists them by their batch', async () => {
    const answer = await service.api.post<Batch>('/jobs/batch', { jobs: jobs(3, 'listed') });
    expect(answer.status).toBe(201);
    const { batch_id: batchId, items } = answer.body;
    expect(answer.headers.get('location')).toBe(`/jobs?batch_id=${String(batchId)}`);
    expect(items).toMatchObject([0, 1, 2].map((page) => ({ batch_id: batchId, status: 'QUEUED', payload: { page } })));
    const listed = accepted(await service.api.get<{ items: readonly Job[] }>(`/jobs?batch_id=${String(batchId)}`));
    expect(new Set(listed.items.map(({ id }) => id))).toEqual(new Set(items.map(({ id }) => id)));
    const other = `/jobs?batch_id=${String(items[0]?.id)}`;
    expect(accepted(await service.api.get(other))).toMatchObject({ items: [] });
  });

  it('says what it would do, and does not do it', async () => {
    const dry = accepted(await service.api.post('/jobs/batch?dry_run=true', { jobs: jobs(2, 'dry') }));
    expect(dry).toMatchObject({ events: [{ event_type: 'job.batch_queued' }], batch: { items: [{}, {}] } });
    expect(accepted(await service.api.get('/jobs?handler=dry'))).toMatchObject({ items: [] });
  });

  it('is answered once for an idempotency key', async () => {
    const [first, again] = [await repeated(), await repeated()];
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
  });
  const repeated = () =>
    service.api.post('/jobs/batch', { jobs: jobs(2, 'once') }, { headers: { 'idempotency-key': 'two-jobs' } });

  it('puts a job in the place of another that has its key, and queues nothing where all are there', async () => {
    const { items } = await queue({ ...jobs(1)[0], idempotency_key: 'page' }, ...jobs(1));
    const asked = [{ ...jobs(1)[0], idempotency_key: 'page' }];
    const again = await service.api.post<Batch>('/jobs/batch', { jobs: asked });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ batch_id: null, items: [{ id: items[0]?.id }] });
  });

  it('names everything that is wrong with what is named, and queues nothing', async () => {
    const bad = [...jobs(1, 'bad'), { handler: '', payload: {} }, { handler: 'bad', payload: [], more: 1 }, 7];
    const { status, body } = await service.api.post<{ errors: readonly { pointer: string }[] }>('/jobs/batch', {
      jobs: bad,
    });
    expect(status).toBe(400);
    const pointers = body.errors.map(({ pointer }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/jobs/1/handler', '/jobs/2/payload', '/jobs/2/more', '/jobs/3']));
    for (const wrong of [[], jobs(1001), 'none', undefined])
      expect((await service.api.post('/jobs/batch', { jobs: wrong })).status).toBe(400);
    const own = await service.api.post('/jobs/batch', { jobs: [...jobs(3), { handler: 'action:http', payload: {} }] });
    expect(own.body).toMatchObject({ code: 'invalid-input', errors: [{ pointer: '/jobs/3/handler' }] });
    expect(accepted(await service.api.get('/jobs?handler=bad'))).toMatchObject({ items: [] });
  });

  it('is seen whole among what belongs to its flow', async () => {
    const { items } = await queue(...jobs(2, 'flow'));
    accepted(await service.api.post('/jobs/claim', { handlers: ['flow'], worker_id: 'w1', limit: 2 }));
    const ended = items.map(({ id }) => ({ id, attempt: 1, output: null }));
    accepted(await service.api.post('/jobs/complete', { jobs: ended }));
    const { position } = await lastOf(String(items[0]?.correlation_id));
    expect(position).toBeGreaterThan(0);
  });
  const lastOf = async (flow: string) => {
    for (;;) {
      const found = accepted(
        await service.api.get<{ items: readonly { event_type: string; position: number }[] }>(
          `/timeline?correlation_id=${flow}`,
        ),
      ).items;
      const last = found.find(({ event_type }) => event_type === 'job.batch_succeeded');
      if (last !== undefined) return last;
    }
  };
});

describe('POST /jobs/complete', () => {
  it('takes each result by itself: one that is late keeps no other', async () => {
    const worker = service.api.as(await keyFor(service.api, { roles: ['worker'] }));
    const { items } = await queue(...jobs(3, 'ended'));
    accepted(await worker.post('/jobs/claim', { handlers: ['ended'], worker_id: 'w1', limit: 3 }));
    const ended = items.map(({ id }, index) => ({ id, attempt: index === 1 ? 2 : 1, output: { index } }));
    const answer = accepted(await worker.post<Completed>('/jobs/complete', { jobs: ended }));
    expect(answer.jobs).toMatchObject([
      { id: items[0]?.id, attempt: 1, completed: true, problem: null },
      { attempt: 2, completed: false, problem: { code: 'lease-lost', status: 409, current_attempt: 1 } },
      { id: items[2]?.id, attempt: 1, completed: true, problem: null },
    ]);
    expect(accepted(await worker.post<Completed>('/jobs/complete', { jobs: ended }))).toEqual(answer);
    const statuses = items.map(async ({ id }) => accepted(await worker.get<Job>(`/jobs/${id}`)).status);
    expect(await Promise.all(statuses)).toEqual(['SUCCESS', 'RUNNING', 'SUCCESS']);
  });

  it('says what is wrong with what is named, and takes nothing', async () => {
    const [job] = (await queue(...jobs(1, 'wrong'))).items;
    accepted(await service.api.post('/jobs/claim', { handlers: ['wrong'], worker_id: 'w1' }));
    const good = { id: job?.id, attempt: 1, output: null };
    const bad = [good, { ...good, id: 'x' }, { ...good, attempt: 0 }, { id: job?.id, attempt: 1 }];
    const { status, body } = await service.api.post<{ errors: readonly { pointer: string }[] }>('/jobs/complete', {
      jobs: bad,
    });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }) => pointer)).toEqual(['/jobs/1/id', '/jobs/2/attempt', '/jobs/3/output']);
    expect(accepted(await service.api.get<Job>(`/jobs/${String(job?.id)}`)).status).toBe('RUNNING');
    const tooLarge = { ...good, output: 'x'.repeat(262_145) };
    const answer = accepted(await service.api.post<Completed>('/jobs/complete', { jobs: [tooLarge] }));
    expect(answer.jobs).toMatchObject([{ completed: false, problem: { code: 'output-too-large', status: 413 } }]);
    expect((await service.api.post('/jobs/complete?dry_run=true', { jobs: [good] })).status).toBe(400);
  });
});
