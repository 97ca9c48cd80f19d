import { describe, expect, it } from '@jest/globals';
import {
  afterMoves,
  agent,
  cancels,
  cancelsJob,
  completes,
  delay,
  eventOf,
  fails,
  graphStage,
  loses,
  needsHuman,
  noonPlus,
  noop,
  parks,
  played,
  resolves,
  resumes,
  retries,
  statuses,
  storyOf,
  takes,
  trigger,
  unparks,
  wakes,
} from '../../test/support/graph-story.js';

const one = graphStage([trigger(), agent('a'), noop('after')], ['start>a', 'a>after']);
const limited = graphStage([trigger(), agent('a', { timeout_seconds: 20 }), noop('after')], ['start>a', 'a>after']);

describe('the time limit of a node', () => {
  it('begins with its first attempt and ends its job', () => {
    expect(eventOf(played([limited], takes(['a'], 100)), 'pipeline_node.started', 'a').detail.times_out_at).toBe(
      noonPlus(120),
    );
    afterMoves([limited], takes(['a'], 100))
      .when(wakes(119))
      .thenNothing();
    const run = played([limited], takes(['a'], 100), loses('a'), takes(['a'], 110), wakes(120));
    expect(storyOf(run, 'a').slice(-2)).toEqual(['job.canceled', 'node.failed']);
    expect(eventOf(run, 'pipeline_node.failed').detail.error).toEqual({
      code: 'timeout',
      message: 'It took longer than 20 seconds.',
    });
    afterMoves([limited], takes(['a'], 100), wakes(120))
      .when(completes('a'))
      .thenRejects('lease-lost');
  });
});

describe('the time limit of a graph', () => {
  const three = graphStage([trigger(), agent('a'), delay('d', 9000), agent('q')], ['start>a', 'start>d', 'start>q']);

  it('ends the run and all that is live', () => {
    afterMoves([three], takes(['a']))
      .when(wakes(3599))
      .thenNothing();
    const run = played([three], takes(['a']), wakes(3600));
    expect(run.state.status).toBe('timeout');
    expect(eventOf(run, 'pipeline_run.timeout').detail).toEqual({
      stage: 'work',
      attempt: 1,
      times_out_at: noonPlus(3600),
    });
    expect(statuses(run)).toEqual({ start: 'completed', a: 'cancelled', d: 'cancelled', q: 'cancelled' });
    expect(storyOf(run, 'a').slice(-2)).toEqual(['job.canceled', 'node.cancelled']);
    expect(eventOf(run, 'pipeline_node.cancelled', 'd').reason).toBe('The run is out of time.');
  });
});

describe('cancelling a run', () => {
  it('reaches what is queued, what runs, what waits for a person and what waits for a time', () => {
    const ids = ['queued', 'running', 'asking'];
    const stage = graphStage(
      [trigger(), ...ids.map((id) => agent(id)), delay('d', 60)],
      [...ids, 'd'].map((id) => `start>${id}`),
    );
    const run = played([stage], takes(['running', 'asking']), needsHuman('asking'), cancels());
    expect(statuses(run)).toEqual({
      start: 'completed',
      queued: 'cancelled',
      running: 'cancelled',
      asking: 'cancelled',
      d: 'cancelled',
    });
    const froms = run.events.flatMap((event) => (event.type === 'job.canceled' ? [event.detail.from] : []));
    expect(froms).toEqual(['QUEUED', 'RUNNING', 'NEEDS_HUMAN']);
    const over = afterMoves([stage], takes(['running']), cancels());
    over.when(completes('running')).thenRejects('lease-lost');
    over.when(takes(['queued'])).thenNothing();
    over.when(wakes(9999)).thenNothing();
    over.when(retries('queued')).thenRejects('job-closed');
  });

  it('reaches a parked run, and one that failed', () => {
    expect(statuses(played([one], takes(['a']), parks(), cancels()))).toMatchObject({ a: 'cancelled' });
    expect(played([one], takes(['a']), fails('a', { retryable: false }), cancels()).state.status).toBe('cancelled');
  });
});

describe('a parked run', () => {
  it('takes in what its running jobs say, and begins nothing', () => {
    const run = played([one], takes(['a']), parks(), completes('a', { pages: 3 }));
    expect(statuses(run)).toMatchObject({ a: 'completed', after: 'pending' });
    expect(run.state.status).toBe('parked');
    const failing = played([one], takes(['a']), parks(), fails('a'));
    expect(storyOf(failing, 'a').slice(-2)).toEqual(['job.retry_scheduled', 'node.retrying']);
    expect(storyOf(played([one], takes(['a']), parks(), loses('a')), 'a').at(-1)).toBe('job.lease_lost');
  });

  it('is left alone by workers, timers and people', () => {
    const run = afterMoves([one], takes(['a']), needsHuman('a'), parks());
    run.when(retries('a')).thenRejects('run-parked');
    run.when(resolves('a', 'failed')).thenRejects('run-parked');
    run.when(cancelsJob('a')).thenRejects('run-parked');
    run.when(resumes()).thenRejects('run-parked');
    afterMoves([one], parks())
      .when(takes(['a']))
      .thenNothing();
    afterMoves([limited], takes(['a']), parks())
      .when(wakes(9999))
      .thenNothing();
  });

  it('goes on when it is unparked', () => {
    const run = played([one], takes(['a']), parks(), completes('a'), unparks());
    expect(run.state.status).toBe('completed');
    expect(eventOf(run, 'stage.completed').detail.trigger).toBe('run_unparked');
    const failed = played([one], takes(['a']), parks(), fails('a', { retryable: false }), unparks());
    expect(failed.state.status).toBe('failed');
  });

  it('fires what was due once on its return', () => {
    const waiting = graphStage([trigger(), delay('d', 60), agent('a')], ['start>d', 'd>a']);
    const run = played([waiting], parks(), wakes(60), unparks(90), wakes(90), wakes(91));
    expect(storyOf(run, 'd')).toEqual(['node.started', 'node.waiting', 'node.completed']);
  });
});
