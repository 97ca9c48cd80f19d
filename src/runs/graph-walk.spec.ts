import { describe, expect, it } from '@jest/globals';
import {
  afterMoves,
  agent,
  completes,
  condition,
  delay,
  emit,
  eventOf,
  fails,
  graphStage,
  http,
  noonPlus,
  noop,
  parallel,
  played,
  set,
  statuses,
  storyOf,
  takes,
  trigger,
  wakes,
} from '../../test/support/graph-story.js';

describe('a graph that needs no worker', () => {
  const stage = graphStage(
    [
      trigger(),
      set('size', { score: 'input.idea.size() * 10' }),
      condition('large', 'output.score > 40'),
      noop('celebrate'),
      noop('mourn'),
      emit('tell', { verdict: '"large"', score: 'nodes.size.output.score' }),
    ],
    [
      'start>size',
      'size>large',
      'large>celebrate: output.result',
      'large>mourn: !output.result',
      'celebrate>tell',
      'mourn>tell',
    ],
  );

  it('is through in the command that starts its stage, and its run with it', () => {
    const run = played([stage]);
    expect(run.state.status).toBe('completed');
    expect(statuses(run)).toEqual({
      start: 'completed',
      size: 'completed',
      large: 'completed',
      celebrate: 'completed',
      mourn: 'skipped',
      tell: 'completed',
    });
    expect(run.state.facts).toEqual({ verdict: 'large', score: 50 });
    expect(eventOf(run, 'facts.recorded').detail.trigger).toBe('node:tell');
  });

  it('tells why each node ran or did not', () => {
    const run = played([stage]);
    expect(eventOf(run, 'pipeline_node.skipped', 'mourn').detail).toEqual({
      stage: 'work',
      node: 'mourn',
      node_type: 'action',
      attempt: 1,
      skip_reason: { code: 'no-edge-taken', message: 'No edge that leads to it was taken.' },
      because: [{ edge: 'large>mourn', from: 'large', resolution: 'not_taken' }],
      edges: [{ edge: 'mourn>tell', to: 'tell', resolution: 'dead' }],
    });
    expect(eventOf(run, 'pipeline_node.started', 'tell').detail.because).toEqual([
      { edge: 'celebrate>tell', from: 'celebrate', resolution: 'taken' },
      { edge: 'mourn>tell', from: 'mourn', resolution: 'dead' },
    ]);
    expect(eventOf(run, 'pipeline_node.completed', 'large').detail).toMatchObject({
      output: { result: true },
      duration_ms: 0,
      retry_count: 0,
      edges: [
        { edge: 'large>celebrate', to: 'celebrate', resolution: 'taken' },
        { edge: 'large>mourn', to: 'mourn', resolution: 'not_taken' },
      ],
    });
  });

  it('is the act of the system, and so is what the stage does by itself', () => {
    const { events } = played([stage]);
    const actors = events.map(({ type, by }) => [type.split('.')[0], by?.id]);
    expect(actors.filter(([kind]) => kind === 'pipeline_node').every(([, by]) => by === 'graph')).toBe(true);
    expect(events.filter(({ by }) => by === undefined).map(({ type }) => type)).toEqual([
      'pipeline_run.started',
      'stage.entered',
      'stage.started',
    ]);
    const { by, detail } = eventOf({ events }, 'stage.completed');
    expect([by, detail.trigger]).toEqual([{ type: 'system', id: 'advance' }, 'stage_started']);
  });
});

describe('what reaches a node', () => {
  const outputOf = (run: ReturnType<typeof played>, id: string) =>
    eventOf(run, 'pipeline_node.completed', id).detail.output;

  it('is the input of the run for what follows a trigger', () => {
    expect(outputOf(played([graphStage([trigger(), noop('a')], ['start>a'])]), 'a')).toEqual({ idea: 'boats' });
  });

  it('is the one output that came, or all of them by their node', () => {
    const stage = graphStage(
      [trigger(), set('one', { n: '1.0' }), set('two', { n: '2.0' }), parallel('both'), noop('only')],
      ['start>one', 'start>two', 'one>both', 'two>both', 'one>only', 'two>only: output.n > 5'],
    );
    const run = played([stage]);
    expect(outputOf(run, 'both')).toEqual({ one: { n: 1 }, two: { n: 2 } });
    expect(outputOf(run, 'only')).toEqual({ n: 1 });
  });

  it('comes once over two edges between the same two nodes', () => {
    const run = played([graphStage([trigger(), noop('a')], ['start>a', 'start>a', 'start>a: false'])]);
    expect(outputOf(run, 'a')).toEqual({ idea: 'boats' });
    expect(
      eventOf(run, 'pipeline_node.started', 'a').detail.because.map(({ edge, resolution }) => [edge, resolution]),
    ).toEqual([
      ['start>a', 'taken'],
      ['start>a#2', 'taken'],
      ['start>a#3', 'not_taken'],
    ]);
  });

  it('is given to its worker with its config', () => {
    const run = played([graphStage([trigger(), agent('write'), http('call')], ['start>write', 'start>call'])]);
    expect(eventOf(run, 'job.queued', 'write').detail).toEqual({
      job_id: '018f0000-0000-7000-8000-000000000000',
      handler: 'scribe',
      payload: {
        run_id: 'run-1',
        stage: 'work',
        node: 'write',
        config: { agent_id: 'scribe', task: 'write' },
        input: { start: { idea: 'boats' } },
      },
      max_attempts: 4,
      backoff: { base_seconds: 1, max_seconds: 60 },
      run_at: null,
      idempotency_key: 'run-1/work/write/1',
      on_exhausted: 'needs_human',
      stage: 'work',
      node: 'write',
    });
    const { job_id, handler } = eventOf(run, 'job.queued', 'call').detail;
    expect([job_id, handler]).toEqual(['018f0000-0000-7000-8000-000000000001', 'action:http']);
  });
});

describe('several triggers', () => {
  it('each begin, and a join waits for all of them', () => {
    const stage = graphStage(
      [trigger('one'), trigger('two'), agent('a'), noop('join')],
      ['one>a', 'a>join', 'two>join'],
    );
    const waiting = played([stage]);
    expect(statuses(waiting)).toEqual({ one: 'completed', two: 'completed', a: 'scheduled', join: 'pending' });
    expect(statuses(played([stage], takes(['a']), completes('a')))).toMatchObject({ join: 'completed' });
  });
});

describe('a join', () => {
  const nodes = [
    trigger(),
    condition('left', 'input.idea == "boats"'),
    condition('right', 'true'),
    noop('a'),
    noop('b'),
    noop('join'),
    noop('after'),
  ];
  const joined = (...more: readonly string[]) =>
    statuses(played([graphStage(nodes, ['start>left', 'start>right', 'a>join', 'b>join', 'join>after', ...more])]));

  it('runs when one branch came and the others are dead', () => {
    expect(joined('left>a: output.result', 'right>b: !output.result')).toMatchObject({
      a: 'completed',
      b: 'skipped',
      join: 'completed',
      after: 'completed',
    });
  });

  it('is skipped with all that follows when no branch came', () => {
    expect(joined('left>a: !output.result', 'right>b: !output.result')).toMatchObject({
      a: 'skipped',
      b: 'skipped',
      join: 'skipped',
      after: 'skipped',
    });
  });

  it('is skipped because of a failure before it, however far, also where another branch came', () => {
    const run = played([
      graphStage(nodes, [
        'start>left',
        'start>right',
        'a>join',
        'b>join',
        'join>after',
        'left>a: output.missing',
        'right>b',
      ]),
    ]);
    expect(statuses(run)).toMatchObject({
      left: 'failed',
      a: 'skipped',
      b: 'completed',
      join: 'skipped',
      after: 'skipped',
    });
    const reasons = ['a', 'join', 'after'].map(
      (id) => eventOf(run, 'pipeline_node.skipped', id).detail.skip_reason.code,
    );
    expect(reasons).toEqual(['upstream-failed', 'upstream-failed', 'upstream-failed']);
  });
});

describe('a delay', () => {
  const stage = (seconds: number) => graphStage([trigger(), delay('d', seconds), noop('n')], ['start>d', 'd>n']);

  it('of nothing is over at once', () => {
    expect(storyOf(played([stage(0)]), 'd')).toEqual(['node.started', 'node.completed']);
  });

  it('waits for its time and hands on what reached it', () => {
    const waiting = played([stage(90)]);
    expect(eventOf(waiting, 'pipeline_node.waiting', 'd').detail).toMatchObject({ for: 'timer', due_at: noonPlus(90) });
    afterMoves([stage(90)])
      .when(wakes(89))
      .thenNothing();
    const run = played([stage(90)], wakes(100));
    expect(eventOf(run, 'pipeline_node.completed', 'd').detail).toMatchObject({
      output: { idea: 'boats' },
      duration_ms: 100_000,
    });
    expect(eventOf(run, 'stage.completed').detail.trigger).toBe('node_finished');
  });

  it('is over once', () => {
    const twice = graphStage([trigger(), delay('d', 90), agent('a')], ['start>d', 'd>a']);
    afterMoves([twice], wakes(90)).when(wakes(91)).thenNothing();
  });
});

describe('a branch that fails', () => {
  const stage = graphStage(
    [trigger(), agent('bad'), agent('good'), noop('after')],
    ['start>bad', 'start>good', 'good>after'],
  );

  it('leaves the others to go on, and the run fails when they are through', () => {
    const half = played([stage], takes(['bad', 'good']), fails('bad', { retryable: false }));
    expect(half.state.status).toBe('running');
    const run = played([stage], takes(['bad', 'good']), fails('bad', { retryable: false }), completes('good'));
    expect(statuses(run)).toMatchObject({ bad: 'failed', good: 'completed', after: 'completed' });
    expect(eventOf(run, 'pipeline_run.failed')).toEqual({
      type: 'pipeline_run.failed',
      detail: { stage: 'work', attempt: 1, nodes: ['bad'] },
      by: { type: 'system', id: 'graph' },
    });
  });
});
