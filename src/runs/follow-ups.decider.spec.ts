import { describe, expect, it } from '@jest/globals';
import {
  afterMoves,
  agent,
  completes,
  eventOf,
  graphStage,
  noonPlus,
  noop,
  playOn,
  played,
  says,
  statuses,
  takes,
  trigger,
  wakes,
} from '../../test/support/graph-story.js';
import type { StageDefinition } from '../templates/contract.js';
import { findStage } from './run-state.decider.js';

const quick = (key: string, more: Partial<StageDefinition> = {}) =>
  graphStage([trigger(), noop('n')], ['start>n'], { stage: { key, name: key, ...more } });
const worked = (key: string, more: Partial<StageDefinition> = {}) =>
  graphStage([trigger(), agent('a'), noop('after')], ['start>a', 'a>after'], { stage: { key, name: key, ...more } });
const plain = (key: string, more: Partial<StageDefinition> = {}): StageDefinition => ({
  key,
  name: key,
  auto_start: true,
  milestones: {},
  exit_criteria: [],
  ...more,
});
const gate = (more: Partial<NonNullable<StageDefinition['gate']>> = {}): Pick<StageDefinition, 'gate'> => ({
  gate: {
    gate_type: 'decision',
    options: ['proceed', 'narrow', 'pivot', 'park'],
    decided_by: ['founder', 'system'],
    ...more,
  },
});
const ruled = (when: string, decision: 'proceed' | 'narrow' | 'pivot' | 'park') => gate({ auto: [{ when, decision }] });
const gateOf = (run: ReturnType<typeof played>): string =>
  run.state.status === 'running' ? (run.state.gate?.gate_id ?? 'none') : 'none';
const decides = (run: ReturnType<typeof played>, decision: 'proceed' | 'narrow' | 'pivot' | 'park') =>
  says('decide_gate', { gateId: gateOf(run), decision });
const overrides = (stage: string) => says('complete_stage', { stage, override: true, reason: 'Good enough.' });
const stageStates = ({ state }: ReturnType<typeof played>) => state.stages.map((stage) => stage.state);

describe('stages in a row that go on by themselves', () => {
  it('go through in one command, however many', () => {
    const stages = ['one', 'two', 'three', 'four', 'five'].map((key) => quick(key));
    const run = played(stages);
    expect(run.state.status).toBe('completed');
    expect(stageStates(run)).toEqual(Array.from({ length: 5 }, () => 'completed'));
  });

  it('stop at the one that has work for a worker, and go on from there', () => {
    const stages = [worked('one'), quick('two'), worked('three'), plain('four', { advance: 'auto' })];
    expect(played(stages, takes(['a']), completes('a')).state.currentStage).toBe('three');
    const run = played(stages, takes(['a']), completes('a'), takes(['a']), completes('a'));
    expect(run.state.status).toBe('completed');
    const triggers = run.events.flatMap((event) => (event.type === 'stage.completed' ? [event.detail.trigger] : []));
    expect(triggers).toEqual(['job_finished', 'stage_started', 'job_finished', 'stage_started']);
  });

  it('pass gates by rule, each with an id of its own', () => {
    const stages = [quick('one', ruled('true', 'proceed')), quick('two', ruled('true', 'proceed')), worked('three')];
    const run = played(stages);
    expect(run.state.currentStage).toBe('three');
    const ids = run.events.flatMap((event) =>
      event.type === 'gate.opened' ? [event.detail.gate_id] : event.type === 'job.queued' ? [event.detail.job_id] : [],
    );
    expect(new Set(ids).size).toBe(3);
  });

  it('are sent back by a rule once a command: then the gate waits', () => {
    const run = played([quick('one'), quick('two', ruled('true', 'pivot'))]);
    expect(run.events.filter(({ type }) => type === 'gate.decided')).toHaveLength(1);
    expect(run.state).toMatchObject({ status: 'running', currentStage: 'two', gate: { stage: 'two' } });
    expect(findStage(run.state, 'one')?.work?.attempt).toBe(2);
  });
});

describe('a stage that goes on by itself', () => {
  const inputs = plain('one', {
    advance: 'auto',
    milestones: { m: { title: 'M', weight: 1 } },
    exit_criteria: [{ key: 'c', text: 'C' }],
  });

  it('is completed by what made it ready, which names itself', () => {
    const [milestone, met] = [
      says('complete_milestone', { stage: 'one', milestone: 'm' }),
      says('meet_criterion', { stage: 'one', criterion: 'c' }),
    ];
    const risk = says('raise_risk', { stage: 'one', type: 't', message: 'x' });
    const facts = says('record_facts', { facts: { a: 1 }, trigger: 'onboarding_saved' });
    expect(eventOf(played([inputs], milestone, met), 'stage.completed').detail.trigger).toBe('criterion_met');
    expect(eventOf(played([inputs], met, milestone), 'stage.completed').detail.trigger).toBe('milestone_completed');
    const risky = played([inputs], risk, met, milestone);
    expect(stageStates(risky)).toEqual(['in_progress']);
    const dismissed = says('dismiss_risk', { stage: 'one', riskId: risky.state.risks[0]?.id ?? '', reason: 'No.' });
    expect(eventOf(played([inputs], risk, met, milestone, facts, dismissed), 'stage.completed').detail.trigger).toBe(
      'risk_dismissed',
    );
  });

  it('does not where its template does not say so, and can be completed by hand', () => {
    const byHand = worked('one', { advance: undefined } as never);
    const run = played([byHand], takes(['a']), completes('a'));
    expect(run.state).toMatchObject({ status: 'running', currentStage: 'one' });
    expect(played([byHand], takes(['a']), completes('a'), says('complete_stage', { stage: 'one' })).state.status).toBe(
      'completed',
    );
  });

  it('waits for its graph and for everything else that makes it ready', () => {
    const both = worked('one', { milestones: { m: { title: 'M', weight: 1 } } });
    const milestone = says('complete_milestone', { stage: 'one', milestone: 'm' });
    expect(stageStates(played([both], milestone))).toEqual(['in_progress']);
    expect(stageStates(played([both], milestone, takes(['a']), completes('a')))).toEqual(['completed']);
    expect(stageStates(played([both], takes(['a']), completes('a')))).toEqual(['in_progress']);
    expect(stageStates(played([both], takes(['a']), completes('a'), milestone))).toEqual(['completed']);
  });

  it('opens its gate, whose rules see the facts that the graph recorded', () => {
    const telling = graphStage(
      [
        trigger(),
        agent('a'),
        { id: 'tell', type: 'action', name: 'Tell', config: { action: 'emit', facts: { score: 'output.score' } } },
      ],
      ['start>a', 'a>tell'],
      { stage: { key: 'one', ...ruled('facts.score > 10', 'proceed') } },
    );
    const low = played([telling, plain('two')], takes(['a']), completes('a', { score: 3 }));
    expect(low.state).toMatchObject({ currentStage: 'one', gate: { stage: 'one' } });
    const high = played([telling, plain('two')], takes(['a']), completes('a', { score: 30 }));
    expect(high.state.currentStage).toBe('two');
    const types = high.events.map(({ type }) => type);
    expect(types.indexOf('facts.recorded')).toBeLessThan(types.indexOf('gate.opened'));
  });
});

describe('a stage whose graph is at work', () => {
  const stages = [worked('one', gate()), plain('two')];

  it('is not ready', () => {
    const reasons = { blocked_reasons: [expect.objectContaining({ code: 'graph-unfinished' })] };
    afterMoves(stages)
      .when(says('complete_stage', { stage: 'one' }))
      .thenRejects('stage-not-ready', reasons);
    afterMoves(stages).when(says('advance', {})).thenRejects('stage-not-ready', reasons);
  });

  it('may be completed all the same, which cuts its graph off', () => {
    const run = played(stages, takes(['a']), overrides('one'));
    expect(statuses(run)).toEqual({ start: 'completed', a: 'cancelled', after: 'pending' });
    expect(eventOf(run, 'job.canceled')).toMatchObject({
      reason: 'Its stage was completed without it.',
      by: { id: 'graph' },
    });
    afterMoves(stages, takes(['a']), overrides('one'))
      .when(completes('a'))
      .thenRejects('lease-lost');
    expect(played(stages, takes(['a']), overrides('one'), wakes(9999)).events).toHaveLength(run.events.length);
  });

  it('goes on with what was cut off when it is reopened', () => {
    const cut = played(stages, takes(['a']), overrides('one'));
    const run = played(stages, takes(['a']), overrides('one'), decides(cut, 'narrow'));
    expect(eventOf(run, 'stage.reopened').detail).toEqual({
      stage: 'one',
      progress_percent: 0,
      work: { attempt: 2, times_out_at: noonPlus(3600), rerun: ['a', 'after'], kept_count: 1 },
    });
    expect(statuses(run)).toEqual({ start: 'completed', a: 'scheduled', after: 'pending' });
    const on = played(stages, takes(['a']), overrides('one'), decides(cut, 'narrow'), takes(['a']), completes('a'));
    expect(stageStates(on)).toEqual(['completed', 'created']);
    expect(gateOf(on)).not.toBe(gateOf(cut));
  });

  it('stays in progress when it is reopened with a finished graph, until there is news', () => {
    const done = played(stages, takes(['a']), completes('a'));
    const run = played(stages, takes(['a']), completes('a'), decides(done, 'narrow'));
    expect(stageStates(run)).toEqual(['in_progress', 'created']);
    expect(eventOf(run, 'stage.reopened').detail.work).toBeUndefined();
    expect(statuses(run)).toMatchObject({ a: 'completed', after: 'completed' });
    const told = says('record_facts', { facts: { smaller: true }, trigger: 'scope_cut' });
    const on = played(stages, takes(['a']), completes('a'), decides(done, 'narrow'), told);
    expect(stageStates(on)).toEqual(['completed', 'created']);
  });

  it('is completed by a trigger that brings no news, which names itself', () => {
    const told = says('record_facts', { facts: { smaller: true }, trigger: 'onboarding_saved' });
    const again = says('record_facts', { facts: { smaller: true }, trigger: 'manual_resume' });
    const done = played(stages, told, takes(['a']), completes('a'));
    const narrowed = played(stages, told, takes(['a']), completes('a'), decides(done, 'narrow'));
    const run = playOn(narrowed, again);
    expect(run.events.slice(narrowed.events.length)).toMatchObject([
      { type: 'stage.completed', detail: { stage: 'one', trigger: 'manual_resume' }, by: { id: 'advance' } },
      { type: 'gate.opened' },
    ]);
    expect(playOn(run, again).events).toHaveLength(run.events.length);
  });

  it('waits for news where a rule reopened it, so that no trigger sends it round', () => {
    const sentBack = [worked('one', ruled('true', 'narrow'))];
    const told = says('record_facts', { facts: { smaller: true }, trigger: 'onboarding_saved' });
    const run = played(sentBack, told, takes(['a']), completes('a'));
    expect(run.state).toMatchObject({ currentStage: 'one', stages: [{ state: 'in_progress' }] });
    expect(playOn(run, told).events).toHaveLength(run.events.length);
    expect(playOn(run, says('record_facts', { facts: { smaller: false }, trigger: 'cut' })).events.at(-1)?.type).toBe(
      'stage.reopened',
    );
  });

  it('is not completed by the milestone that its reopening completes', () => {
    const milestones = { cut: { title: 'Cut', weight: 1, also_completed_by: 'gate:narrow' } } as const;
    const narrowed = [worked('one', { ...gate(), milestones })];
    const done = played(narrowed, takes(['a']), completes('a'));
    const run = played(narrowed, takes(['a']), completes('a'), decides(done, 'narrow'));
    expect(eventOf(run, 'milestone.completed').detail.milestone).toBe('cut');
    expect(stageStates(run)).toEqual(['in_progress']);
  });

  it('begins a new attempt when the run comes back to it', () => {
    const done = played(stages, takes(['a']), completes('a', { first: true }));
    const back = [takes(['a']), completes('a', { first: true }), decides(done, 'pivot')];
    const run = played(stages, ...back);
    expect(statuses(run)).toEqual({ start: 'completed', a: 'scheduled', after: 'pending' });
    expect(eventOf({ events: run.events.slice(done.events.length) }, 'job.queued').detail.idempotency_key).toBe(
      'run-1/one/a/2',
    );
    const late = { stage: 'one', node: 'a', jobId: eventOf(done, 'job.queued').detail.job_id, attempt: 1 };
    afterMoves(stages, ...back)
      .when(says('complete_job', { ...late, output: { first: true } }))
      .thenRejects('lease-lost');
  });
});

describe('a longer pipeline', () => {
  it('has its graph begun when its stage is started, by hand too, and goes on at its gates', () => {
    const stages = [plain('one', gate()), worked('two', { ...gate(), auto_start: false }), plain('three')];
    const first = played(stages, says('complete_stage', { stage: 'one' }));
    const entered = [says('complete_stage', { stage: 'one' }), decides(first, 'proceed')];
    expect(played(stages, ...entered).events.at(-1)?.type).toBe('stage.entered');
    const through = [...entered, says('start_stage', { stage: 'two' }), takes(['a']), completes('a')];
    const second = played(stages, ...through);
    expect(second.state).toMatchObject({ currentStage: 'two', gate: { stage: 'two' } });
    const last = played(stages, ...through, decides(second, 'proceed'));
    expect(last.state.currentStage).toBe('three');
  });
});
