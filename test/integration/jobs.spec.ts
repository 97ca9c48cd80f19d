import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommandBus } from '@nestjs/cqrs';
import { agents, jobWorkers } from '../support/job-workers.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { v7 as newId } from 'uuid';
import { contextOf, openStore } from '../support/store.js';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import type { ActOnJob } from '../../src/work/jobs/act-on-job.js';
import { LeaseSweeper } from '../../src/work/jobs/lease-sweeper.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let jobs: ReturnType<typeof jobWorkers>;
beforeAll(async () => {
  opened = await openStore();
  jobs = jobWorkers(opened);
});
afterAll(() => opened.close());

/** Has time pass for one job, by moving a column into the past. */
const lapse = async (column: 'lease_expires_at' | 'next_run_at', id: string) => {
  const owner = await opened.superuser();
  await owner.query(`update jobs set ${column} = clock_timestamp() - interval '1 second' where id = $1`, [id]);
};

describe('a job by itself', () => {
  it('is queued, claimed and completed', async () => {
    const { id, status } = await jobs.queue({ handler: 'solo', payload: { page: 1 } });
    expect(status).toBe('QUEUED');
    const [claimed] = await jobs.claim(['solo']);
    expect(claimed).toMatchObject({ id, attempt: 1, payload: { page: 1 } });
    expect(await jobs.claim(['solo'])).toEqual([]);
    expect(await jobs.complete(id, 1, { pages: 2 })).toMatchObject({ status: 'SUCCESS', output: { pages: 2 } });
    expect(await jobs.complete(id, 1, { pages: 2 })).toMatchObject({ status: 'SUCCESS', output: { pages: 2 } });
    await expect(jobs.complete(id, 1, { pages: 3 })).rejects.toMatchObject({ code: 'lease-lost' });
  });

  it('is the same job for the same idempotency key, also when asked for at once', async () => {
    const asked = Array.from({ length: 8 }, () => jobs.queue({ idempotencyKey: 'only-one' }));
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ kind }) => kind === 'created')).toHaveLength(1);
  });

  it('is not taken before its time', async () => {
    const { id } = await jobs.queue({ handler: 'later', runAt: '2999-01-01T00:00:00.000Z' });
    expect(await jobs.claim(['later'])).toEqual([]);
    await jobs.act(id, { type: 'retry_job', data: {} });
    expect(await jobs.claim(['later'])).toMatchObject([{ id }]);
  });
});

describe('claiming', () => {
  it('gives each of 1000 jobs to exactly one of four workers', async () => {
    const ids: string[] = [];
    for (let part = 0; part < 10; part += 1) {
      const some = await Promise.all(Array.from({ length: 100 }, () => jobs.queue({ handler: 'crowd' })));
      ids.push(...some.map(({ id }) => id));
    }
    const others = [jobs, jobWorkers(await opened.process()), jobWorkers(await opened.process()), jobs];
    const taken = await Promise.all(
      others.map(async (worker, index) => {
        const mine: string[] = [];
        for (;;) {
          const some = await worker.claim(['crowd'], 25, 60, `w${String(index)}`);
          if (some.length === 0) return mine;
          mine.push(...some.map(({ id }) => id));
        }
      }),
    );
    expect(taken.flat().sort()).toEqual(ids.sort());
  });

  it('gives a tenant its own jobs only, and the service those of all', async () => {
    const [ours, theirs] = [contextOf().caller, { ...contextOf().caller, tenantId: newId() }];
    const mine = await jobs.queue({ handler: 'shared' }, ours);
    const yours = await jobs.queue({ handler: 'shared' }, theirs);
    const claim = { handlers: ['shared'], limit: 10, workerId: 'w1', leaseSeconds: 30 };
    expect(await jobs.claims.claim({ ...claim, caller: theirs })).toMatchObject([{ id: yours.id }]);
    await expect(jobs.found.get(theirs.tenantId, mine.id)).rejects.toMatchObject({ code: 'job-not-found' });
    await expect(jobs.heartbeats.beat(theirs.tenantId, mine.id, 1)).rejects.toMatchObject({ code: 'job-not-found' });
    const hers = await jobs.queue({ handler: 'shared' }, theirs);
    const all = await jobs.claims.claim({ ...claim, caller: null });
    expect(all.map(({ id, tenantId }) => [id, tenantId])).toEqual([
      [mine.id, ours.tenantId],
      [hers.id, theirs.tenantId],
    ]);
  });

  it('takes at most what it asked for, of handlers that waited longest first', async () => {
    const old = await jobs.queue({ handler: 'old', runAt: '2026-01-01T00:00:00Z' });
    await jobs.queue({ handler: 'new' });
    await jobs.queue({ handler: 'new' });
    const taken = await jobs.claim(['new', 'old', 'none'], 2);
    expect(taken.map(({ handler }) => handler)).toEqual(['old', 'new']);
    expect(taken[0]?.id).toBe(old.id);
  });

  it('comes back to what was reserved and never started', async () => {
    const { id } = await jobs.queue({ handler: 'lost-claim' });
    await opened.database.call({ name: 'reserve', text: 'select * from reserve_jobs(null, $1, 1)' }, [['lost-claim']]);
    expect(await jobs.claim(['lost-claim'])).toEqual([]);
    await (
      await opened.superuser()
    ).query("update job_reservations set reserved_until = clock_timestamp() - interval '1 second'");
    expect(await jobs.claim(['lost-claim'])).toMatchObject([{ id }]);
  });
});

describe('a job that fails', () => {
  it('runs again after its pause, and needs a human when its attempts are used up', async () => {
    const { id } = await jobs.queue({ handler: 'failing', maxAttempts: 2 });
    await jobs.claim(['failing']);
    expect(await jobs.fail(id, 1)).toMatchObject({ status: 'QUEUED', failed_count: 1, error: 'No ink.' });
    expect(await jobs.claim(['failing'])).toEqual([]);
    const { nextRunAt } = await jobs.found.get(DEFAULT_TENANT_ID, id);
    expect(Date.parse(String(nextRunAt)) - Date.parse(await jobs.clock.now())).toBeGreaterThan(0);
    await jobs.act(id, { type: 'retry_job', data: {} });
    await jobs.claim(['failing']);
    expect(await jobs.fail(id, 2)).toMatchObject({ status: 'QUEUED', failed_count: 1 });
  });

  it('for good is over at once', async () => {
    const { id } = await jobs.queue({ handler: 'hopeless' });
    await jobs.claim(['hopeless']);
    expect(await jobs.fail(id, 1, { retryable: false })).toMatchObject({ status: 'FAILED', error: 'No ink.' });
  });

  it('of a run is resolved by a person, whose output its node hands on', async () => {
    const { runId } = await jobs.startRun(agents('stuck'));
    const [claimed] = await jobs.claim(['stuck']);
    const id = claimed?.id ?? '';
    await jobs.act(id, { type: 'need_human', data: { attempt: 1, reason: 'Which one?' } });
    const resolution = { outcome: 'succeeded' as const, output: { which: 1 }, reason: 'The first.' };
    expect(await jobs.act(id, { type: 'resolve_job', data: resolution }, contextOf().caller)).toMatchObject({
      status: 'SUCCESS',
      output: { which: 1 },
    });
    expect((await opened.store.read(DEFAULT_TENANT_ID, runId)).at(-1)?.type).toBe('pipeline_run.completed');
  });
});

describe('a lease', () => {
  it('that is over gives the job to another worker, and refuses the first', async () => {
    const { id } = await jobs.queue({ handler: 'leased' });
    await jobs.claim(['leased']);
    await lapse('lease_expires_at', id);
    expect(await jobs.sweeper.sweep()).toBe(1);
    expect(await jobs.claim(['leased'], 1, 30, 'w2')).toMatchObject([{ id, attempt: 2 }]);
    await expect(jobs.complete(id, 1)).rejects.toMatchObject({ code: 'lease-lost' });
    await expect(jobs.heartbeats.beat(DEFAULT_TENANT_ID, id, 1)).rejects.toMatchObject({ code: 'lease-lost' });
    expect(await jobs.found.get(DEFAULT_TENANT_ID, id)).toMatchObject({ infraAttempts: 1, failedCount: 0 });
  });

  it('that cannot be ended keeps no other from it, however many there are', async () => {
    for (let count = 0; count < 105; count += 1) await jobs.queue({ handler: 'stuck-leases' });
    const claimed = [...(await jobs.claim(['stuck-leases'], 100)), ...(await jobs.claim(['stuck-leases'], 5))];
    const owner = await opened.superuser();
    await owner.query(`update jobs set lease_expires_at = timestamp 'yesterday' where handler = 'stuck-leases'`);
    const ids = claimed.map(({ id }) => id).toSorted();
    const stuck = new Set(ids.slice(0, 101));
    const act = (command: ActOnJob) =>
      stuck.has(command.jobId) ? Promise.reject(new Error('It cannot be read.')) : jobs.bus.execute(command);
    const sweeper = new LeaseSweeper(opened.database, { execute: act } as unknown as CommandBus);
    const tried = { message: '101 of 105 leases could not be ended.', errors: { length: 101 } };
    await expect(sweeper.sweep()).rejects.toMatchObject(tried);
    const left = await Promise.all(ids.map((id) => jobs.found.get(DEFAULT_TENANT_ID, id)));
    expect(left.filter(({ status }) => status === 'QUEUED').map(({ id }) => id)).toEqual(ids.slice(101));
    await expect(sweeper.sweep()).rejects.toMatchObject({ errors: { length: 101 } });
    expect(await jobs.sweeper.sweep()).toBe(101);
  });

  it('is kept by heartbeats, which are told of a cancellation', async () => {
    const { id } = await jobs.queue({ handler: 'beating' });
    await jobs.claim(['beating'], 1, 5);
    await lapse('lease_expires_at', id);
    expect(await jobs.heartbeats.beat(DEFAULT_TENANT_ID, id, 1)).toMatchObject({ cancelRequested: false });
    expect(await jobs.sweeper.sweep()).toBe(0);
    await jobs.act(id, { type: 'cancel_job', data: { reason: 'Enough.' } });
    expect(await jobs.heartbeats.beat(DEFAULT_TENANT_ID, id, 1)).toEqual({
      leaseExpiresAt: null,
      cancelRequested: true,
    });
    await expect(jobs.heartbeats.beat(DEFAULT_TENANT_ID, id, 2)).rejects.toMatchObject({ code: 'lease-lost' });
  });
});

describe('a job of a run', () => {
  it('takes its node, its stage and its run to their end', async () => {
    const { runId, correlationId } = await jobs.startRun(agents('alone'), { page: 7 });
    const [claimed] = await jobs.claim(['alone']);
    expect(claimed).toMatchObject({ runId, attempt: 1, correlationId, payload: { run_id: runId, node: 'draw-0' } });
    await jobs.complete(claimed?.id ?? '', 1, 'done');
    const events = await opened.store.read(DEFAULT_TENANT_ID, runId);
    expect(events.at(-1)?.type).toBe('pipeline_run.completed');
    expect(new Set(events.map((event) => event.correlationId))).toEqual(new Set([correlationId]));
    await expectReadModelsToEqualFold(opened.connection);
  });

  it('is started together with the others of its run', async () => {
    const { runId } = await jobs.startRun(agents('fan', 40));
    const before = await opened.store.version(DEFAULT_TENANT_ID, runId);
    expect(await jobs.claim(['fan'], 40)).toHaveLength(40);
    const started = await opened.store.read(DEFAULT_TENANT_ID, runId, { afterVersion: before });
    expect(new Set(started.map(({ context }) => context['command_id'])).size).toBe(1);
  });

  it('is not claimed while its run is parked', async () => {
    const { runId } = await jobs.startRun(agents('parked'));
    await jobs.onRun(runId, { type: 'park', data: { reason: 'Not now.' } });
    expect(await jobs.claim(['parked'])).toEqual([]);
    await jobs.onRun(runId, { type: 'unpark', data: { reason: 'Now.' } });
    expect(await jobs.claim(['parked'])).toMatchObject([{ runId }]);
  });
});
