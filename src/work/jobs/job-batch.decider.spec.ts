import { describe, expect, it } from '@jest/globals';
import {
  batch,
  batchAfter,
  completeMany,
  named,
  startMany,
  streamAfter,
} from '../../../test/support/job-batch-story.js';
import { lease, noon } from '../../../test/support/job-story.js';
import { itemsOf } from '../../kernel/vector.js';
import { singleJobEvents } from '../job-batch.events.js';
import { jobNamed } from './stream-jobs.decider.js';

const now = noon;
const leased = { worker_id: 'w1', lease_seconds: 30, lease_expires_at: lease.leaseExpiresAt };
const started = (...ids: readonly string[]) => ({
  type: 'job.batch_started' as const,
  detail: { ...leased, jobs: ids.map((job_id) => ({ job_id, attempt: 1 })) },
});

describe('deciding on the jobs of a batch', () => {
  it('queues them with one event, once', () => {
    batchAfter().when(batch).then({ type: 'job.batch_queued', detail: batch.data });
    batchAfter(batch).when(batch).thenNothing();
  });

  it('starts with one event what is to be taken of those named, and leaves out the rest', () => {
    batchAfter(batch).when(startMany('a', 'c')).then(started('a', 'c'));
    batchAfter(batch, startMany('a', 'c'))
      .when(startMany('a', 'b', 'c', 'd'))
      .thenTypes('job.started');
    batchAfter(batch, startMany('a', 'b', 'c'))
      .when(startMany('a', 'b', 'later', 'nobody'))
      .thenNothing();
    batchAfter().when(startMany('a')).thenRejects('job-not-found');
  });

  it('says of one job alone what is said of any job', () => {
    const alone = { ...named('b'), attempt: 1, ...leased };
    batchAfter(batch).when(startMany('b')).then({ type: 'job.started', detail: alone });
    const succeeded = { ...named('b'), attempt: 1, from: 'RUNNING' as const, output: 2 };
    batchAfter(batch, startMany('b'))
      .when(completeMany(['b', 1, 2]))
      .then({ type: 'job.succeeded', detail: succeeded });
  });

  it('takes the results it can take, whatever stands beside them', () => {
    const running = batchAfter(batch, startMany('a', 'b', 'c'));
    const jobs = [
      { job_id: 'a', attempt: 1, output: { pages: 1 } },
      { job_id: 'c', attempt: 1, output: null },
    ];
    const tooLarge = 'x'.repeat(262_144);
    running
      .when(completeMany(['a', 1, { pages: 1 }], ['b', 2, null], ['d', 1, null], ['c', 1, null], ['c', 1, 'twice']))
      .then({ type: 'job.batch_succeeded', detail: { jobs } });
    running.when(completeMany(['a', 1, tooLarge], ['b', 2, null])).thenNothing();
  });

  it('takes the same results again for nothing', () => {
    const results = completeMany(['a', 1, { pages: 1 }], ['b', 1, null]);
    batchAfter(batch, startMany('a', 'b'), results).when(results).thenNothing();
  });

  it('asks of one of its jobs what is asked of any job', () => {
    const running = batchAfter(batch, startMany('a', 'b'));
    const failure = { attempt: 1, error: 'No ink.', retryAfterSeconds: 60, chance: 0 };
    running.when({ type: 'fail_job', jobId: 'a', data: failure, now }).thenTypes('job.retry_scheduled');
    running.when({ type: 'lose_lease', jobId: 'b', data: { attempt: 1 }, now }).thenTypes('job.lease_lost');
    running.when({ type: 'cancel_job', jobId: 'c', data: { reason: 'Enough.' }, now }).thenTypes('job.canceled');
    running.when({ type: 'complete_job', jobId: 'a', data: { attempt: 2, output: 1 }, now }).thenRejects('lease-lost');
    running.when({ type: 'cancel_job', jobId: 'x', data: { reason: 'Who?' }, now }).thenRejects('job-not-found');
  });
});

describe('the jobs of a stream', () => {
  it('are what the events of each of them would make of it', () => {
    const stream = streamAfter(batch, startMany('a', 'b'), completeMany(['a', 1, 'done'], ['b', 1, null]));
    expect(jobNamed(stream, 'a')).toMatchObject({ status: 'SUCCESS', attempts: 1, output: 'done', workerId: null });
    expect(itemsOf(stream.jobs).map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS', 'QUEUED', 'QUEUED']);
    expect(stream.openCount).toBe(2);
    const [queued] = singleJobEvents({ type: 'job.batch_queued', detail: batch.data });
    expect(queued).toMatchObject({ type: 'job.queued', detail: { job_id: 'a', stage: null, node: null } });
  });

  it('stay the same objects where an event does not touch them', () => {
    const before = streamAfter(batch, startMany('a'));
    const after = streamAfter(batch, startMany('a'), completeMany(['a', 1, null]));
    expect(after.ids).toEqual(before.ids);
    expect(jobNamed(after, 'b')).toEqual(jobNamed(before, 'b'));
    expect(after.openCount).toBe(before.openCount - 1);
  });
});
