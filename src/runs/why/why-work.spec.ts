import { describe, expect, it } from '@jest/globals';
import {
  agent,
  completes,
  delay,
  fails,
  graphStage,
  http,
  loses,
  needsHuman,
  noonPlus,
  noop,
  parks,
  says,
  takes,
  trigger,
} from '../../../test/support/graph-story.js';
import { why } from '../../../test/support/why-story.js';

const asking = graphStage([trigger(), agent('ask')], ['start>ask']);
const wide = graphStage([trigger(), agent('a'), agent('b'), delay('d', 600)], ['start>a', 'start>b', 'start>d']);
const wait = { action: 'wait', who: [] };

describe('a run at work', () => {
  it('waits for a worker to take its job, since it was queued', () => {
    const told = why([asking], [], 90);
    expect(told).toEqual({
      waits_for: 'job',
      since: noonPlus(0),
      changes_at: noonPlus(3600),
      moving: false,
      summary: 'The job of node "ask" (ask) waits for a worker that claims "scribe"; nobody has taken it yet.',
      unblock: [
        {
          action: 'start-worker',
          message: 'Run a worker that claims "scribe".',
          method: 'POST',
          path: '/jobs/claim',
          who: ['worker'],
        },
      ],
      job: {
        id: told.job?.id,
        node: 'ask',
        node_name: 'ask',
        handler: 'scribe',
        status: 'QUEUED',
        attempts: 0,
        max_attempts: 4,
        worker: null,
        lease_expires_at: null,
        next_run_at: null,
        error: null,
      },
      others: 0,
    });
  });

  it('waits for a process of the service where that does the job itself', () => {
    const calling = graphStage([trigger(), http('call')], ['start>call']);
    const { job, unblock } = why([calling], []);
    expect(job?.handler).toBe('action:http');
    expect(unblock).toEqual([{ action: 'start-worker', message: expect.stringContaining('role worker'), who: [] }]);
  });

  it('waits for the worker that is at it, until its lease is over', () => {
    expect(why([asking], [takes(['ask'], 10)], 20)).toMatchObject({
      waits_for: 'job',
      since: noonPlus(10),
      changes_at: noonPlus(30),
      moving: true,
      summary: `Worker w-1 is at the job of node "ask" (ask), attempt 1, with a lease until ${noonPlus(30)}.`,
      job: { status: 'RUNNING', worker: 'w-1', attempts: 1, lease_expires_at: noonPlus(30) },
      unblock: [wait],
    });
  });

  it('sees that a lease is over before it was swept, and that the job is there to be taken after', () => {
    expect(why([asking], [takes(['ask'], 10)], 40)).toMatchObject({
      moving: true,
      summary: `Worker w-1 is at the job of node "ask" (ask), attempt 1, whose lease was over at ${noonPlus(30)}.`,
      unblock: [{ ...wait, message: 'It goes back to the queue by itself, for another worker.' }],
    });
    const lost = { ...loses('ask'), at: 32 };
    expect(why([asking], [takes(['ask'], 10), lost], 60)).toMatchObject({
      since: noonPlus(32),
      moving: false,
      job: { status: 'QUEUED', worker: null, attempts: 1, lease_expires_at: null },
      unblock: [{ action: 'start-worker' }],
    });
  });

  it('waits for the next attempt of a job that failed, and from then on for a worker', () => {
    const failed = [takes(['ask'], 10), fails('ask', { retryAfterSeconds: 60 }, 12)];
    const told = why([asking], failed, 20);
    expect(told).toMatchObject({
      waits_for: 'job',
      since: noonPlus(12),
      changes_at: noonPlus(72),
      moving: true,
      summary: `The job of node "ask" (ask) runs again at ${noonPlus(72)}, after it failed: It broke.`,
      job: { status: 'QUEUED', next_run_at: noonPlus(72), error: 'It broke.', attempts: 1 },
      unblock: [wait, { action: 'retry-job', path: `/jobs/${String(told.job?.id)}/retry`, who: ['operator'] }],
    });
    expect(why([asking], failed, 100)).toMatchObject({
      since: noonPlus(72),
      moving: false,
      unblock: [{ action: 'start-worker' }],
    });
  });

  it('waits for a person where a job needs one', () => {
    const told = why([asking], [takes(['ask'], 10), { ...needsHuman('ask'), at: 14 }], 50);
    expect(told).toMatchObject({
      waits_for: 'person',
      since: noonPlus(14),
      changes_at: noonPlus(3600),
      moving: false,
      summary: 'The job of node "ask" (ask) needs a person: Unsure.',
      job: { status: 'NEEDS_HUMAN', error: 'Unsure.', worker: null },
      unblock: [
        { action: 'resolve-job', path: `/jobs/${String(told.job?.id)}/resolve`, who: ['operator'] },
        { action: 'retry-job', path: `/jobs/${String(told.job?.id)}/retry`, who: ['operator'] },
      ],
    });
  });

  it('waits for a delay to be over, and no longer than that', () => {
    const resting = graphStage([trigger(), delay('rest', 600)], ['start>rest']);
    expect(why([resting], [], 30)).toEqual({
      waits_for: 'timer',
      since: noonPlus(0),
      changes_at: noonPlus(600),
      moving: true,
      summary: `Node "rest" (rest) waits until ${noonPlus(600)}.`,
      unblock: [{ ...wait, message: 'It goes on by itself.' }],
      timer: { purpose: 'node_delay', node: 'rest', node_name: 'rest', due_at: noonPlus(600) },
      others: 0,
    });
    expect(why([resting], [], 601).summary).toContain('goes on at once');
  });

  it('waits for nobody where a graph is too large for one step', () => {
    const ids = Array.from({ length: 250 }, (_, index) => `n${String(index)}`);
    const large = graphStage(
      [trigger(), ...ids.map(noop)],
      ids.map((id) => `start>${id}`),
    );
    expect(why([large], [])).toMatchObject({
      waits_for: 'timer',
      moving: true,
      timer: { purpose: 'continue', node: null, due_at: noonPlus(0) },
      unblock: [wait],
    });
  });

  it('names of many things what keeps it longest, and counts the others', () => {
    const node = (told: ReturnType<typeof why>) => [told.waits_for, told.job?.node ?? told.timer?.node, told.others];
    expect(node(why([wide], []))).toEqual(['job', 'a', 2]);
    expect(node(why([wide], [takes(['a'], 5)]))).toEqual(['job', 'b', 2]);
    expect(node(why([wide], [takes(['a', 'b'], 5)]))).toEqual(['job', 'a', 2]);
    const retried = [takes(['a', 'b'], 5), fails('a', { retryAfterSeconds: 60 }, 6)];
    expect(node(why([wide], retried))).toEqual(['job', 'b', 2]);
    expect(node(why([wide], [...retried, needsHuman('b')]))).toEqual(['person', 'b', 2]);
    expect(node(why([wide], [takes(['a', 'b'], 5), completes('a'), completes('b')]))).toEqual(['timer', 'd', 0]);
  });

  it('waits for people’s own work before that of workers, and for a job that needs a person before both', () => {
    const mixed = { ...wide, milestones: { read: { title: 'Read', weight: 1 } } };
    expect(why([mixed], [])).toMatchObject({ waits_for: 'milestone', others: 3 });
    expect(why([mixed], [takes(['a'], 5), needsHuman('a')])).toMatchObject({ waits_for: 'person', others: 3 });
  });

  it('waits to be completed once its work is through, where it does not go on by itself', () => {
    const { advance: _by, ...manual } = asking;
    expect(why([manual], [takes(['ask'], 5), completes('ask', {}, 9)], 50)).toMatchObject({
      waits_for: 'command',
      since: noonPlus(9),
      summary: 'Stage "Work" is ready, and nobody has completed it.',
    });
  });
});

describe('a run that stands still', () => {
  it('waits to be unparked, and says who parked it and why', () => {
    expect(why([asking], [takes(['ask'], 5), parks(8)], 20)).toEqual({
      waits_for: 'unpark',
      since: noonPlus(8),
      changes_at: null,
      moving: false,
      summary:
        'The run was parked by founder ada: Later. A worker is still at a job; its result is kept, and what follows from it waits. Besides it, one other thing is open.',
      unblock: [
        {
          action: 'unpark',
          message: 'Unpark it, with a reason.',
          method: 'POST',
          path: '/pipeline/run-1/unpark',
          who: ['operator'],
        },
        {
          action: 'cancel',
          message: 'Or cancel it, with a reason.',
          method: 'POST',
          path: '/pipeline/run-1/cancel',
          who: ['operator'],
        },
      ],
      parked: { by: { actor_type: 'founder', actor_id: 'ada' }, reason: 'Later.', gate_id: null },
      others: 1,
    });
  });

  it('counts what became ready while it was parked', () => {
    const chain = graphStage([trigger(), agent('ask'), noop('then')], ['start>ask', 'ask>then']);
    const told = why([chain], [takes(['ask'], 5), parks(8), completes('ask', {}, 9)]);
    expect(told).toMatchObject({ waits_for: 'unpark', since: noonPlus(8), others: 1 });
    expect(told.summary).not.toContain('A worker is still at a job');
  });

  it('waits to be resumed after it failed, and says from which nodes', () => {
    const chain = graphStage([trigger(), agent('ask'), noop('then')], ['start>ask', 'ask>then']);
    expect(why([chain], [takes(['ask'], 5), fails('ask', { retryable: false }, 9)], 20)).toMatchObject({
      waits_for: 'resume',
      since: noonPlus(9),
      moving: false,
      summary: 'The run failed at ask in stage "Work"; resumed, 2 of its nodes run again.',
      broken: { attempt: 1, failed: ['ask'], rerun: ['ask', 'then'], rerun_count: 2 },
      unblock: [{ action: 'resume', path: '/pipeline/run-1/resume' }, { action: 'cancel' }],
      others: 0,
    });
  });

  it('waits to be resumed after its time was up', () => {
    expect(why([asking], [says('wake', {}, 3600)])).toMatchObject({
      waits_for: 'resume',
      since: noonPlus(3600),
      summary: 'The run ran out of time in stage "Work"; resumed, 1 of its nodes run again.',
      broken: { failed: [], rerun: ['ask'] },
    });
  });

  it('waits for nothing once it is over', () => {
    expect(why([asking], [takes(['ask'], 5), completes('ask', {}, 9)])).toMatchObject({
      waits_for: 'nothing',
      since: noonPlus(9),
      summary: 'The run is completed. It waits for nothing.',
      ended: { outcome: 'completed', by: { actor_type: 'system', actor_id: 'advance' } },
      unblock: [],
    });
    expect(why([asking], [says('cancel', { reason: 'Sold', outcome: 'sold' }, 7)])).toMatchObject({
      waits_for: 'nothing',
      since: noonPlus(7),
      summary: 'The run is cancelled as sold: Sold. It waits for nothing.',
      ended: { outcome: 'sold', reason: 'Sold', by: { actor_type: 'founder', actor_id: 'ada' } },
    });
  });
});
