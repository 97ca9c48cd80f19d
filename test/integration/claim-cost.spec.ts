import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { openStore } from '../support/store.js';

const FINISHED = 100_000;

let opened: Awaited<ReturnType<typeof openStore>>;
let owner: pg.Client;
beforeAll(async () => {
  opened = await openStore();
  owner = await opened.superuser();
});
afterAll(() => opened.close());

/** So many jobs, each with a run that is parked, or none. */
const insert = (count: number, columns: Readonly<Record<string, string>>) => {
  const values: Record<string, string> = {
    id: 'gen_random_uuid()',
    tenant_id: `'${DEFAULT_TENANT_ID}'`,
    stream_version: '1',
    handler: "'draw'",
    payload: "'{}'",
    status: "'QUEUED'",
    attempts: '0',
    max_attempts: '4',
    failed_count: '0',
    infra_attempts: '0',
    backoff: "'{}'",
    on_exhausted: "'fail'",
    next_run_at: 'now()',
    correlation_id: 'gen_random_uuid()',
    created_at: 'now()',
    ...columns,
  };
  const names = Object.keys(values).join(', ');
  return owner.query(
    `insert into jobs (${names}) select ${Object.values(values).join(', ')} from generate_series(1, ${count})`,
  );
};

/** Rows read so far by this connection, and looks into the index; what is not reported yet counts along. */
const reads = async () => {
  const { rows } = await owner.query<{ whole: string; read: string; looks: string }>(
    `select seq_tup_read as whole, idx_tup_fetch as read, pg_stat_get_xact_numscans('ix_jobs_queued'::regclass) as looks
     from pg_stat_xact_user_tables where relname = 'jobs'`,
  );
  return { whole: Number(rows[0]?.whole), read: Number(rows[0]?.read), looks: Number(rows[0]?.looks) };
};

/** What a claim of ten takes and reads, without taking it. */
const costOfAClaim = async (tenant: string | null = DEFAULT_TENANT_ID) => {
  await owner.query('begin');
  const before = await reads();
  const { rowCount: taken } = await owner.query("select * from reserve_jobs($1, '{draw,none}', 10)", [tenant]);
  const after = await reads();
  await owner.query('rollback');
  const [whole, read] = [after.whole - before.whole, after.read - before.read];
  return { whole, read, looks: after.looks - before.looks, taken };
};

type Cost = Awaited<ReturnType<typeof costOfAClaim>>;

/** As cheap as before, but for a few row versions that the claims before it left behind. */
const expectAsCheap = ({ read, ...cost }: Cost, { read: readBefore, ...before }: Cost) => {
  expect(cost).toEqual(before);
  expect(read).toBeLessThan(readBefore + 10);
};

const buffersOfAClaim = async (): Promise<number> => {
  await owner.query('begin');
  const { rows } = await owner.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
    `explain (analyze, buffers, format json) select * from reserve_jobs('${DEFAULT_TENANT_ID}', '{draw}', 10)`,
  );
  await owner.query('rollback');
  const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {};
  return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
};

describe('a claim', () => {
  it('reads by its index what it takes, and no more for 100000 finished jobs', async () => {
    await insert(50, {});
    const [before, buffersBefore] = [await costOfAClaim(), await buffersOfAClaim()];
    expect(before).toMatchObject({ whole: 0, taken: 10 });
    expect(before.looks).toBeGreaterThan(0);
    expect(before.read).toBeLessThan(60);
    await insert(FINISHED, { status: "'SUCCESS'", next_run_at: 'null', finished_at: 'now()' });
    expectAsCheap(await costOfAClaim(), before);
    expect(await buffersOfAClaim()).toBeLessThan(2 * buffersBefore + 50);
    await owner.query('analyze jobs');
    expectAsCheap(await costOfAClaim(), before);
    expect(await buffersOfAClaim()).toBeLessThan(2 * buffersBefore + 50);
  }, 60_000);

  it('reads no more for a long queue, or for the service itself, which claims for every tenant', async () => {
    const before = await costOfAClaim();
    await insert(5000, { next_run_at: "now() + interval '1 minute'" });
    expectAsCheap(await costOfAClaim(), before);
    await insert(5000, { tenant_id: 'gen_random_uuid()', handler: "'other'" });
    expectAsCheap(await costOfAClaim(), before);
    expect((await costOfAClaim(null)).read).toBeLessThan(before.read + 10);
  });
});
