import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import {
  batchIdFrom,
  countOf,
  memberId,
  membersFrom,
  membersOf,
  membersText,
  numberIn,
  numbersOf,
} from '../../src/work/jobs/members.policy.js';
import { jobWorkers } from '../support/job-workers.js';
import { contextOf, openStore } from '../support/store.js';

type Workers = ReturnType<typeof jobWorkers>;

let opened: Awaited<ReturnType<typeof openStore>>;
let jobs: Workers;
beforeAll(async () => {
  opened = await openStore();
  jobs = jobWorkers(opened);
});
afterAll(() => opened.close());

const ordersOf = (count: number, handler: string) =>
  Array.from({ length: count }, (_, page) => ({ handler, payload: { page, of: count } }));
const batchOf = async (count: number, handler: string, caller = contextOf().caller) =>
  (await jobs.queueBatch(ordersOf(count, handler), caller)).items;
const statusesOf = (ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await jobs.found.get(DEFAULT_TENANT_ID, id)).status));

/** Rows that stand for jobs of a handler, as the table has them. */
const membersIn = async (handler: string) => {
  const text = 'select members from jobs where handler = $1 order by id';
  const rows = await opened.database.query<{ members: string | null }>(DEFAULT_TENANT_ID, { name: 'rows', text }, [
    handler,
  ]);
  return rows.map(({ members }) => members);
};

describe('claiming jobs that share rows', () => {
  it('takes each once, with its own payload, whatever the sizes of batches and claims', async () => {
    const queued = [];
    for (const count of [5, 30, 1, 100]) queued.push(...(await batchOf(count, 'sizes')));
    queued.push(await jobs.queue({ handler: 'sizes', payload: { page: 0, of: 'one' } }));
    const workers = [jobs, jobWorkers(await opened.process()), jobWorkers(await opened.process())];
    const taken: (readonly [string, unknown])[] = [];
    const work = async (worker: Workers, limit: number) => {
      while (taken.length < queued.length) {
        const some = await worker.claim(['sizes'], limit, 60, `w${String(limit)}`);
        taken.push(...some.map(({ id, payload }) => [id, payload] as const));
      }
    };
    await Promise.all([1, 3, 7, 40, 200].map((limit, index) => work(workers[index % 3] as Workers, limit)));
    expect(taken.toSorted()).toEqual(queued.map(({ id, payload }) => [id, payload]).toSorted());
    const statuses = await statusesOf(queued.map(({ id }) => id));
    expect(new Set(statuses)).toEqual(new Set(['RUNNING']));
  });

  it('takes as many as were asked for, in order, from as many rows as it takes', async () => {
    const [first, second] = [await batchOf(4, 'rows'), await batchOf(4, 'rows')];
    const ids = [...first, ...second].map(({ id }) => id);
    const idsOf = async (limit: number) => (await jobs.claim(['rows'], limit)).map(({ id }) => id);
    expect(await idsOf(2)).toEqual(ids.slice(0, 2));
    expect(await membersIn('rows')).toEqual(['{[1,3)}', '{[3,5)}', '{[1,5)}']);
    expect(await idsOf(3)).toEqual(ids.slice(2, 5));
    expect(await membersIn('rows')).toEqual(['{[1,3)}', '{[3,5)}', null, '{[2,5)}']);
    expect(await idsOf(9)).toEqual(ids.slice(5));
    expect(await idsOf(9)).toEqual([]);
  });

  it('leaves out those that were canceled, are kept for another, or are of another tenant', async () => {
    const theirs = { ...contextOf().caller, tenantId: newId() };
    await batchOf(3, 'left', theirs);
    const ids = (await batchOf(6, 'left')).map(({ id }) => id);
    await jobs.act(String(ids[1]), { type: 'cancel_job', data: { reason: 'Enough.' } });
    const claim = { caller: contextOf().caller, handlers: ['left'], limit: 2, workerId: 'slow', leaseSeconds: 30 };
    const kept = await jobs.claims.reserve(claim);
    expect((await jobs.claim(['left'], 9)).map(({ id }) => id)).toEqual(ids.slice(3));
    expect((await jobs.claims.start(kept, claim)).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(await jobs.claims.claim({ ...claim, caller: null, limit: 9 })).toHaveLength(3);
  });

  it('comes back to those that were reserved and never started', async () => {
    await batchOf(3, 'dropped');
    const claim = { caller: contextOf().caller, handlers: ['dropped'], limit: 2, workerId: 'w1', leaseSeconds: 30 };
    expect(await jobs.claims.reserve(claim)).toMatchObject([{ members: '{[1,3)}' }]);
    expect(await jobs.claim(['dropped'], 3)).toHaveLength(1);
    const owner = await opened.superuser();
    await owner.query("update job_reservations set reserved_until = clock_timestamp() - interval '1 second'");
    expect(await jobs.claim(['dropped'], 3)).toHaveLength(2);
  });

  it('starts what is as it was of jobs whose row parted since they were reserved', async () => {
    const ids = (await batchOf(4, 'parted')).map(({ id }) => id);
    const claim = { caller: contextOf().caller, handlers: ['parted'], limit: 4, workerId: 'w1', leaseSeconds: 30 };
    const kept = await jobs.claims.reserve(claim);
    const other = jobWorkers(await opened.process());
    await other.act(String(ids[2]), { type: 'cancel_job', data: { reason: 'Enough.' } });
    const edit = { payload: { page: 'edited' } };
    await other.act(String(ids[1]), { type: 'retry_job', data: edit });
    const started = await jobs.claims.start(kept, claim);
    expect(started.map(({ id, payload }) => [id, payload])).toEqual([
      [ids[0], { page: 0, of: 4 }],
      [ids[3], { page: 3, of: 4 }],
    ]);
    expect(await jobs.claim(['parted'], 4)).toMatchObject([{ id: ids[1], ...edit }]);
    expect(await membersIn('parted')).toEqual(['{[1,2),[4,5)}', null, null]);
  });
});

describe('numbers of jobs in the database', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });
  const cases = fc.sample(fc.tuple(numbers, fc.integer({ min: 0, max: 45 })), { seed: 17, numRuns: 300 });

  it('are counted, cut off and spelled as in the process', async () => {
    const owner = await opened.superuser();
    const { rows } = await owner.query<{ text: string; count: number; first: string }>(
      `select m::text as text, count_members(m) as count, first_members(m, c)::text as first
       from unnest($1::int4multirange[], $2::int[]) with ordinality u (m, c, n) order by n`,
      [cases.map(([some]) => membersText(membersOf(some))), cases.map(([, count]) => count)],
    );
    for (const [index, [some, count]] of cases.entries()) {
      const members = membersOf(some);
      expect(rows[index]).toEqual({
        text: membersText(members),
        count: countOf(members),
        first: membersText(membersOf(numbersOf(members).slice(0, count))),
      });
      expect(membersFrom(String(rows[index]?.text))).toEqual(members);
    }
    const { rows: own } = await owner.query('select count_members(null) as count');
    expect(own).toEqual([{ count: 1 }]);
  });

  it('are read from ids as in the process', async () => {
    const owner = await opened.superuser();
    const ids = [1, 9, 16, 255, 4096, 32_768, 65_535].map((number) => memberId(batchIdFrom(newId()), number));
    const { rows } = await owner.query<{ batch: string; number: number }>(
      `select batch_of_job(id) as batch, number_of_job(id) as number
       from unnest($1::uuid[]) with ordinality u (id, n) order by n`,
      [ids],
    );
    const read = ids.map((id) => ({ batch: batchIdFrom(id), number: numberIn(batchIdFrom(id), id) }));
    expect(rows).toEqual(read);
  });
});
