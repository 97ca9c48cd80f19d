import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Told,
  alikeOrders,
  anyStory,
  batchId,
  batchedOrder,
  completeAll,
  jobId,
  jobsByThemselves,
  startAll,
  tell,
  tellAll,
  withoutVersion,
} from '../../../test/support/alike-jobs-story.js';
import { batch, completeMany, recordedBatch, recordedOn, startMany } from '../../../test/support/job-batch-story.js';
import { noon } from '../../../test/support/job-story.js';
import { type Rows, project } from '../../kernel/projection.js';
import type { Recorded } from '../../kernel/recorded-event.js';
import { laidRows } from '../../platform/event-store/laid-rows.js';
import type { BatchedOrder, JobStreamEvent } from '../job-batch.events.js';
import type { JobEvent } from '../job.events.js';
import type { JobRow } from './job-row.policy.js';
import { jobs } from './job.projection.js';
import { type WholeJob, idsOf, wholeJobsOf } from './whole-jobs.policy.js';

type Events = readonly Recorded<JobStreamEvent>[];

const rowsOf = (events: Events): Rows<JobRow> => project(jobs, new Map(), events as readonly Recorded<JobEvent>[]);

/** What the table says of each job, with what the state knows. */
const jobsIn = ({ table, folded: { state } }: Told) => {
  const jobOf = wholeJobsOf({ jobs: laidRows(table) }, state);
  return state.ids.map((id) => jobOf(id) as WholeJob);
};

/** The same, as far as it is remembered. */
const remembered = ({ folded: { rows, state } }: Told) => state.ids.flatMap((id) => wholeJobsOf(rows, state)(id) ?? []);

const numbered = (orders: readonly Partial<BatchedOrder>[]) =>
  orders.map((order, index) => batchedOrder(index + 1, order));

const numbersFrom = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);
const result = (number: number) => ({ jobId: jobId(number), attempt: 1, output: { number } });

describe('jobs that share rows', () => {
  it('are each what it would be with a row of its own, whatever happens to any of them', () => {
    fc.assert(
      fc.property(anyStory, ([orders, story]) => {
        for (const told of tellAll(numbered(orders), story)) {
          expect(jobsIn(told).map(withoutVersion)).toEqual(jobsByThemselves(told.events));
          expect(remembered(told)).toEqual(jobsIn(told).filter(({ finishedAt }) => finishedAt === null));
        }
      }),
    );
  });

  it('stand in one row each, which has the id of the first of its own and none of a row that was taken away', () => {
    fc.assert(
      fc.property(anyStory, ([orders, story]) => {
        let before: readonly string[] = [];
        for (const { table, folded } of tellAll(numbered(orders), story)) {
          const rows = [...table.values()];
          expect(rows.flatMap(idsOf).toSorted()).toEqual(folded.state.ids);
          expect(rows.map((row) => idsOf(row)[0])).toEqual([...table.keys()]);
          expect([...table.keys()].slice(0, before.length)).toEqual(before);
          before = [...table.keys()];
        }
      }),
    );
  });

  it('have the same rows when all events are folded at once', () => {
    fc.assert(
      fc.property(anyStory, ([orders, story]) => {
        const { events, table } = [...tellAll(numbered(orders), story)].at(-1) as Told;
        expect(rowsOf(events)).toEqual(table);
      }),
    );
  });
});

describe('the rows of a batch whose jobs are numbered', () => {
  const whose = (rows: Iterable<JobRow>) => [...rows].map(({ id, members, status }) => [id, members, status]);
  const rowsAfter = (...told: Parameters<typeof tell>) => [...tell(...told).table.values()];

  it('begin as one where the jobs are alike, without what is each one’s own', () => {
    expect(rowsAfter(alikeOrders(3))).toMatchObject([
      {
        id: jobId(1),
        batchId,
        members: '{[1,4)}',
        payload: null,
        idempotencyKey: null,
        handler: 'draw',
        maxAttempts: 3,
      },
    ]);
  });

  it('begin as several where they differ in handler, time or attempts', () => {
    const [later, sooner] = ['2026-03-02T00:00:00.000Z', '2026-03-01T00:00:00.000Z'];
    const unlike = [
      {},
      { handler: 'print' },
      { run_at: later },
      { max_attempts: 1 },
      {},
      { run_at: sooner },
      { run_at: later },
    ];
    expect(rowsAfter(numbered(unlike))).toMatchObject([
      { id: jobId(1), members: '{[1,2),[5,6)}', nextRunAt: noon },
      { id: jobId(2), members: null, handler: 'print' },
      { id: jobId(3), members: '{[3,4),[7,8)}', nextRunAt: later },
      { id: jobId(4), members: null, maxAttempts: 1 },
      { id: jobId(6), members: null, nextRunAt: sooner },
    ]);
  });

  it('have payload and key where the job is like no other from the first', () => {
    expect(rowsAfter(numbered([{}, {}, { handler: 'print' }]))).toMatchObject([
      { payload: null, idempotencyKey: null },
      { id: jobId(3), payload: { page: 3 }, idempotencyKey: 'page-3' },
    ]);
  });

  it('are one a claim, whatever it takes of them', () => {
    const claims = Array.from({ length: 10 }, (_, claim) => startAll(numbersFrom(claim * 10 + 1, 10)));
    expect(rowsAfter(alikeOrders(100), ...claims.slice(0, 3)).map(({ members }) => members)).toEqual([
      '{[1,11)}',
      '{[11,21)}',
      '{[21,31)}',
      '{[31,101)}',
    ]);
    expect(rowsAfter(alikeOrders(100), ...claims)).toHaveLength(10);
    const done = claims.map((_claim, index) => completeAll(numbersFrom(index * 10 + 1, 10).map(result)));
    const rows = rowsAfter(alikeOrders(100), ...claims, ...done);
    expect(rows.map(({ status, output }) => [status, output])).toEqual(claims.map(() => ['SUCCESS', null]));
  });

  it('part where an event is about some of their jobs, and keep the output where it is one’s own', () => {
    const rows = rowsAfter(
      alikeOrders(6),
      startAll([2, 3, 4, 5]),
      completeAll([3, 5].map(result)),
      completeAll([result(2)]),
    );
    expect(whose(rows)).toEqual([
      [jobId(1), '{[1,2),[6,7)}', 'QUEUED'],
      [jobId(2), null, 'SUCCESS'],
      [jobId(3), '{[3,4),[5,6)}', 'SUCCESS'],
      [jobId(4), null, 'RUNNING'],
    ]);
    expect(rows.map(({ output }) => output)).toEqual([null, { number: 2 }, null, null]);
  });

  it('have to be there for what happens to their jobs', () => {
    const [queued, ...later] = tell(alikeOrders(3), startAll([1, 2])).events as [Recorded<JobStreamEvent>];
    expect(() => rowsOf(later)).toThrow('have no row for their job.batch_started');
    const one = recordedOn(
      batchId,
      [{ type: 'job.canceled', detail: { job_id: jobId(4), stage: null, node: null, from: 'QUEUED' } }],
      1,
    );
    expect(() => rowsOf([queued, ...one])).toThrow(`Job ${jobId(4)} has no row for its job.canceled`);
  });
});

describe('the rows of a batch of before, whose jobs have ids of their own', () => {
  it('are one a job, with what is its own', () => {
    const events = recordedBatch(batch, startMany('a', 'b', 'c'), completeMany(['a', 1, 'done'], ['b', 1, null]));
    const rows = [...rowsOf(events).values()];
    const plain = rows.map(({ members: _none, ...row }) => withoutVersion(row));
    expect(plain).toEqual(jobsByThemselves(events));
    expect(rows.map(({ id, members, payload, output }) => [id, members, payload, output])).toEqual([
      ['a', null, { page: 'a' }, 'done'],
      ['b', null, { page: 'b' }, null],
      ['c', null, { page: 'c' }, null],
      ['later', null, { page: 'later' }, null],
    ]);
  });
});
