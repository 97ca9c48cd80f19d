import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import type { JobResponse } from '../../src/work/jobs/job.response.js';
import { jobStream } from '../../src/work/jobs/job-stream.js';
import { batchedOrder, jobDefaults } from '../../src/work/jobs/queue-job.js';
import { accepted } from '../support/founder-walk.js';
import { jobWorkers } from '../support/job-workers.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { rebuild } from '../support/rebuilding.js';
import { startTestService } from '../support/service.js';
import { type Process, contextOf, startProcess } from '../support/store.js';

type Workers = ReturnType<typeof jobWorkers>;

let service: Awaited<ReturnType<typeof startTestService>>;
let processes: Process[];
let jobs: Workers;

/** Workers of a process that has seen nothing yet. */
const newcomer = async () => {
  const process = await startProcess(service.connection);
  processes.push(process);
  return jobWorkers(process);
};

beforeAll(async () => {
  service = await startTestService();
  processes = [];
  jobs = await newcomer();
});
afterAll(async () => {
  for (const { close } of processes) await close();
  await service.close();
});

const orders = (count: number, handler: string) =>
  Array.from({ length: count }, (_, page) => ({
    handler,
    payload: { page },
    idempotencyKey: `${handler}-${String(page)}`,
  }));

/** How each of ten jobs is left, which began as one row; some still share one. */
const ways = [
  ['done together', { status: 'SUCCESS', output: { drawn: 0 } }],
  ['done together', { status: 'SUCCESS', output: { drawn: 1 } }],
  ['done by itself', { status: 'SUCCESS', output: { drawn: 2 } }],
  ['failed', { status: 'FAILED', error: 'No ink.' }],
  ['stuck', { status: 'NEEDS_HUMAN', error: 'Which one?' }],
  ['resolved', { status: 'SUCCESS', output: 'by hand' }],
  ['canceled', { status: 'CANCELED', error: 'Enough.' }],
  ['given another payload', { status: 'QUEUED', payload: { page: 'another' } }],
  ['running', { status: 'RUNNING' }],
  ['running', { status: 'RUNNING' }],
  ['queued', { status: 'QUEUED' }],
  ['queued', { status: 'QUEUED' }],
] as const;

const goTheirWays = async (handler: string) => {
  const { items } = await jobs.queueBatch(orders(ways.length, handler));
  const ids = items.map(({ id }) => id);
  const named = (place: number) => String(ids[place]);
  const result = (place: number) => ({ jobId: named(place), attempt: 1, output: { drawn: place } });
  await jobs.claim([handler], 10, 600);
  await jobs.completeMany([result(0), result(1)]);
  await jobs.complete(named(2), 1, { drawn: 2 });
  await jobs.fail(named(3), 1, { retryable: false });
  for (const place of [4, 5, 7])
    await jobs.act(named(place), { type: 'need_human', data: { attempt: 1, reason: 'Which one?' } });
  await jobs.act(named(5), { type: 'resolve_job', data: { outcome: 'succeeded', output: 'by hand', reason: 'So.' } });
  await jobs.act(named(6), { type: 'cancel_job', data: { reason: 'Enough.' } });
  await jobs.act(named(7), { type: 'retry_job', data: { payload: { page: 'another' } } });
  return ids;
};

const expected = (ids: readonly string[], handler: string) =>
  ways.map(([, way], page) => ({
    id: ids[page],
    payload: { page },
    output: null,
    idempotency_key: `${handler}-${String(page)}`,
    ...way,
  }));

const read = (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => accepted(await service.api.get<JobResponse>(`/jobs/${id}`))));

const untroubled = { error: null, status: 'done', report: { only_live: 0, only_rebuilt: 0, different: 0 } };

describe('a job that shares a row', () => {
  it('shows what is its own in every status, whoever asks', async () => {
    const ids = await goTheirWays('ways');
    expect(await read(ids)).toMatchObject(expected(ids, 'ways'));
    const [own, other] = [jobs, await newcomer()];
    const seen = (workers: Workers) => Promise.all(ids.map((id) => workers.found.get(DEFAULT_TENANT_ID, id)));
    expect(await seen(other)).toEqual(await seen(own));
  });

  it('shows it from the archive, and after a rebuild', async () => {
    const ids = await goTheirWays('stored');
    const before = await read(ids);
    await jobs.archive.archiveAll(0);
    expect(await read(ids)).toEqual(before);
    expect((await rebuild(service.api, 'jobs')).rebuild).toMatchObject(untroubled);
    expect(await read(ids)).toEqual(before);
  });

  it('answers what is done to it with what is its own, also in a process that never saw the batch', async () => {
    const { items } = await jobs.queueBatch(orders(6, 'answered'));
    const [first, second] = await jobs.claim(['answered'], 4);
    const [id, other] = [String(first?.id), String(second?.id)];
    const own = { payload: { page: 0 }, idempotency_key: 'answered-0' };
    const stranger = await newcomer();
    expect(await stranger.complete(id, 1, 'done')).toMatchObject({ id, status: 'SUCCESS', output: 'done', ...own });
    expect(await jobs.complete(id, 1, 'done')).toMatchObject({ id, status: 'SUCCESS', output: 'done', ...own });
    await expect(jobs.complete(other, 2)).rejects.toMatchObject({ code: 'lease-lost' });
    expect(await stranger.fail(other, 1)).toMatchObject({ status: 'QUEUED', payload: { page: 1 } });
    const last = String(items[5]?.id);
    const gone = { type: 'cancel_job', data: { reason: 'Enough.' } } as const;
    expect(await jobs.act(last, gone)).toMatchObject({ status: 'CANCELED', payload: { page: 5 } });
    expect(await stranger.act(last, gone)).toMatchObject({ status: 'CANCELED', idempotency_key: 'answered-5' });
  });

  it('is found again by its key, however it is', async () => {
    const ids = await goTheirWays('keyed');
    const foundBy = async (workers: Workers) => {
      const { items, kind } = await workers.queueBatch(orders(ways.length, 'keyed'));
      return [kind, items.map(({ id }) => id)];
    };
    expect(await foundBy(await newcomer())).toEqual(['ok', ids]);
    expect(await jobs.queue(orders(8, 'keyed')[7])).toMatchObject({ id: ids[7], kind: 'ok' });
    await jobs.archive.archiveAll(0);
    expect(await foundBy(jobs)).toEqual(['ok', ids]);
  });

  it('runs on the payload that a person gave it', async () => {
    const { items } = await jobs.queueBatch(orders(3, 'edited'));
    const id = String(items[1]?.id);
    await jobs.act(id, { type: 'retry_job', data: { payload: { page: 'edited' } } });
    const taken = await (await newcomer()).claim(['edited'], 3);
    expect(taken.map(({ id: one, payload, idempotencyKey }) => [one, payload, idempotencyKey]).toSorted()).toEqual([
      [items[0]?.id, { page: 0 }, 'edited-0'],
      [id, { page: 'edited' }, 'edited-1'],
      [items[2]?.id, { page: 2 }, 'edited-2'],
    ]);
  });

  it('is as it was in a process that begins with a snapshot of its batch', async () => {
    const { batch_id: batchId, items } = await jobs.queueBatch(orders(230, 'snapshot'));
    const ids = items.map(({ id }) => id);
    await jobs.claim(['snapshot'], 20);
    const cancel = { type: 'cancel_job', data: { reason: 'Enough.' } } as const;
    await Promise.all(ids.slice(0, 205).map((id) => jobs.act(id, cancel)));
    await (await newcomer()).act(String(ids[205]), cancel);
    const text = 'select stream_id from stream_snapshots where stream_id = $1';
    const [{ database }] = processes as [Process];
    expect(await database.query(DEFAULT_TENANT_ID, { name: 'snapshot', text }, [batchId])).toHaveLength(1);
    const taken = await (await newcomer()).claim(['snapshot'], 100);
    expect(taken.map(({ id, payload }) => [id, payload])).toEqual(
      ids.slice(206).map((id, index) => [id, { page: index + 206 }]),
    );
  });

  it('is nobody’s whom the batch does not have', async () => {
    const { items } = await jobs.queueBatch(orders(2, 'two'));
    const third = String(items[0]?.id).replace(/0001$/, '0003');
    await expect(jobs.found.get(DEFAULT_TENANT_ID, third)).rejects.toMatchObject({ code: 'job-not-found' });
    await expect(jobs.complete(third, 1)).rejects.toMatchObject({ code: 'job-not-found' });
    const theirs = newId();
    await expect(jobs.found.get(theirs, String(items[0]?.id))).rejects.toMatchObject({ code: 'job-not-found' });
  });
});

describe('a rebuild of the jobs', () => {
  it('says no differences while rows are parted, and work goes on after it', async () => {
    const { items } = await jobs.queueBatch(orders(30, 'rebuilt'));
    const [done, running] = [await jobs.claim(['rebuilt'], 10), await jobs.claim(['rebuilt'], 10)];
    const results = (some: typeof done) => some.map(({ id: jobId }) => ({ jobId, attempt: 1, output: jobId }));
    await jobs.completeMany(results(done.slice(3)));
    expect((await rebuild(service.api, 'jobs')).rebuild).toMatchObject(untroubled);
    await jobs.completeMany(results(running.slice(0, 4)));
    const stranger = await newcomer();
    const rest = await stranger.claim(['rebuilt'], 30);
    expect(rest).toHaveLength(10);
    const open = [...done.slice(0, 3), ...running.slice(4), ...rest];
    expect(new Set(await stranger.completeMany(results(open)))).toEqual(new Set([null]));
    const all = await read(items.map(({ id }) => id));
    expect(all.map(({ status, output }) => [status, output])).toEqual(items.map(({ id }) => ['SUCCESS', id]));
  });
});

describe('a rebuild of the jobs while they are worked on', () => {
  it('says no differences, and nothing is done twice or left', async () => {
    const { items } = await jobs.queueBatch(orders(300, 'busy'));
    const done: string[] = [];
    const work = async (worker: Workers, limit: number) => {
      while (done.length < items.length) {
        const taken = await worker.claim(['busy'], limit, 600);
        const [odd, ...others] = taken.map(({ id: jobId }) => ({ jobId, attempt: 1, output: jobId }));
        if (odd !== undefined) await worker.complete(odd.jobId, 1, odd.output);
        await worker.completeMany(others);
        done.push(...taken.map(({ id }) => id));
      }
    };
    const working = Promise.all([work(jobs, 3), work(await newcomer(), 2)]);
    expect((await rebuild(service.api, 'jobs')).rebuild).toMatchObject(untroubled);
    await working;
    expect(done.toSorted()).toEqual(items.map(({ id }) => id));
    const all = await read(done);
    expect(all.map(({ status, output }) => [status, output])).toEqual(done.map((id) => ['SUCCESS', id]));
  });
});

describe('a batch of before, whose jobs have ids of their own', () => {
  it('goes on with a row for each job', async () => {
    const [streamId, ids] = [newId(), [newId(), newId(), newId(), newId()] as const];
    const old = orders(4, 'old').map((order, index) => batchedOrder(ids[index] ?? '', order));
    const command = { type: 'queue_jobs' as const, data: { ...jobDefaults, jobs: old }, now: await jobs.clock.now() };
    const [{ executor }] = processes as [Process];
    await executor.execute(jobStream, {
      streamId,
      isNew: true,
      command,
      context: contextOf(),
      answer: () => ({ body: {} }),
    });
    const stranger = await newcomer();
    const taken = await stranger.claim(['old'], 3);
    expect(taken.map(({ id, payload }) => [id, payload])).toEqual(ids.slice(0, 3).map((id, page) => [id, { page }]));
    const [first, second, third] = ids;
    expect(await jobs.heartbeats.beat(DEFAULT_TENANT_ID, third, 1)).toMatchObject({ cancelRequested: false });
    const results = [first, second].map((jobId) => ({ jobId, attempt: 1, output: jobId }));
    expect(await jobs.completeMany(results)).toEqual([null, null]);
    await jobs.archive.archiveAll(0);
    const { items } = await stranger.queueBatch(orders(5, 'old'));
    expect(items.slice(0, 4)).toMatchObject(ids.map((id, page) => ({ id, payload: { page }, batch_id: streamId })));
    expect(items.map(({ status, output }) => [status, output])).toEqual([
      ['SUCCESS', first],
      ['SUCCESS', second],
      ['RUNNING', null],
      ['QUEUED', null],
      ['QUEUED', null],
    ]);
    const listed = accepted(await service.api.get<{ items: JobResponse[] }>(`/jobs?batch_id=${streamId}`));
    expect(listed.items.map(({ id }) => id)).toEqual(ids);
    expect(await stranger.complete(third, 1, 'late')).toMatchObject({ status: 'SUCCESS', payload: { page: 2 } });
    expect((await rebuild(service.api, 'jobs')).rebuild).toMatchObject(untroubled);
  });
});

describe('the rows of jobs', () => {
  it('are what a fold of their events says, however they came to be', async () => {
    await expectReadModelsToEqualFold(service.connection);
  });
});
