import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { jobWorkers } from '../support/job-workers.js';
import { openStore } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let jobs: ReturnType<typeof jobWorkers>;
let owner: pg.Client;
beforeAll(async () => {
  opened = await openStore();
  jobs = jobWorkers(opened);
  owner = await opened.superuser();
});
afterAll(() => opened.close());

type Four = readonly [string, string, string, string];

/** Four jobs that one claim took. */
const takeFour = async (handler: string) => {
  await jobs.queueBatch(Array.from({ length: 4 }, (_, page) => ({ handler, payload: { page } })));
  return (await jobs.claim([handler], 4, 30)).map(({ id }) => id) as unknown as Four;
};

const beat = (id: string, attempt = 1, tenantId = DEFAULT_TENANT_ID) => jobs.heartbeats.beat(tenantId, id, attempt);
const lapse = (handler: string) =>
  owner.query("update jobs set lease_expires_at = clock_timestamp() - interval '1 second' where handler = $1", [
    handler,
  ]);
const lapseBeats = () => owner.query("update job_beats set lease_expires_at = clock_timestamp() - interval '1 second'");
const seen = (ids: readonly string[]) =>
  Promise.all(
    ids.map(async (id) => {
      const { status, attempts } = await jobs.found.get(DEFAULT_TENANT_ID, id);
      return `${status} ${String(attempts)}`;
    }),
  );

describe('a beat for a job that shares a row', () => {
  it('keeps that job, while the others of its row are lost', async () => {
    const ids = await takeFour('kept');
    const { leaseExpiresAt } = await beat(ids[1]);
    expect(await jobs.found.get(DEFAULT_TENANT_ID, ids[1])).toMatchObject({ leaseExpiresAt });
    await lapse('kept');
    expect(await jobs.sweeper.sweep()).toBe(3);
    expect(await seen(ids)).toEqual(['QUEUED 1', 'RUNNING 1', 'QUEUED 1', 'QUEUED 1']);
    expect(await jobs.found.get(DEFAULT_TENANT_ID, ids[1])).toMatchObject({ leaseExpiresAt, infraAttempts: 0 });
    expect(await jobs.complete(ids[1], 1, 'drawn')).toMatchObject({ status: 'SUCCESS', output: 'drawn' });
  });

  it('keeps it also after the row parted, be it with others or by itself', async () => {
    const ids = await takeFour('parted');
    for (const id of [ids[0], ids[1], ids[3]]) await beat(id);
    await jobs.complete(ids[2], 1);
    await lapse('parted');
    expect(await jobs.sweeper.sweep()).toBe(0);
    await jobs.fail(ids[0], 1, { retryable: false });
    await jobs.act(ids[3], { type: 'need_human', data: { attempt: 1, reason: 'Which one?' } });
    await lapse('parted');
    expect(await jobs.sweeper.sweep()).toBe(0);
    expect(await seen(ids)).toEqual(['FAILED 1', 'RUNNING 1', 'SUCCESS 1', 'NEEDS_HUMAN 1']);
    await lapseBeats();
    await beat(ids[1]);
    expect(await jobs.sweeper.sweep()).toBe(0);
    await lapse('parted');
    expect(await jobs.sweeper.sweep()).toBe(1);
  });

  it('keeps it as long as the lease only, from the last one on', async () => {
    const ids = await takeFour('silent');
    for (const id of ids) await beat(id);
    await lapse('silent');
    expect(await jobs.sweeper.sweep()).toBe(0);
    await lapseBeats();
    await beat(ids[2]);
    expect(await jobs.sweeper.sweep()).toBe(3);
    expect(await seen(ids)).toEqual(['QUEUED 1', 'QUEUED 1', 'RUNNING 1', 'QUEUED 1']);
  });

  it('is refused for another attempt, another tenant and another job of its batch', async () => {
    const ids = await takeFour('fenced');
    await expect(beat(ids[0], 2)).rejects.toMatchObject({ code: 'lease-lost' });
    await expect(beat(ids[0], 1, newId())).rejects.toMatchObject({ code: 'job-not-found' });
    await expect(beat(ids[0].replace(/0001$/, '0009'))).rejects.toMatchObject({ code: 'job-not-found' });
    await jobs.complete(ids[3], 1);
    await expect(beat(ids[3])).rejects.toMatchObject({ code: 'lease-lost' });
    const { rows } = await owner.query('select from job_beats where job_id = any ($1)', [ids]);
    expect(rows).toEqual([]);
  });

  it('does not keep the attempt after the one that it was for', async () => {
    const ids = await takeFour('again');
    await lapse('again');
    expect(await jobs.sweeper.sweep()).toBe(4);
    expect(await jobs.claim(['again'], 4)).toHaveLength(4);
    await owner.query("insert into job_beats values ($1, $2, 1, '2999-01-01') on conflict do nothing", [
      ids[0],
      DEFAULT_TENANT_ID,
    ]);
    await expect(beat(ids[0], 1)).rejects.toMatchObject({ code: 'lease-lost' });
    const second = await jobs.found.get(DEFAULT_TENANT_ID, ids[0]);
    expect(String(second.leaseExpiresAt) < '2999').toBe(true);
    const { leaseExpiresAt } = await beat(ids[1], 2);
    expect(leaseExpiresAt).not.toBeNull();
    const { rows } = await owner.query("select from jobs where handler = 'again' and members is not null");
    await owner.query("update jobs set lease_expires_at = clock_timestamp() - interval '1 second' where id = $1", [
      ids[0],
    ]);
    expect([rows.length, await jobs.sweeper.sweep()]).toEqual([0, 1]);
  });

  it('tells of a cancellation', async () => {
    const ids = await takeFour('told');
    await jobs.act(ids[1], { type: 'cancel_job', data: { reason: 'Enough.' } });
    expect(await beat(ids[1])).toEqual({ leaseExpiresAt: null, cancelRequested: true });
    expect(await beat(ids[2])).toMatchObject({ cancelRequested: false });
  });

  it('is kept no longer than it counts', async () => {
    await lapseBeats();
    const ids = await takeFour('tidy');
    await beat(ids[3]);
    await jobs.archive.archiveAll(3600);
    const { rows } = await owner.query<{ job_id: string }>('select job_id from job_beats');
    expect(rows).toEqual([{ job_id: ids[3] }]);
  });
});
