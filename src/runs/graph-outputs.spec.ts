import { describe, expect, it } from '@jest/globals';
import {
  afterMoves,
  agent,
  completes,
  condition,
  emit,
  eventOf,
  graphStage,
  noop,
  played,
  set,
  statuses,
  storyOf,
  takes,
  trigger,
  wakes,
} from '../../test/support/graph-story.js';

describe('an expression that cannot be evaluated', () => {
  it('fails the source of its edge, and the message names the edge', () => {
    const run = played([graphStage([trigger(), set('s', { a: '1.0' }), noop('n')], ['start>s', 's>n: output.b > 1'])]);
    const { error, edges } = eventOf(run, 'pipeline_node.failed', 's').detail;
    expect(error.code).toBe('condition-failed');
    expect(error.message).toMatch(/^The condition of edge s>n: .*b/);
    expect(edges).toEqual([{ edge: 's>n', to: 'n', resolution: 'dead' }]);
  });

  it('fails a worker’s node after its job succeeded', () => {
    const run = played(
      [graphStage([trigger(), agent('a'), noop('n')], ['start>a', 'a>n: output.b > 1'])],
      takes(['a']),
      completes('a', { c: 1 }),
    );
    expect(storyOf(run, 'a').slice(-2)).toEqual(['job.succeeded', 'node.failed']);
    expect(run.state.status).toBe('failed');
  });

  it.each([
    [condition('x', 'output.missing'), 'condition-failed'],
    [set('x', { good: '1', bad: 'output.missing' }), 'expression-failed'],
    [emit('x', { bad: 'facts.missing' }), 'expression-failed'],
  ] as const)('fails the node it is the config of', (node, code) => {
    const run = played([graphStage([trigger(), node], ['start>x'])]);
    expect(eventOf(run, 'pipeline_node.failed', 'x').detail.error.code).toBe(code);
    expect(run.state.facts).toEqual({});
    expect(run.state.status).toBe('failed');
  });
});

describe('expressions that take too many steps together', () => {
  const texts = { a: 'x'.repeat(60_000), b: 'x'.repeat(60_000) };
  const costly = 'output.a == output.b'; // A step for 16 characters.
  const outcomeOf = (...args: Parameters<typeof graphStage>) =>
    played([graphStage(...args)], takes(['a']), completes('a', texts));

  it('on the edges of one node fail it, and say what to do', () => {
    const run = (count: number) => {
      const targets = Array.from({ length: count }, (_, index) => `n${String(index)}`);
      const edges = targets.map((id) => `a>${id}: ${costly}`);
      return outcomeOf([trigger(), agent('a'), ...targets.map((id) => noop(id))], ['start>a', ...edges]);
    };
    expect(statuses(run(50))['a']).toBe('completed');
    expect(eventOf(run(60), 'pipeline_node.failed', 'a').detail.error).toEqual({
      code: 'too-costly',
      message:
        'The condition of edge a>n53: It takes more than 200000 steps, with what is asked beside it. Ask less at once, or of shorter texts and lists.',
    });
  });

  it('in the config of one node fail it', () => {
    const values = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`v${String(index)}`, costly]));
    const run = outcomeOf([trigger(), agent('a'), set('s', values)], ['start>a', 'a>s']);
    expect(eventOf(run, 'pipeline_node.failed', 's').detail.error.code).toBe('too-costly');
    const judged = outcomeOf(
      [trigger(), agent('a'), condition('c', Array(30).fill(costly).join('&&')), condition('d', 'output.a != ""')],
      ['start>a', 'a>c', 'a>d'],
    );
    expect(statuses(judged)).toMatchObject({ c: 'completed', d: 'completed' });
  });

  it('of different nodes are not counted together', () => {
    const ids = Array.from({ length: 8 }, (_, index) => `c${String(index)}`);
    const nodes = ids.map((id) => condition(id, Array(30).fill(costly).join('&&')));
    const run = played(
      [graphStage([trigger(), agent('a'), ...nodes], ['start>a', ...ids.map((id) => `a>${id}`)])],
      ...[takes(['a']), completes('a', texts), wakes(1), wakes(2), wakes(3)],
    );
    expect(run.state.status).toBe('completed');
  });
});

describe('what a node makes', () => {
  const large = 'x'.repeat(262_144);

  it('may be named as what every object inherits', () => {
    const run = played([graphStage([trigger(), set('s', { constructor: '1.0', ['__proto__']: '2.0' })], ['start>s'])]);
    const { output } = eventOf(run, 'pipeline_node.completed', 's').detail;
    expect(Object.entries(output as object)).toContainEqual(['constructor', 1]);
  });

  it('is refused where it is too large, naming the node; nothing is changed', () => {
    const stage = graphStage([trigger(), agent('a')], ['start>a']);
    const refused = { node: 'a', length: 262_146, limit: 262_144 };
    afterMoves([stage], takes(['a']))
      .when(completes('a', large))
      .thenRejects('output-too-large', refused);
  });

  it('fails the node that makes the outputs of the graph too many', () => {
    const ids = Array.from({ length: 129 }, (_, n) => `a${String(n)}`);
    const stage = graphStage(
      [trigger(), ...ids.map((id) => agent(id))],
      ids.map((id) => `start>${id}`),
    );
    const half = large.slice(2);
    const run = played([stage], takes(ids), ...ids.map((id) => completes(id, half)));
    const last = Object.values(statuses(run)).filter((status) => status === 'failed').length;
    expect(last).toBe(2);
    expect(eventOf(run, 'pipeline_node.failed', 'a128').detail.error.code).toBe('output-too-large');
  });

  it('fails a node that makes more facts than a run keeps', () => {
    const stage = graphStage([trigger(), agent('a'), emit('tell', { all: 'output.text' })], ['start>a', 'a>tell']);
    const run = played([stage], takes(['a']), completes('a', { text: 'x'.repeat(65_536) }));
    expect(eventOf(run, 'pipeline_node.failed', 'tell').detail.error).toEqual({
      code: 'facts-refused',
      message: 'A run keeps 65536 characters of facts, as JSON.',
    });
    expect(run.events.some(({ type }) => type === 'facts.recorded')).toBe(false);
  });

  it('fails a node that more reaches than a job may be given', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const edges = ids.flatMap((id) => [`start>${id}`, `${id}>last`]);
    const stage = graphStage([trigger(), ...ids.map((id) => agent(id)), agent('last')], edges);
    const run = played([stage], takes(ids), ...ids.map((id) => completes(id, large.slice(2))));
    expect(storyOf(run, 'last')).toEqual(['node.started', 'node.failed']);
    expect(eventOf(run, 'pipeline_node.failed', 'last').detail.error.code).toBe('input-too-large');
  });
});
