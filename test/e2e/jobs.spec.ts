import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.js';
import { accepted } from '../support/founder-walk.js';
import { keyFor, startDocumentedService } from '../support/service.js';
import { until } from '../support/wait.js';

type Job = { id: string; status: string; attempts: number; output: unknown };
type Claimed = { jobs: { id: string; attempt: number; payload: unknown; lease_expires_at: string }[] };

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let worker: ApiClient;
beforeAll(async () => {
  service = await startDocumentedService();
  const key = await keyFor(service.api, { roles: ['worker'], actor_type: 'worker', actor_id: 'wanda' });
  worker = new ApiClient(service.url, key, service.contract);
});
afterAll(() => service.close());

const queue = async (handler: string, more: object = {}) =>
  accepted(await service.api.post<Job>('/jobs', { handler, payload: { page: 1 }, ...more }));
const claim = (handler: string, more: object = {}) =>
  worker.post<Claimed>('/jobs/claim', { handlers: [handler], worker_id: 'w1', ...more });
const claimOne = async (handler: string, more: object = {}) => {
  const [job] = accepted(await claim(handler, more)).jobs;
  if (job === undefined) throw new Error(`Nothing to claim for ${handler}.`);
  return job;
};

describe('queueing a job', () => {
  it('answers 201 with it, and 200 with the same one for the same idempotency key', async () => {
    const first = await service.api.post<Job>('/jobs', { handler: 'once', payload: {}, idempotency_key: 'k' });
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe(`/jobs/${first.body.id}`);
    const again = await service.api.post<Job>('/jobs', { handler: 'once', payload: {}, idempotency_key: 'k' });
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
  });

  it.each([
    [{ handler: 'action:http', payload: {} }, '/handler'],
    [{ handler: 'x', payload: {}, max_attempts: 0 }, '/max_attempts'],
    [{ handler: 'x' }, '/payload'],
    [{ handler: 'x', payload: {}, run_at: 'soon' }, '/run_at'],
  ])('refuses %j', async (body, pointer) => {
    const answer = await service.api.post('/jobs', body);
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ pointer }] });
  });

  it('can be rehearsed', async () => {
    const answer = await service.api.post('/jobs?dry_run=true', { handler: 'rehearsed', payload: {} });
    expect(answer.body).toMatchObject({ events: [{ event_type: 'job.queued' }], job: { status: 'QUEUED' } });
    expect(accepted(await service.api.get('/jobs?handler=rehearsed'))).toMatchObject({ items: [] });
  });

  it('can be rehearsed when there is the same one already', async () => {
    const job = { handler: 'known', payload: {}, idempotency_key: 'known' };
    const { id } = accepted(await service.api.post<Job>('/jobs', job));
    const answer = await service.api.post('/jobs?dry_run=true', job);
    expect(answer).toMatchObject({ status: 200, body: { events: [], job: { id } } });
  });
});

describe('claiming jobs', () => {
  it('waits for one to come', async () => {
    const waiting = claim('awaited', { wait_seconds: 20 });
    const { id } = await queue('awaited');
    expect(accepted(await waiting).jobs).toMatchObject([{ id, attempt: 1, payload: { page: 1 } }]);
  });

  it('ends with nothing when the time is up', async () => {
    expect(accepted(await claim('never', { wait_seconds: 1 }))).toEqual({ jobs: [] });
  });

  it.each([
    [{ handlers: [], worker_id: 'w' }, '/handlers'],
    [{ handlers: ['a', 'a'], worker_id: 'w' }, '/handlers'],
    [{ handlers: ['action:http'], worker_id: 'w' }, '/handlers'],
    [{ handlers: ['a'] }, '/worker_id'],
    [{ handlers: ['a'], worker_id: 'w', limit: 101 }, '/limit'],
    [{ handlers: ['a'], worker_id: 'w', lease_seconds: 3601 }, '/lease_seconds'],
    [{ handlers: ['a'], worker_id: 'w', wait_seconds: 31 }, '/wait_seconds'],
  ])('refuses %j', async (body, pointer) => {
    const answer = await worker.post('/jobs/claim', body);
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ pointer }] });
  });

  it('is no command that could be rehearsed', async () => {
    const answer = await worker.post('/jobs/claim?dry_run=true', { handlers: ['a'], worker_id: 'w' });
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid-input' });
  });
});

describe('reporting on a job', () => {
  it('takes the same completion twice, and no other', async () => {
    await queue('twice');
    const { id } = await claimOne('twice');
    const complete = (output: unknown) => worker.post<Job>(`/jobs/${id}/complete`, { attempt: 1, output });
    expect((await complete({ pages: 3 })).body).toMatchObject({ status: 'SUCCESS', output: { pages: 3 } });
    expect(await complete({ pages: 3 })).toMatchObject({ status: 200, body: { status: 'SUCCESS' } });
    expect((await complete({ pages: 4 })).body).toMatchObject({ status: 409, code: 'lease-lost' });
  });

  it('refuses another attempt, an unknown job, and an output that is too large, and changes nothing', async () => {
    await queue('refused');
    const { id } = await claimOne('refused');
    const heartbeat = await worker.post(`/jobs/${id}/heartbeat`, { attempt: 2 });
    expect(heartbeat.body).toMatchObject({ status: 409, code: 'lease-lost', current_attempt: 1 });
    const nowhere = `/jobs/${'0'.repeat(8)}-0000-7000-8000-00000000dead`;
    expect((await worker.post(`${nowhere}/heartbeat`, { attempt: 1 })).body).toMatchObject({ code: 'job-not-found' });
    const output = 'x'.repeat(262_143);
    const large = await worker.post(`/jobs/${id}/complete`, { attempt: 1, output });
    expect(large.body).toMatchObject({ status: 413, code: 'output-too-large', job_id: id });
    expect(accepted(await worker.get(`/jobs/${id}`))).toMatchObject({ status: 'RUNNING', attempts: 1 });
    const asked = await worker.get(`/jobs/${id}?verbose=true`);
    expect(asked.body).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ pointer: '/verbose' }] });
  });

  it('hands it to a person when its attempts are used up, who has it run again on another payload', async () => {
    const { id } = await queue('tired', { max_attempts: 1 });
    await claimOne('tired');
    const failed = accepted(await worker.post<Job>(`/jobs/${id}/fail`, { attempt: 1, error: 'No ink.' }));
    expect(failed).toMatchObject({ status: 'NEEDS_HUMAN', error: 'No ink.', failed_count: 0 });
    const { items } = accepted(await service.api.get<{ items: Job[] }>('/jobs?status=NEEDS_HUMAN&handler=tired'));
    expect(items).toMatchObject([{ id }]);
    accepted(await service.api.post(`/jobs/${id}/retry`, { payload: { page: 2 }, reason: 'There is ink now.' }));
    expect(await claimOne('tired')).toMatchObject({ id, attempt: 2, payload: { page: 2 } });
  });

  it('tells a worker whose job was canceled to stop', async () => {
    const { id } = await queue('stopped');
    await claimOne('stopped');
    expect(accepted(await worker.post(`/jobs/${id}/heartbeat`, { attempt: 1 }))).toMatchObject({
      cancel_requested: false,
    });
    accepted(await service.api.post(`/jobs/${id}/cancel`, { reason: 'Enough.' }));
    expect(accepted(await worker.post(`/jobs/${id}/heartbeat`, { attempt: 1 }))).toEqual({
      lease_expires_at: null,
      cancel_requested: true,
    });
  });

  it('waits as long as the other side asked for', async () => {
    const { id } = await queue('throttled');
    await claimOne('throttled');
    const report = { attempt: 1, error: 'Too many requests.', retry_after_seconds: 3600 };
    const { next_run_at } = accepted(await worker.post<{ next_run_at: string }>(`/jobs/${id}/fail`, report));
    expect(Math.round((Date.parse(next_run_at) - Date.now()) / 60_000)).toBe(60);
  });

  it('comes too late when the lease is over, which gives the job to the next', async () => {
    const { id } = await queue('late');
    await claimOne('late', { lease_seconds: 1 });
    await until('the job is queued again', async () => {
      return accepted(await service.api.get<Job>(`/jobs/${id}`)).status === 'QUEUED';
    });
    expect(await claimOne('late')).toMatchObject({ id, attempt: 2 });
    expect((await worker.post(`/jobs/${id}/complete`, { attempt: 1, output: null })).body).toMatchObject({
      code: 'lease-lost',
    });
  });
});
