import { describe, it } from '@jest/globals';
import { fail, jobAfter, jobEvents, jobStories, noon, queue, start } from '../../../test/support/job-story.js';

const now = noon;

describe('deciding on a job by itself', () => {
  it('queues it once', () => {
    jobAfter()
      .when({ ...queue, now })
      .then(...jobEvents(queue));
    jobAfter(queue)
      .when({ ...queue, now })
      .thenNothing();
  });

  it('refuses what is asked of a job that is not there', () => {
    jobAfter()
      .when({ ...start, now })
      .thenRejects('job-not-found');
    jobAfter()
      .when({ type: 'cancel_job', data: { reason: 'Enough.' }, now })
      .thenRejects('job-not-found');
  });

  it('starts it once, and not before its time', () => {
    jobAfter(queue)
      .when({ ...start, now })
      .thenTypes('job.started');
    jobAfter(queue, start)
      .when({ ...start, now })
      .thenNothing();
    const retried = jobAfter(queue, start, fail(1, { retryAfterSeconds: 60 }));
    retried.when({ ...start, now }).thenNothing();
    retried.when({ ...start, now: '2026-03-01T12:01:00.000Z' }).thenTypes('job.started');
  });

  it('takes the last command of a finished job again for nothing, and another one not', () => {
    const done = jobAfter(...jobStories.handed);
    done.when({ type: 'complete_job', data: { attempt: 4, output: { pages: 2 } }, now }).thenNothing();
    done.when({ type: 'complete_job', data: { attempt: 4, output: { pages: 3 } }, now }).thenRejects('lease-lost');
    done.when({ type: 'cancel_job', data: { reason: 'Enough.' }, now }).thenRejects('job-closed');
  });
});
