import { describe, expect, it } from '@jest/globals';
import {
  afterMoves,
  agent,
  cancels,
  completes,
  eventOf,
  fails,
  graphStage,
  loses,
  needsHuman,
  noonPlus,
  parks,
  played,
  resolves,
  resumes,
  retries,
  takes,
  trigger,
  unparks,
  wakes,
} from '../../test/support/graph-story.js';

describe('the time limit of a graph', () => {
  const stage = graphStage([trigger(), agent('a'), agent('b')], ['start>a', 'start>b'], {
    graph: { timeout_seconds: 100, max_retries_per_node: 0 },
  });
  const asked = [takes(['a', 'b']), needsHuman('a', 40)];
  const statusAfter = (...moves: Parameters<typeof played>[1][]) => played([stage], ...moves).state.status;

  it('ends what has not ended by then', () => {
    expect(statusAfter(takes(['a', 'b']), wakes(99))).toBe('running');
    expect(statusAfter(takes(['a', 'b']), wakes(100))).toBe('timeout');
  });

  it('stands still while a person is asked, for days if need be', () => {
    expect(statusAfter(...asked, wakes(100), wakes(500_000))).toBe('running');
    expect(eventOf(played([stage], ...asked), 'pipeline_node.waiting').detail.since).toBe(noonPlus(40));
  });

  it('stands still where the attempts of a job are used up', () => {
    expect(statusAfter(takes(['a', 'b']), fails('a', {}, 40), wakes(200))).toBe('running');
  });

  it.each([
    ['has it run again', retries('a', undefined, 1040), 'pipeline_node.retrying'],
    ['says that it succeeded', resolves('a', 'succeeded', {}, 1040), 'pipeline_node.completed'],
    ['says that it failed', resolves('a', 'failed', undefined, 1040), 'pipeline_node.failed'],
  ] as const)('goes on with what was left when a person %s', (_how, answer, type) => {
    const run = played([stage], ...asked, wakes(900), answer);
    expect(eventOf(run, type, 'a').detail.graph_times_out_at).toBe(noonPlus(1100));
    expect(statusAfter(...asked, wakes(900), answer, wakes(1099))).toBe('running');
    expect(statusAfter(...asked, wakes(900), answer, wakes(1100))).toBe('timeout');
  });

  it('stands still until nobody is asked any more', () => {
    const both = [...asked, needsHuman('b', 50), retries('a', undefined, 100)];
    const run = played([stage], ...both);
    expect(eventOf(run, 'pipeline_node.retrying', 'a').detail).not.toHaveProperty('graph_times_out_at');
    expect(statusAfter(...both, wakes(1000))).toBe('running');
    expect(statusAfter(...both, retries('b', undefined, 1000), wakes(1059))).toBe('running');
    expect(statusAfter(...both, retries('b', undefined, 1000), wakes(1060))).toBe('timeout');
  });

  it('stands still again when somebody is asked again', () => {
    const again = [...asked, retries('a', undefined, 60), takes(['a'], 60), needsHuman('a', 100)];
    expect(statusAfter(...again, wakes(1000))).toBe('running');
    expect(statusAfter(...again, retries('a', undefined, 1000), wakes(1019))).toBe('running');
    expect(statusAfter(...again, retries('a', undefined, 1000), wakes(1020))).toBe('timeout');
  });

  it('is kept by what other nodes do meanwhile, and while the run is parked', () => {
    const more = [...asked, loses('b'), takes(['b'], 50), parks(60), completes('b', {}, 70), unparks(80)];
    expect(statusAfter(...more, wakes(5000))).toBe('running');
    expect(statusAfter(...more, retries('a', undefined, 140), wakes(199))).toBe('running');
    expect(statusAfter(...more, retries('a', undefined, 140), wakes(200))).toBe('timeout');
  });

  it('is a new one for a further attempt', () => {
    const failed = [...asked, completes('b', {}, 50), resolves('a', 'failed', undefined, 1000)];
    const resumed = [...failed, resumes(undefined, 2000), takes(['a'], 2000)];
    expect(statusAfter(...resumed, wakes(2099))).toBe('running');
    expect(statusAfter(...resumed, wakes(2100))).toBe('timeout');
  });

  it('does not outlive a run that is cancelled while a person is asked', () => {
    afterMoves([stage], ...asked, cancels(60))
      .when(wakes(500))
      .thenNothing();
  });
});
