import { describe, expect, it } from '@jest/globals';
import { batch, completeMany, recordedBatch, startMany } from '../../../test/support/job-batch-story.js';
import { type Told, fail, jobStories, queue, recordedJob, start } from '../../../test/support/job-story.js';
import { fold } from '../../kernel/decider.js';
import { project } from '../../kernel/projection.js';
import type { Recorded } from '../../kernel/recorded-event.js';
import { type JobStreamEvent, singleJobEvents } from '../job-batch.events.js';
import type { JobEvent } from '../job.events.js';
import { jobDecider } from './job-command.decider.js';
import { dueJob } from './job-row.policy.js';
import { jobs } from './job.projection.js';
import { streamOf } from './stream-jobs.decider.js';

const rowOf = (events: readonly Recorded<JobEvent>[]) => project(jobs, new Map(), events).get('job-1');
const rowAfter = (...commands: readonly Told[]) => rowOf(recordedJob(...commands));
const nobody = { lockedBy: null, lockedAt: null, leaseSeconds: null, leaseExpiresAt: null };

describe('the row of a job', () => {
  it('is due at once when it was queued, by the time it was recorded', () => {
    expect(rowAfter(queue)).toEqual({
      id: 'job-1',
      tenantId: 'tenant-1',
      streamVersion: 1,
      runId: null,
      batchId: null,
      members: null,
      stage: null,
      nodeId: null,
      handler: 'draw',
      payload: { page: 1 },
      status: 'QUEUED',
      attempts: 0,
      maxAttempts: 3,
      failedCount: 0,
      infraAttempts: 0,
      backoff: { base_seconds: 1, max_seconds: 60 },
      onExhausted: 'needs_human',
      nextRunAt: '2026-03-01T12:00:00.000Z',
      ...nobody,
      idempotencyKey: 'page-1',
      correlationId: 'flow-1',
      error: null,
      output: null,
      createdAt: '2026-03-01T12:00:00.000Z',
      startedAt: null,
      finishedAt: null,
    });
  });

  it('belongs to the run on whose stream it works for a node', () => {
    const [event] = recordedJob(queue);
    const ofNode = { ...event, streamId: 'run-1', detail: { ...event?.detail, stage: 'build', node: 'draw' } };
    expect(rowOf([ofNode as never])).toMatchObject({ id: 'job-1', runId: 'run-1', stage: 'build', nodeId: 'draw' });
  });

  it('says who has it, and until when', () => {
    expect(rowAfter(queue, start)).toMatchObject({
      status: 'RUNNING',
      attempts: 1,
      nextRunAt: null,
      lockedBy: 'w1',
      lockedAt: '2026-03-01T12:00:01.000Z',
      leaseSeconds: 30,
      leaseExpiresAt: '2026-03-01T12:00:30.000Z',
      startedAt: '2026-03-01T12:00:01.000Z',
    });
  });

  it('counts lost leases apart from failures, and is due again', () => {
    const lost = rowAfter(queue, start, { type: 'lose_lease', data: { attempt: 1 } });
    const dueAt = '2026-03-01T12:00:02.000Z';
    expect(lost).toMatchObject({ status: 'QUEUED', infraAttempts: 1, failedCount: 0, nextRunAt: dueAt, ...nobody });
    const failed = rowAfter(queue, start, fail(1));
    expect(failed).toMatchObject({ status: 'QUEUED', infraAttempts: 0, failedCount: 1, error: 'No ink.', ...nobody });
  });

  it('begins its count anew, on another payload, when a person has it run again', () => {
    const handed = recordedJob(...jobStories.handed);
    expect(rowOf(handed.slice(0, 7))).toMatchObject({ status: 'NEEDS_HUMAN', error: 'Which one?', nextRunAt: null });
    const again = { status: 'QUEUED', failedCount: 0, payload: { page: 2 }, error: 'Which one?' };
    expect(rowOf(handed.slice(0, 8))).toMatchObject(again);
    expect(rowOf(handed)).toMatchObject({
      status: 'SUCCESS',
      attempts: 4,
      output: { pages: 2 },
      error: null,
      startedAt: '2026-03-01T12:00:01.000Z',
      finishedAt: '2026-03-01T12:00:09.000Z',
    });
  });

  it('says all that its rules know once it is taken, so that its events need not be read', () => {
    const events = recordedJob(...jobStories.handed);
    for (const [index, started] of events.entries()) {
      if (started.type !== 'job.started') continue;
      const before = events.slice(0, index);
      const known = fold(jobDecider.evolve, jobDecider.initialState, before);
      const row = rowOf(before);
      expect(row && jobDecider.evolve(streamOf([dueJob(row)]), started).jobs).toEqual(
        jobDecider.evolve(known, started).jobs,
      );
    }
  });

  it('is final when it is over, and says why', () => {
    const ends = [jobStories.handed, jobStories.hopeless, jobStories.canceled].map((story) => rowAfter(...story));
    expect(ends.map((row) => row && [row.status, row.error, jobs.isFinal?.(row)])).toEqual([
      ['SUCCESS', null, true],
      ['FAILED', 'No ink.', true],
      ['CANCELED', 'Enough.', true],
    ]);
    const open = [rowAfter(queue), rowAfter(queue, start)];
    expect(open.map((row) => row && jobs.isFinal?.(row))).toEqual([false, false]);
  });
});

describe('the rows of a batch', () => {
  const events = recordedBatch(batch, startMany('a', 'b'), completeMany(['a', 1, 'done'], ['b', 1, null]));
  const rowsAfter = (count: number) =>
    project(jobs, new Map(), events.slice(0, count) as readonly Recorded<JobStreamEvent>[] as never);

  it('are each what the events of the job by itself would make of it, on the stream that they share', () => {
    const singly = events.flatMap((event) => singleJobEvents(event).map((single) => ({ ...event, ...single })));
    const folded = project(jobs, new Map(), singly as readonly Recorded<JobEvent>[]);
    expect([...rowsAfter(3)]).toEqual([...folded]);
  });

  it('belong to their batch and to no run, and change one by one', () => {
    const queued = { runId: null, batchId: 'batch-1', status: 'QUEUED', streamVersion: 1, backoff: batch.data.backoff };
    expect([...rowsAfter(1).values()]).toMatchObject([queued, queued, queued, queued]);
    const statuses = [...rowsAfter(3).values()].map(({ status, streamVersion }) => [status, streamVersion]);
    expect(statuses).toEqual([
      ['SUCCESS', 3],
      ['SUCCESS', 3],
      ['QUEUED', 1],
      ['QUEUED', 1],
    ]);
    expect(rowsAfter(2).get('a')).toMatchObject({ status: 'RUNNING', lockedBy: 'w1', attempts: 1, streamVersion: 2 });
  });
});
