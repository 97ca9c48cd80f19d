import { describe, expect, it } from '@jest/globals';
import {
  afterMoves,
  agent,
  cancelsJob,
  completes,
  eventOf,
  fails,
  graphStage,
  loses,
  needsHuman,
  noonPlus,
  noop,
  played,
  resolves,
  retries,
  says,
  statuses,
  storyOf,
  takes,
  trigger,
  wakes,
  type Move,
} from '../../test/support/graph-story.js';

const one = graphStage([trigger(), agent('a'), noop('after')], ['start>a', 'a>after']);
const times = <Each>(count: number, each: readonly Each[]): readonly Each[] =>
  Array.from({ length: count }, () => each).flat();
const tried = (count: number): readonly Move[] => times(count, [takes(['a'], 3600), fails('a', {}, 0)]);
const untimed = (stage: ReturnType<typeof graphStage>, more = {}) =>
  graphStage(stage.graph?.nodes ?? [], ['start>a', 'a>after'], { graph: { timeout_seconds: 1_000_000, ...more } });

describe('the job of a node', () => {
  it('is taken, done, and its node with it; what follows goes on by itself', () => {
    const run = played([one], takes(['a']), completes('a', { pages: 3 }, 5));
    expect(storyOf(run, 'a')).toEqual([
      'node.scheduled',
      'job.queued',
      'job.started',
      'node.started',
      'job.succeeded',
      'node.completed',
    ]);
    expect(eventOf(run, 'pipeline_node.completed', 'a').detail).toMatchObject({
      output: { pages: 3 },
      duration_ms: 5000,
    });
    expect(eventOf(run, 'stage.completed').detail.trigger).toBe('job_finished');
    expect(run.state.status).toBe('completed');
  });

  it('is the act of its worker, and so is the end of its node; what follows is the system’s', () => {
    const { events } = played([one], takes(['a']), completes('a'));
    const own = events.slice(events.findIndex(({ type }) => type === 'job.started'));
    expect(own.map(({ type, by }) => `${type} ${by?.id ?? 'caller'}`)).toEqual([
      'job.started caller',
      'pipeline_node.started caller',
      'job.succeeded caller',
      'pipeline_node.completed caller',
      'pipeline_node.started graph',
      'pipeline_node.completed graph',
      'stage.completed advance',
      'pipeline_run.completed advance',
    ]);
  });

  it('is taken by one worker; who comes later is left out', () => {
    const two = graphStage([trigger(), agent('a'), agent('b')], ['start>a', 'start>b']);
    const again = takes(['a', 'b', 'start']);
    afterMoves([two], takes(['a']))
      .when(again)
      .thenTypes('job.started', 'pipeline_node.started');
    afterMoves([two], takes(['a', 'b']))
      .when(again)
      .thenNothing();
  });

  it('completed twice alike is one; otherwise the lease is lost', () => {
    const done = afterMoves([one], takes(['a']), completes('a', { pages: 3 }));
    done.when(completes('a', { pages: 3 })).thenNothing();
    done.when(completes('a', { pages: 4 })).thenRejects('lease-lost');
    done.when(fails('a')).thenRejects('lease-lost');
  });

  it('runs again after a pause that doubles, spread by chance, up to its most', () => {
    const pauses = [1, 2, 3].map((count) => {
      const { next_run_at } = played([untimed(one)], ...tried(count)).events.flatMap((event) =>
        event.type === 'job.retry_scheduled' ? [event.detail] : [],
      )[count - 1] ?? { next_run_at: '' };
      return next_run_at;
    });
    expect(pauses).toEqual([noonPlus(0.5), noonPlus(1), noonPlus(2)]);
    const capped = played([untimed(one, { retry_backoff_base: 50, retry_backoff_max: 60 })], ...tried(2));
    expect(capped.events.findLast(({ type }) => type === 'job.retry_scheduled')?.detail).toMatchObject({
      next_run_at: noonPlus(30),
    });
  });

  it('is not taken before its pause is over', () => {
    const run = afterMoves([one], takes(['a']), fails('a'));
    run.when(takes(['a'], 0.4)).thenNothing();
    run.when(takes(['a'], 0.5)).then({
      type: 'job.started',
      detail: { ...jobOf(run), attempt: 2, worker_id: 'w-1', lease_seconds: 30, lease_expires_at: noonPlus(30) },
    });
  });

  it('obeys the pause that the other side asked for', () => {
    const run = played([one], takes(['a']), fails('a', { retryAfterSeconds: 600 }));
    expect(eventOf(run, 'job.retry_scheduled').detail.next_run_at).toBe(noonPlus(600));
    expect(eventOf(run, 'pipeline_node.retrying').detail).toMatchObject({
      retry_count: 1,
      error: 'It broke.',
      next_run_at: noonPlus(600),
    });
  });

  it('fails at once where another attempt would fail too', () => {
    const run = played([one], takes(['a']), fails('a', { retryable: false }));
    expect(storyOf(run, 'a').slice(-2)).toEqual(['job.failed', 'node.failed']);
    expect(eventOf(run, 'pipeline_node.failed').detail.error).toEqual({ code: 'job-failed', message: 'It broke.' });
    expect(run.state.status).toBe('failed');
  });

  it('needs a person when its retries are used up', () => {
    const run = played([untimed(one)], ...tried(4));
    expect(storyOf(run, 'a').slice(-2)).toEqual(['job.needs_human', 'node.waiting']);
    expect(eventOf(run, 'pipeline_node.waiting').detail).toMatchObject({ for: 'human', message: 'It broke.' });
    expect(run.state.status).toBe('running');
  });

  it('fails then, where its node says so', () => {
    const failing = graphStage([trigger(), agent('a', { on_exhausted: 'fail' })], ['start>a'], {
      graph: { max_retries_per_node: 0, timeout_seconds: 100_000 },
    });
    const run = played([failing], takes(['a']), fails('a'));
    expect(statuses(run)).toMatchObject({ a: 'failed' });
  });

  it('spends no retry on a lost lease, and needs a person after 20', () => {
    const lost = [takes(['a']), loses('a')];
    const nineteen = played([one], ...times(19, lost));
    expect(storyOf(nineteen, 'a').slice(-2)).toEqual(['job.started', 'job.lease_lost']);
    expect(storyOf(nineteen, 'a').filter((type) => type === 'node.started')).toHaveLength(1);
    const twenty = played([one], ...times(20, lost));
    expect(storyOf(twenty, 'a').slice(-3)).toEqual(['job.lease_lost', 'job.needs_human', 'node.waiting']);
    const again = played([one], ...times(20, lost), retries('a'), ...lost);
    expect(storyOf(again, 'a').slice(-4)).toEqual([
      'job.retry_scheduled',
      'node.retrying',
      'job.started',
      'job.lease_lost',
    ]);
  });

  it('is not lost twice, nor by whoever looks late', () => {
    const lost = afterMoves([one], takes(['a']), loses('a'));
    lost.when(loses('a')).thenNothing();
    const data = { stage: 'work', node: 'a', jobId: 'of-another-attempt', attempt: 1 };
    lost.when(says('lose_lease', data)).thenNothing();
    lost.when(says('complete_job', { ...data, output: {} })).thenRejects('lease-lost');
    lost.when(says('cancel_job', { ...data, reason: 'No.' })).thenRejects('job-closed');
  });
});

describe('a node with a time limit whose job needs a person', () => {
  const limited = graphStage([trigger(), agent('a', { timeout_seconds: 60 })], ['start>a'], {
    graph: { max_retries_per_node: 0, timeout_seconds: 100_000 },
  });
  const waiting = [takes(['a']), fails('a', {}, 1)];

  it('has none meanwhile', () => {
    expect(statuses(played([limited], ...waiting, wakes(1000)))).toMatchObject({ a: 'waiting' });
  });

  it('has it anew when it runs again', () => {
    const again = [...waiting, retries('a', undefined, 1000), takes(['a'], 1001)];
    const run = played([limited], ...again);
    expect(eventOf(run, 'pipeline_node.retrying', 'a').detail.times_out_at).toBe(noonPlus(1060));
    expect(statuses(played([limited], ...again, wakes(1059)))).toMatchObject({ a: 'running' });
    expect(statuses(played([limited], ...again, wakes(1060)))).toMatchObject({ a: 'failed' });
  });
});

describe('a person', () => {
  const asked = [takes(['a']), needsHuman('a')];

  it('is asked for by a handler', () => {
    expect(eventOf(played([one], ...asked), 'pipeline_node.waiting').detail).toMatchObject({
      for: 'human',
      message: 'Unsure.',
    });
  });

  it('has it run again, on another payload', () => {
    const run = played([one], ...asked, retries('a', { task: 'simpler' }, 60));
    expect(eventOf(run, 'job.retry_scheduled').detail).toMatchObject({
      from: 'NEEDS_HUMAN',
      next_run_at: noonPlus(60),
      payload: { task: 'simpler' },
    });
    expect(eventOf(run, 'pipeline_node.retrying').detail).toMatchObject({ retry_count: 1, error: 'Try this.' });
    const on = afterMoves([one], ...asked, retries('a', { task: 'simpler' }));
    on.when(retries('a', { task: 'simpler' }, 1)).thenNothing();
    on.when(retries('a', undefined, 1)).thenNothing();
    on.when(retries('a', { task: 'simplest' }, 1)).thenTypes('job.retry_scheduled');
    expect(statuses(played([one], ...asked, retries('a'), takes(['a']), completes('a')))).toMatchObject({
      after: 'completed',
    });
  });

  it('hurries on a job that waits, which is no retry of its node', () => {
    const waiting = afterMoves([one], takes(['a']), fails('a', { retryAfterSeconds: 600 }));
    waiting.when(retries('a', undefined, 1)).thenTypes('job.retry_scheduled');
    afterMoves([one]).when(retries('a')).thenNothing();
    const changed = played([one], retries('a', { task: 'other' }), takes(['a']));
    expect(storyOf(changed, 'a').slice(-3)).toEqual(['job.retry_scheduled', 'job.started', 'node.started']);
  });

  it('says that it succeeded, and the graph goes on', () => {
    const run = played([one], ...asked, resolves('a', 'succeeded', { by: 'hand' }));
    expect(statuses(run)).toMatchObject({ a: 'completed', after: 'completed' });
    expect(eventOf(run, 'job.succeeded')).toMatchObject({
      reason: 'I looked.',
      detail: { from: 'NEEDS_HUMAN', output: { by: 'hand' } },
    });
  });

  it.each([
    ['failed', 'job-failed'],
    ['canceled', 'job-canceled'],
  ] as const)('says that it %s, and its node fails', (outcome, code) => {
    const run = played([one], ...asked, resolves('a', outcome));
    expect(eventOf(run, 'pipeline_node.failed').detail.error).toEqual({ code, message: 'I looked.' });
    expect(statuses(run)).toMatchObject({ after: 'skipped' });
  });

  it('does not resolve what needs nobody', () => {
    const legal = { from: 'RUNNING', to: 'SUCCESS', legal: ['NEEDS_HUMAN'] };
    afterMoves([one], takes(['a']))
      .when(resolves('a', 'succeeded'))
      .thenRejects('illegal-transition', legal);
    afterMoves([one], takes(['a']))
      .when(retries('a'))
      .thenRejects('illegal-transition');
    afterMoves([one], takes(['a']), completes('a'))
      .when(retries('a'))
      .thenRejects('job-closed');
  });

  it('cancels a job in any state that is not its end', () => {
    for (const moves of [[], [takes(['a'])], asked]) {
      const run = played([one], ...moves, cancelsJob('a'));
      expect(eventOf(run, 'pipeline_node.failed').detail.error).toEqual({
        code: 'job-canceled',
        message: 'Not needed.',
      });
      expect(run.state.status).toBe('failed');
    }
    afterMoves([one], takes(['a']), completes('a'))
      .when(cancelsJob('a'))
      .thenRejects('job-closed');
  });
});

function jobOf({ events }: ReturnType<typeof played>) {
  const { job_id, stage, node } = eventOf({ events }, 'job.queued').detail;
  return { job_id, stage, node };
}
