import { describe, expect, it } from '@jest/globals';
import {
  atDraftGate,
  command,
  failedRule,
  founder,
  history,
  noPolicy,
  noon,
  start,
  stateAfter,
  viewer,
  runDecider,
  clerksStories,
} from '../../test/support/run-story.js';
import { agent, graphStage, played, trigger } from '../../test/support/graph-story.js';
import { holdsForEvery } from '../../test/support/run-play.js';
import { actionsFor } from './actions.policy.js';
import { runRehearsal } from './run-stream.js';
import type { Deciding, RunCommand } from './run-command.decider.js';

const actions = (commands: readonly RunCommand[], by: Deciding = founder) =>
  actionsFor(runDecider, 'run-1', stateAfter(history(...commands)), by, { now: noon, policy: noPolicy });
const named = (all: ReturnType<typeof actions>) => all.map(({ action, target }) => `${action} ${target ?? ''}`.trim());

describe('the actions of a run', () => {
  it('are none before it is started', () => {
    expect(actionsFor(runDecider, 'run-1', runDecider.initialState, founder, { now: noon, policy: noPolicy })).toEqual(
      [],
    );
  });

  it('lead to the routes of the commands', () => {
    const risky = [start(), command('raise_risk', { stage: 'ship', type: 'legal', message: 'No licence' })];
    expect(actions(risky).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /pipeline/run-1/stages/draft/complete',
      'POST /pipeline/run-1/stages/draft/result',
      'POST /pipeline/run-1/stages/draft/focus',
      'POST /pipeline/run-1/stages/draft/milestones/agreed/complete',
      'POST /pipeline/run-1/stages/draft/milestones/outline/complete',
      'POST /pipeline/run-1/stages/draft/milestones/review/complete',
      'POST /pipeline/run-1/stages/draft/milestones/trimmed/complete',
      'POST /pipeline/run-1/stages/draft/criteria/sourced/meet',
      'POST /pipeline/run-1/stages/draft/risks',
      'POST /pipeline/run-1/stages/ship/risks/fresh-2/dismiss',
      'POST /pipeline/run-1/advance',
      'POST /pipeline/run-1/facts',
      'POST /pipeline/run-1/park',
      'POST /pipeline/run-1/cancel',
      'POST /pipeline/run-1/resume',
    ]);
  });

  it('say why not, in the words of the rule', () => {
    const [complete] = actions([start()]);
    expect(complete).toMatchObject({
      action: 'complete_stage',
      target: 'draft',
      allowed: false,
      refusal: { code: 'stage-not-ready' },
    });
  });

  it('offer each option of an open gate to who may decide it', () => {
    const atGate = (by: Deciding) => actions(atDraftGate, by).filter(({ action }) => action === 'decide_gate');
    expect(atGate(founder)).toEqual(
      ['proceed', 'narrow', 'pivot', 'park'].map((target) => ({
        action: 'decide_gate',
        target,
        method: 'POST',
        path: '/gates/fresh-5/decision',
        allowed: true,
      })),
    );
    expect(atGate(viewer).map(({ refusal }) => refusal?.code)).toEqual(Array(4).fill('not-a-decider'));
  });

  it('are to unpark and to cancel once parked', () => {
    const allowed = actions([start(), command('park', { reason: 'Summer' })]).filter((action) => action.allowed);
    expect(named(allowed)).toEqual(['unpark', 'cancel']);
  });

  it('are to resume and to cancel once failed', () => {
    const [, failing = []] = clerksStories;
    const failed = stateAfter(history(...failing.slice(0, -2)));
    const all = actionsFor(runDecider, '00000000-0000-7000-8000-0000000000aa', failed, founder, {
      now: noon,
      policy: noPolicy,
    });
    const allowed = all.filter((action) => action.allowed);
    expect(named(allowed)).toEqual(['cancel', 'resume']);
  });

  it('are all refused once closed', () => {
    const all = actions([start(), command('cancel', { reason: 'Sold' })]);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(({ allowed }) => allowed)).toEqual([]);
  });

  it('tell of a gate that a rule could not decide what people may decide', () => {
    const approver: Deciding = { actor: { type: 'user', id: 'ann' }, roles: ['approver'] };
    const atGate = (by: Deciding) => actions(failedRule, by).filter(({ action }) => action === 'decide_gate');
    expect(atGate(approver).map(({ target, allowed }) => [target, allowed])).toEqual([
      ['proceed', true],
      ['narrow', true],
      ['pivot', true],
      ['park', true],
    ]);
    expect(atGate(viewer).map(({ refusal }) => refusal?.code)).toEqual(Array(4).fill('not-a-decider'));
    expect(named(actions(failedRule).filter(({ allowed }) => allowed))).toContain('record_result draft');
  });

  it('are of the next stage once a rule decided', () => {
    const decided = [...failedRule, command('record_result', { stage: 'draft', outcome: 'pass', score: 30 })];
    const all = actions(decided);
    expect(named(all)).toContain('start_stage build');
    expect(all.filter(({ action }) => action === 'decide_gate')).toEqual([]);
  });

  it('are the same whether all is rehearsed that would follow or not, after any sequence of commands', () => {
    holdsForEvery((steps) => {
      const run = steps.at(-1)?.after ?? runDecider.initialState;
      const by: Deciding = { ...founder, roles: ['operator'] };
      const now = { now: noon, policy: noPolicy };
      expect(actionsFor(runRehearsal, 'run-1', run, by, now)).toEqual(actionsFor(runDecider, 'run-1', run, by, now));
    });
  });

  it('do not rehearse the end of each job where a run could be cancelled', () => {
    const ids = Array.from({ length: 150 }, (_, n) => `a${String(n)}`);
    const stage = graphStage(
      [trigger(), ...ids.map((id) => agent(id))],
      ids.map((id) => `start>${id}`),
    );
    const { state } = played([stage]);
    const cancel = command('cancel', { reason: 'Sold' });
    expect(runDecider.decide(state, cancel).length).toBeGreaterThan(300);
    expect(runRehearsal.decide(state, cancel)).toHaveLength(1);
    expect(named(actionsFor(runRehearsal, 'run-1', state, founder, { now: noon, policy: noPolicy }))).toContain(
      'cancel',
    );
  });
});
