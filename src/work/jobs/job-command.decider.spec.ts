import { describe, it } from '@jest/globals';
import { fail, jobAfter, jobEvents, jobStories, queue, start, told } from '../../../test/support/job-story.js';

describe('deciding on a job by itself', () => {
  it('queues it once', () => {
    jobAfter()
      .when(told(queue))
      .then(...jobEvents(queue));
    jobAfter(queue).when(told(queue)).thenNothing();
  });

  it('refuses what is asked of a job that is not there', () => {
    jobAfter().when(told(start)).thenRejects('job-not-found');
    jobAfter()
      .when(told({ type: 'cancel_job', data: { reason: 'Enough.' } }))
      .thenRejects('job-not-found');
  });

  it('starts it once, and not before its time', () => {
    jobAfter(queue).when(told(start)).thenTypes('job.started');
    jobAfter(queue, start).when(told(start)).thenNothing();
    const retried = jobAfter(queue, start, fail(1, { retryAfterSeconds: 60 }));
    retried.when(told(start)).thenNothing();
    retried.when(told(start, '2026-03-01T12:01:00.000Z')).thenTypes('job.started');
  });

  it('takes the last command of a finished job again for nothing, and another one not', () => {
    const done = jobAfter(...jobStories.handed);
    done.when(told({ type: 'complete_job', data: { attempt: 4, output: { pages: 2 } } })).thenNothing();
    done.when(told({ type: 'complete_job', data: { attempt: 4, output: { pages: 3 } } })).thenRejects('lease-lost');
    done.when(told({ type: 'cancel_job', data: { reason: 'Enough.' } })).thenRejects('job-closed');
  });
});
