import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { jobOnWire } from '../../src/work/jobs/job-on-wire.js';
import type { JobResponse } from '../../src/work/jobs/job.response.js';
import { jobWorkers } from '../support/job-workers.js';
import { openStore } from '../support/store.js';

type Filter = Parameters<ReturnType<typeof jobWorkers>['list']>[0];

let opened: Awaited<ReturnType<typeof openStore>>;
let jobs: ReturnType<typeof jobWorkers>;
/** As each is found by its id, in the order of lists. */
let all: readonly JobResponse[];
let batchIds: readonly string[];

const PER_BATCH = 30;

const batch = () =>
  jobs.queueBatch(
    Array.from({ length: PER_BATCH }, (_, index) => ({
      handler: index % 5 === 0 ? 'print' : 'draw',
      payload: { page: index },
    })),
  );

/** What there is of a batch after each of its jobs went a way of its own, so that its rows lie between each other. */
const scatter = async (ids: readonly string[]) => {
  const taken = [...(await jobs.claim(['draw'], 11)), ...(await jobs.claim(['draw', 'print'], 7))].map(({ id }) => id);
  const some = (every: number, of: readonly string[]) => of.filter((_id, index) => index % every === 1);
  const done = some(2, taken);
  await jobs.completeMany(done.map((jobId, output) => ({ jobId, attempt: 1, output })));
  for (const id of some(
    4,
    taken.filter((one) => !done.includes(one)),
  ))
    await jobs.fail(id, 1, { retryable: false });
  for (const id of some(
    6,
    ids.filter((one) => !taken.includes(one)),
  ))
    await jobs.act(id, { type: 'cancel_job', data: { reason: 'Enough.' } });
};

beforeAll(async () => {
  opened = await openStore();
  jobs = jobWorkers(opened);
  const single = await jobs.queue({ handler: 'draw' });
  const ids = [single.id];
  const batches: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { batch_id: batchId, items } = await batch();
    batches.push(String(batchId));
    ids.push(...items.map(({ id }) => id));
    if (count < 2) await scatter(items.map(({ id }) => id));
  }
  await opened.database.call({ name: 'archive', text: 'select archive_jobs(0, 5)' }, []);
  const found = await Promise.all(ids.map((id) => jobs.found.get(DEFAULT_TENANT_ID, id)));
  all = found.map(jobOnWire).toSorted((a, b) => (`${a.created_at} ${a.id}` < `${b.created_at} ${b.id}` ? -1 : 1));
  batchIds = batches;
});
afterAll(() => opened.close());

/** All pages of so many, one after the other. */
const pages = async (filter: Filter, limit: number) => {
  const items: JobResponse[] = [];
  for (let after: string | undefined, page = 0; page <= all.length; page += 1) {
    const { items: more, next } = await jobs.list({ ...filter, limit, ...(after === undefined ? {} : { after }) });
    expect(more.length).toBeLessThanOrEqual(limit);
    items.push(...more);
    if (next === null) return items;
    after = next;
  }
  throw new Error('There is no last page.');
};

describe('the list of jobs that share rows', () => {
  it('has some of every kind to page through, also in the archive', async () => {
    const owner = await opened.superuser();
    const { rows } = await owner.query<{ of: string; rows: string; jobs: string }>(
      `select 'jobs' as of, count(*) filter (where members is not null) as rows, sum(count_members(members)) as jobs from jobs
       union all select 'finished_jobs', count(*) filter (where members is not null), sum(count_members(members)) from finished_jobs`,
    );
    expect(rows.reduce((sum, table) => sum + Number(table.jobs), 0)).toBe(all.length);
    expect(rows.every((table) => Number(table.rows) > 0)).toBe(true);
    expect(new Set(all.map(({ status }) => status))).toEqual(
      new Set(['QUEUED', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELED']),
    );
  });

  it.each([1, 2, 3, 7, 25, 90, 91, 92, 200])('has each job once and in order, %i to a page', async (limit) => {
    expect(await pages({}, limit)).toEqual(all);
  });

  it.each<[string, Filter, (job: JobResponse) => boolean]>([
    ['queued', { status: 'QUEUED' }, ({ status }) => status === 'QUEUED'],
    ['running', { status: 'RUNNING' }, ({ status }) => status === 'RUNNING'],
    ['done', { status: 'SUCCESS' }, ({ status }) => status === 'SUCCESS'],
    ['canceled', { status: 'CANCELED' }, ({ status }) => status === 'CANCELED'],
    ['of one handler', { handler: 'print' }, ({ handler }) => handler === 'print'],
    [
      'both',
      { handler: 'draw', status: 'SUCCESS' },
      ({ handler, status }) => handler === 'draw' && status === 'SUCCESS',
    ],
    ['of nobody', { handler: 'nobody' }, () => false],
  ])('has those that are %s, whatever the size of its pages', async (_what, filter, isWanted) => {
    for (const limit of [1, 4, 13, 100]) expect(await pages(filter, limit)).toEqual(all.filter(isWanted));
  });

  it('has those of one batch', async () => {
    for (const batchId of batchIds) {
      for (const limit of [4, 29, 30, 31])
        expect(await pages({ batch_id: batchId }, limit)).toEqual(all.filter((job) => job.batch_id === batchId));
    }
  });

  it('is in order also where all were created in the same moment', async () => {
    const owner = await opened.superuser();
    const moment = '2026-03-01T12:00:00.000Z';
    for (const table of ['jobs', 'finished_jobs']) await owner.query(`update ${table} set created_at = '${moment}'`);
    const byId = all.map((job) => ({ ...job, created_at: moment })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    for (const limit of [1, 7, 45, 100]) expect(await pages({}, limit)).toEqual(byId);
  });
});
