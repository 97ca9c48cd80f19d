import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommandBus } from '@nestjs/cqrs';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { LeaseSweeper } from '../../src/work/jobs/lease-sweeper.js';
import { jobWorkers } from '../support/job-workers.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { openStore } from '../support/store.js';
import { until } from '../support/wait.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let jobs: ReturnType<typeof jobWorkers>;
beforeAll(async () => {
  opened = await openStore();
  jobs = jobWorkers(opened);
});
afterAll(() => opened.close());

const many = (count: number, handler: string) => Array.from({ length: count }, () => ({ handler }));
const idsOf = (items: readonly Readonly<{ id: string }>[]) => items.map(({ id }) => id).sort();

/** The types of events on a stream, in order. */
const eventsOf = async (streamId: string) =>
  (await opened.store.read(DEFAULT_TENANT_ID, streamId)).map(({ type }) => type);

/** Claims until all of these jobs were taken, by whoever comes first. */
const takeAll = async (handler: string, count: number, workers: readonly ReturnType<typeof jobWorkers>[]) => {
  const taken: string[] = [];
  await Promise.all(
    workers.map(async (worker, index) => {
      while (taken.length < count) {
        const some = await worker.claim([handler], 25, 60, `w${String(index)}`);
        taken.push(...some.map(({ id }) => id));
      }
    }),
  );
  return taken;
};

describe('jobs queued by one call', () => {
  it('are one stream with one event, and each a job of its own', async () => {
    const {
      batch_id: batchId,
      items,
      kind,
    } = await jobs.queueBatch([{ payload: { page: 1 } }, { payload: { page: 2 } }]);
    expect(kind).toBe('created');
    expect(items).toMatchObject([
      { batch_id: batchId, run_id: null, status: 'QUEUED', payload: { page: 1 } },
      { batch_id: batchId, run_id: null, status: 'QUEUED', payload: { page: 2 } },
    ]);
    expect(await eventsOf(String(batchId))).toEqual(['job.batch_queued']);
  });

  it('are taken with one event a claim, and completed with one', async () => {
    const { batch_id: batchId } = await jobs.queueBatch(many(4, 'whole'));
    const taken = await jobs.claim(['whole'], 3);
    expect(taken).toMatchObject([1, 2, 3].map(() => ({ batchId, attempt: 1 })));
    const results = taken.map(({ id: jobId }, index) => ({ jobId, attempt: 1, output: { index } }));
    expect(await jobs.completeMany(results)).toEqual([null, null, null]);
    expect(await jobs.completeMany(results)).toEqual([null, null, null]);
    expect(await eventsOf(String(batchId))).toEqual(['job.batch_queued', 'job.batch_started', 'job.batch_succeeded']);
    expect(await jobs.claim(['whole'], 3)).toHaveLength(1);
  });

  it('go each to exactly one of four workers of three processes', async () => {
    const { items } = await jobs.queueBatch(many(1000, 'crowd'));
    const workers = [jobs, jobWorkers(await opened.process()), jobWorkers(await opened.process()), jobs];
    const taken = await takeAll('crowd', items.length, workers);
    expect(taken.sort()).toEqual(idsOf(items));
  });

  it('fail, lose their lease and are canceled one by one', async () => {
    const { items } = await jobs.queueBatch(many(4, 'mixed'));
    const [failed, lost, canceled, done] = (await jobs.claim(['mixed'], 4)).map(({ id }) => id) as [
      string,
      string,
      string,
      string,
    ];
    await jobs.fail(failed, 1, { retryable: false });
    for (const id of [canceled, done]) await jobs.heartbeats.beat(DEFAULT_TENANT_ID, id, 1);
    const owner = await opened.superuser();
    await owner.query(
      "update jobs set lease_expires_at = clock_timestamp() - interval '1 second' where handler = 'mixed'",
    );
    await jobs.sweeper.sweep();
    await jobs.act(canceled, { type: 'cancel_job', data: { reason: 'Enough.' } });
    const results = items.map(({ id: jobId }) => ({ jobId, attempt: 1, output: null }));
    const codes = await jobs.completeMany(results);
    const taken = items.filter((_job, index) => codes[index] === null).map(({ id }) => id);
    expect(taken).toEqual([done]);
    expect(codes.filter((code) => code === 'lease-lost')).toHaveLength(3);
    const [again] = await jobs.claim(['mixed'], 4);
    expect(again).toMatchObject({ id: lost, attempt: 2 });
    expect(await jobs.completeMany([{ jobId: lost, attempt: 1, output: null }])).toEqual(['lease-lost']);
    expect(await jobs.complete(lost, 2, 'late')).toMatchObject({ status: 'SUCCESS', output: 'late' });
  });

  it('are handed in beside jobs of other streams, and beside what is no job', async () => {
    const { items } = await jobs.queueBatch(many(2, 'side'));
    const single = await jobs.queue({ handler: 'side' });
    await jobs.claim(['side'], 3);
    const results = [...items, single].map(({ id: jobId }) => ({ jobId, attempt: 1, output: 1 }));
    const nobody = { jobId: '00000000-0000-7000-8000-00000000dead', attempt: 1, output: 1 };
    expect(await jobs.completeMany([nobody, ...results])).toEqual(['job-not-found', null, null, null]);
  });

  it('stand in for what is queued again under their keys, however many ask at once', async () => {
    const single = await jobs.queue({ handler: 'keyed', idempotencyKey: 'k-single' });
    const asked = ['k-single', 'k-1', 'k-2', 'k-1'].map((idempotencyKey) => ({ handler: 'keyed', idempotencyKey }));
    const answers = await Promise.all(Array.from({ length: 4 }, () => jobs.queueBatch(asked)));
    const named = answers.map(({ items }) => items.map(({ id }) => id));
    expect(new Set(named.map((ids) => ids.join())).size).toBe(1);
    expect(named[0]?.[0]).toBe(single.id);
    expect(named[0]?.[1]).toBe(named[0]?.[3]);
    expect(answers.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(await jobs.queue({ handler: 'keyed', idempotencyKey: 'k-2' })).toMatchObject({
      id: named[0]?.[2],
      kind: 'ok',
    });
    expect(await jobs.claim(['keyed'], 10)).toHaveLength(3);
  });

  it('hold their keys on another payload too', async () => {
    const asked = ['k-3', 'k-4'].map((idempotencyKey) => ({ handler: 'mended', idempotencyKey }));
    await jobs.queueBatch(asked);
    const [{ id } = { id: '' }] = await jobs.claim(['mended'], 2);
    await jobs.act(id, { type: 'need_human', data: { attempt: 1, reason: 'No such page.' } });
    await jobs.act(id, { type: 'retry_job', data: { payload: { page: 2 } } });
    expect(await jobs.found.get(DEFAULT_TENANT_ID, id)).toMatchObject({ idempotencyKey: 'k-3', payload: { page: 2 } });
    expect(await jobs.queue({ handler: 'mended', idempotencyKey: 'k-3' })).toMatchObject({ id, kind: 'ok' });
    expect((await jobs.queueBatch(asked)).items).toMatchObject([{ id }, { idempotency_key: 'k-4' }]);
    expect(await jobs.claim(['mended'], 2)).toMatchObject([{ id, attempt: 2, payload: { page: 2 } }]);
  });

  it('keep their lease where one gets a row of its own while its worker beats', async () => {
    await jobs.queueBatch(many(2, 'beaten'));
    const [first, second] = (await jobs.claim(['beaten'], 2)).map(({ id }) => id) as [string, string];
    const owner = await opened.superuser();
    await owner.query('begin');
    await owner.query('lock table job_beats in share mode');
    const beat = jobs.heartbeats.beat(DEFAULT_TENANT_ID, second, 1);
    await until('the beat waits', async () => {
      const { rows } = await owner.query("select from pg_locks where relation = 'job_beats'::regclass and not granted");
      return rows.length > 0;
    });
    await jobs.complete(first, 1);
    await owner.query('commit');
    expect((await beat).leaseExpiresAt).not.toBeNull();
    await jobs.complete(second, 1);
  });

  it('lose their leases so many at once, however many share a row', async () => {
    await jobs.queueBatch(many(300, 'silent'));
    for (const worker of ['w1', 'w2', 'w3']) await jobs.claim(['silent'], 100, 60, worker);
    const owner = await opened.superuser();
    await owner.query(
      "update jobs set lease_expires_at = clock_timestamp() - interval '1 second' where handler = 'silent'",
    );
    let [atOnce, most] = [0, 0];
    const execute = async (command: never) => {
      most = Math.max(most, (atOnce += 1));
      await jobs.bus.execute(command).finally(() => (atOnce -= 1));
    };
    expect(await new LeaseSweeper(opened.database, { execute } as unknown as CommandBus).sweep()).toBe(300);
    expect(most).toBe(100);
    expect(await takeAll('silent', 300, [jobs])).toHaveLength(300);
  });

  it('move to the archive with the others, from where they are found by their batch', async () => {
    const { batch_id: batchId, items } = await jobs.queueBatch(many(2, 'old'));
    await jobs.claim(['old'], 2);
    await jobs.completeMany(items.map(({ id: jobId }) => ({ jobId, attempt: 1, output: null })));
    await jobs.archive.archiveAll(0);
    expect(await jobs.found.get(DEFAULT_TENANT_ID, String(items[0]?.id))).toMatchObject({ batchId, status: 'SUCCESS' });
  });

  it('are what a fold of their events says', async () => {
    const owner = await opened.superuser();
    await owner.query('insert into jobs select * from finished_jobs');
    await owner.query("update jobs set lease_expires_at = null where status <> 'RUNNING'");
    await expectReadModelsToEqualFold(opened.connection);
  });
});
