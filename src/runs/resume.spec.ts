import { describe, expect, it } from '@jest/globals';
import {
  afterMoves,
  agent,
  completes,
  eventOf,
  fails,
  graphStage,
  nodeState,
  noonPlus,
  noop,
  played,
  resumes,
  says,
  set,
  statuses,
  storyOf,
  takes,
  trigger,
  wakes,
} from '../../test/support/graph-story.js';
import type { StageDefinition } from '../templates/contract.js';
import { jobOf } from '../work/contract.js';
import { beginEvaluation } from '../platform/expressions/evaluation.js';
import { assessReadiness } from './readiness.policy.js';
import { currentStage, findStage } from './run-state.decider.js';

const quick = (key: string, more: Partial<StageDefinition> = {}) =>
  graphStage([trigger(), noop('n')], ['start>n'], { stage: { key, name: key, ...more } });

describe('resuming a run', () => {
  const stage = graphStage(
    [trigger(), set('kept', { n: '1.0' }), agent('a'), agent('b'), noop('last')],
    ['start>kept', 'kept>a', 'kept>b', 'a>last', 'b>last'],
  );
  const failing = [takes(['a', 'b']), completes('b', { b: 1 }), fails('a', { retryable: false })];

  it('is what a stage asks for whose graph failed or was cut off', () => {
    for (const [moves, left] of [
      [failing, 2],
      [[takes(['a', 'b']), completes('b', { b: 1 }), wakes(3600)], 2],
    ] as const) {
      const run = played([stage], ...moves);
      const { ready, blockedReasons, requiredActions } = assessReadiness(
        run.state,
        currentStage(run.state),
        beginEvaluation(),
      );
      expect(ready).toBe(false);
      const message = `The graph ended with ${String(left)} of 5 nodes undone.`;
      expect(blockedReasons).toEqual([{ code: 'graph-broken-off', message }]);
      expect(requiredActions.map(({ code }) => code)).toEqual(['resume-run']);
    }
  });

  it('runs again what failed and all after it, and keeps the rest', () => {
    const run = played([stage], ...failing, resumes(undefined, 60));
    expect(eventOf(run, 'pipeline_run.resumed')).toEqual({
      type: 'pipeline_run.resumed',
      detail: { stage: 'work', attempt: 2, times_out_at: noonPlus(3660), rerun: ['a', 'last'], kept_count: 3 },
      reason: 'Mended.',
    });
    expect(statuses(run)).toEqual({
      start: 'completed',
      kept: 'completed',
      a: 'scheduled',
      b: 'completed',
      last: 'pending',
    });
    const done = played([stage], ...failing, resumes(), takes(['a']), completes('a', { a: 1 }));
    expect(done.state.status).toBe('completed');
    const { because, attempt } = eventOf({ events: done.events.slice(-9) }, 'pipeline_node.started', 'last').detail;
    expect([attempt, because.map(({ resolution }) => resolution)]).toEqual([2, ['taken', 'taken']]);
  });

  it('begins from a node that is named, with what is unfinished', () => {
    const run = played([stage], ...failing, resumes('b'));
    expect(eventOf(run, 'pipeline_run.resumed').detail).toMatchObject({ rerun: ['a', 'b', 'last'], from_node: 'b' });
    expect(statuses(run)).toMatchObject({ a: 'scheduled', b: 'scheduled' });
    afterMoves([stage], ...failing)
      .when(resumes('missing'))
      .thenRejects('node-not-found');
  });

  it('refuses the results of the attempt before', () => {
    const failed = played([stage], ...failing);
    const stages = failed.state.stages;
    const late = { stage: 'work', node: 'a', jobId: jobIdOf(stages[0], 'a'), attempt: 1 };
    const run = afterMoves([stage], ...failing, resumes(), takes(['a']));
    run.when(says('complete_job', { ...late, output: {} })).thenRejects('lease-lost');
    run.when(says('fail_job', { ...late, error: 'Late.', chance: 0 })).thenRejects('lease-lost');
    run.when(says('lose_lease', late)).thenNothing();
  });

  it('is done once; what is not broken, or is over, is not resumed', () => {
    const run = afterMoves([stage], ...failing, resumes());
    run.when(resumes()).thenNothing();
    run.when(resumes('b')).thenRejects('illegal-transition', { from: 'running' });
    afterMoves([stage], ...failing, resumes('b'))
      .when(resumes('b'))
      .thenNothing();
    afterMoves([stage]).when(resumes()).thenRejects('illegal-transition', { from: 'running', to: 'running' });
    afterMoves([quick('one')])
      .when(resumes())
      .thenRejects('illegal-transition', { from: 'completed', legal: [] });
    afterMoves([stage], ...failing)
      .when(says('resume', { reason: ' ' }))
      .thenRejects('reason-required');
  });

  it('has a run that was out of time go on, with a new limit', () => {
    const run = played([stage], takes(['a']), wakes(3600), resumes(undefined, 4000));
    expect(statuses(run)).toMatchObject({ kept: 'completed', a: 'scheduled', b: 'scheduled', last: 'pending' });
    expect(run.state.stages[0]?.work?.timesOutAt).toBe(noonPlus(7600));
    expect(storyOf(run, 'a')).toEqual([
      'node.scheduled',
      'job.queued',
      'job.started',
      'node.started',
      'job.canceled',
      'node.cancelled',
      'node.scheduled',
      'job.queued',
    ]);
  });

  it('refuses everything else until then', () => {
    afterMoves([stage], ...failing)
      .when(says('advance', {}))
      .thenRejects('run-closed', { status: 'failed' });
    afterMoves([stage], ...failing)
      .when(takes(['a']))
      .thenNothing();
    afterMoves([stage], ...failing)
      .when(wakes(9999))
      .thenNothing();
  });
});

function jobIdOf(stage: ReturnType<typeof findStage>, id: string): string {
  return stage === undefined ? '' : (jobOf(nodeState(stage, id))?.id ?? '');
}
