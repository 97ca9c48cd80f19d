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

describe('conditions that would look through too much together', () => {
  it('fail the node whose output they are asked of, before any is asked', () => {
    const targets = Array.from({ length: 100 }, (_, index) => `n${String(index)}`);
    const stage = graphStage(
      [trigger(), agent('a'), ...targets.map((id) => noop(id))],
      ['start>a', ...targets.map((id) => `a>${id}: output.text != ""`)],
    );
    const few = played([stage], takes(['a']), completes('a', { text: 'x'.repeat(190_000) }));
    expect(few.state.status).toBe('completed');
    const many = played([stage], takes(['a']), completes('a', { text: 'x'.repeat(210_000) }));
    expect(eventOf(many, 'pipeline_node.failed', 'a').detail.error).toMatchObject({
      code: 'condition-failed',
      message: expect.stringMatching(/^100 edges with conditions leave it/) as unknown,
    });
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
