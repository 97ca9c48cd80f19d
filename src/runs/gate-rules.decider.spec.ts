import { describe, expect, it } from '@jest/globals';
import {
  after,
  atDraftGate,
  command,
  failedRule,
  history,
  readyDraft,
  ruledStages,
  runDecider,
  start,
  stateAfter,
  trialStages,
} from '../../test/support/run-story.js';
import { checkCondition } from '../platform/expressions/conditions.js';
import type { GateDefinition, GateRule } from '../templates/contract.js';
import { scopeOf } from '../templates/rule-scope.policy.js';

import type { RunCommand } from './run-command.decider.js';
import { ruleValues } from './rule-values.policy.js';
import { currentStage, type Running } from './run-state.decider.js';

const rule = { type: 'system', id: 'rule' };
const result = (score: number) => command('record_result', { stage: 'draft', outcome: 'pass', score });
const facts = (calls: unknown) => command('record_facts', { facts: { calls: calls as number }, trigger: 'calls' });
const complete = command('complete_stage', { stage: 'draft' });
const ready = [start(ruledStages), ...readyDraft.slice(1)];

/** To the draft's gate with these rules and a result of 10. */
function atGateWith(auto: readonly GateRule[], changes: Partial<GateDefinition> = {}): readonly RunCommand[] {
  const stages = ruledStages.map((stage) =>
    stage.key === 'draft' && stage.gate !== undefined ? { ...stage, gate: { ...stage.gate, auto, ...changes } } : stage,
  );
  return [start(stages), ...readyDraft.slice(1), result(10), complete];
}

describe('a rule of a gate', () => {
  it('decides when the gate opens, in the same step, with all that follows', () => {
    const { decide, evolve } = runDecider;
    const events = decide(stateAfter(history(...ready, result(30))), complete);
    expect(events.map(({ type, by }) => [type, by?.id])).toEqual([
      ['stage.completed', undefined],
      ['gate.opened', undefined],
      ['gate.decided', 'rule'],
      ['milestone.completed', 'rule'],
      ['stage.gated', 'rule'],
      ['stage.entered', 'rule'],
    ]);
    expect(events[2]).toMatchObject({ by: rule, reason: 'rule 1: result != null && result.score >= 30' });
    expect(events.reduce(evolve, stateAfter(history(...ready, result(30))))).toMatchObject({ currentStage: 'build' });
  });

  it('decides when news of a result comes, whole or not', () => {
    const types = ['gate.decided', 'milestone.completed', 'stage.gated', 'stage.entered'] as const;
    after(...ready, facts(1), complete)
      .when(result(30))
      .thenTypes('stage.result_recorded', ...types);
    after(...ready, facts(1), complete)
      .when(result(30.5))
      .thenTypes('stage.result_recorded', ...types);
    after(...ready, facts(1), complete)
      .when(result(29.5))
      .thenTypes('stage.result_recorded');
  });

  it('decides when news of facts comes', () => {
    after(...ready, facts(1), complete)
      .when(facts(41))
      .thenTypes('facts.recorded', 'gate.decided', 'pipeline_run.parked');
  });

  it('decides when a risk is raised or dismissed', () => {
    const risk = command('raise_risk', { stage: 'draft', type: 'legal', message: 'No licence' });
    const raised = [{ when: 'risks.exists(r, r.type == "legal")', decision: 'park' as const }];
    after(...atGateWith(raised))
      .when(risk)
      .thenTypes('risk.raised', 'gate.decided', 'pipeline_run.parked');
    const clear = [{ when: 'size(risks) == 0 && has(facts.seen)', decision: 'proceed' as const }];
    const seen = command('record_facts', { facts: { seen: true }, trigger: 'look' });
    const dismiss = command('dismiss_risk', { stage: 'draft', riskId: 'fresh-7', reason: 'Granted' });
    after(...atGateWith(clear), risk, seen)
      .when(dismiss)
      .thenAmong({ type: 'gate.decided' });
  });

  it('comes after those before it', () => {
    const both: readonly GateRule[] = [
      { when: 'result.score > 100', decision: 'park' },
      { when: 'true', decision: 'pivot' },
    ];
    const pivoted = ['gate.decided', 'stage.reset', 'stage.entered', 'stage.started'] as const;
    after(...atGateWith(both).slice(0, -1))
      .when(complete)
      .thenTypes('stage.completed', 'gate.opened', ...pivoted);
  });

  it('goes back to the stage it names, and is named by the decision', () => {
    const back: readonly GateRule[] = [{ when: 'result.score >= 0', decision: 'pivot', to_stage: 'draft' }];
    const events = history(...atGateWith(back));
    expect(events.findLast(({ type }) => type === 'gate.decided')).toMatchObject({
      detail: { decision: 'pivot', to_stage: 'draft', rule: 1 },
      by: rule,
    });
  });

  it('may narrow, after which the stage is worked on again', () => {
    const narrow = atGateWith([{ when: 'true', decision: 'narrow' }]);
    const types = ['gate.decided', 'stage.reopened', 'milestone.completed'] as const;
    after(...narrow.slice(0, -1))
      .when(complete)
      .thenTypes('stage.completed', 'gate.opened', ...types);
  });

  it('leaves the gate to people where it does not hold', () => {
    after(...ready, facts(1), complete)
      .when(command('decide_gate', { gateId: 'fresh-6', decision: 'proceed' }))
      .thenTypes('gate.decided', 'milestone.completed', 'stage.gated', 'stage.entered');
  });

  it('says nothing where the system may not decide', () => {
    const closed = atGateWith([{ when: 'true', decision: 'proceed' }], { decided_by: ['approver'] });
    after(...closed.slice(0, -1))
      .when(complete)
      .thenTypes('stage.completed', 'gate.opened');
  });

  it('waits for news after the run was unparked', () => {
    const parking = atGateWith([{ when: 'true', decision: 'park' }]);
    after(...parking)
      .when(command('unpark', { reason: 'Go on' }))
      .thenTypes('pipeline_run.unparked', 'gate.opened');
    after(...parking, command('unpark', { reason: 'Go on' }))
      .when(result(11))
      .thenAmong({ type: 'pipeline_run.parked' });
  });

  it('does not decide a gate whose time is up', () => {
    const late = { now: '2026-03-02T00:00:00.000Z' };
    after(...ready, facts(1), complete)
      .when({ ...result(30), ...late })
      .thenTypes('stage.result_recorded');
  });

  it('decides a gate that escalates to the system', () => {
    const escalating = atGateWith([{ when: 'result.score > 10', decision: 'proceed' }], {
      on_expiry: 'escalate',
      escalate_to: ['system'],
      decided_by: ['approver'],
    });
    const expire = command('wake', {}, { now: '2026-03-02T00:00:00.000Z', freshId: 'fresh-7' });
    after(...escalating, result(11))
      .when(expire)
      .thenTypes(
        ...([
          'gate.expired',
          'gate.opened',
          'gate.decided',
          'milestone.completed',
          'stage.gated',
          'stage.entered',
        ] as const),
      );
  });

  it('lets the same result be sent again after it moved the run on', () => {
    after(...ready, facts(1), complete, result(30))
      .when(result(30))
      .thenNothing();
    after(...ready, facts(1), complete, result(30))
      .when(result(31))
      .thenRejects('illegal-transition');
  });
});

describe('a rule that fails', () => {
  const failure = { rule: 2, when: 'facts.calls > 40', message: 'No such key: calls. (column 7)' };

  it('decides nothing and says why', () => {
    after(...ready)
      .when(complete)
      .thenAmong({
        type: 'gate.rule_failed',
        detail: { gate_id: 'fresh-1', stage: 'draft', ...failure },
      });
  });

  it('says so once for each gate', () => {
    after(...failedRule)
      .when(result(1))
      .thenTypes('stage.result_recorded');
    after(...failedRule)
      .when(facts('many'))
      .thenTypes('facts.recorded', 'gate.rule_failed');
    const again = [command('park', { reason: 'Winter' }), command('unpark', { reason: 'Spring' })];
    after(...failedRule, ...again)
      .when(result(1))
      .thenTypes('stage.result_recorded', 'gate.rule_failed');
  });

  it('is remembered with the last twenty only, for they may be many', () => {
    const name = (index: number) => command('record_facts', { facts: { name: `k${String(index)}` }, trigger: 'told' });
    const failing = atGateWith([{ when: 'facts[facts.name] > 1', decision: 'park' }]);
    const run = stateAfter(history(...failing, ...Array.from({ length: 25 }, (_, index) => name(index)))) as Running;
    expect(run.gate?.failures).toHaveLength(20);
    expect(run.gate?.failures.at(-1)?.message).toBe('No such key: k24. (column 1)');
  });

  it('keeps later rules from deciding, not earlier ones, and not for good', () => {
    const auto: readonly GateRule[] = [
      { when: 'facts.calls > 40', decision: 'park' },
      { when: 'true', decision: 'proceed' },
    ];
    const blocked = atGateWith(auto);
    after(...blocked.slice(0, -1))
      .when(complete)
      .thenTypes('stage.completed', 'gate.opened', 'gate.rule_failed');
    after(...blocked)
      .when(facts(3))
      .thenAmong({ type: 'gate.decided', detail: { decision: 'proceed' } });
    after(...failedRule)
      .when(result(30))
      .thenAmong({ type: 'gate.decided', detail: { decision: 'proceed' } });
  });
});

describe('a rule that may decide so often', () => {
  const again = [...readyDraft.slice(1), result(10), complete];
  const narrowing: readonly GateRule[] = [
    { when: 'result.score < 30', decision: 'pivot', at_most: 2 },
    { when: 'true', decision: 'proceed' },
  ];
  const usedUp = {
    rule: 1,
    when: 'result.score < 30',
    message: 'It holds, and has decided 2 times, as often as it may: a person decides now.',
  };

  it('decides until then, over all visits of the run to its stage', () => {
    const events = history(...atGateWith(narrowing), ...again);
    const decided = events.flatMap((event) => (event.type === 'gate.decided' ? [event.detail.decision] : []));
    expect(decided).toEqual(['pivot', 'pivot']);
    expect(stateAfter(events)).toMatchObject({
      currentStage: 'draft',
      stages: [{ ruleCounts: { 1: 2 } }, {}, {}, {}, {}],
    });
  });

  it('then leaves the gate to a person, as do the rules after it, and says why', () => {
    const twice = [...atGateWith(narrowing), ...again];
    const third = [...twice, ...again];
    const run = stateAfter(history(...third)) as Running;
    expect(run.gate).toMatchObject({ stage: 'draft', failures: [usedUp] });
    expect(history(...third).at(-1)).toMatchObject({ type: 'gate.rule_failed', detail: usedUp, by: rule });
  });

  it('says so once for each gate', () => {
    after(...atGateWith(narrowing), ...again, ...again)
      .when(facts(3))
      .thenTypes('facts.recorded');
  });

  it('lets others decide where it does not hold', () => {
    after(...atGateWith(narrowing), ...again, ...again)
      .when(result(40))
      .thenAmong({ type: 'gate.decided' });
  });

  it('is not counted where a person decides', () => {
    const asked = { gateId: 'fresh-6', decision: 'pivot', reason: 'Anew.' } as const;
    const events = history(...ready, facts(1), complete, command('decide_gate', asked));
    expect(events.find(({ type }) => type === 'gate.decided')?.detail).not.toHaveProperty('rule');
    expect(stateAfter(events)).not.toHaveProperty('stages.0.ruleCounts');
  });
});

describe('what rules may speak of', () => {
  it('is what a run gives them', () => {
    const run = stateAfter(history(...atDraftGate)) as Running;
    const [draft] = trialStages;
    const scope = draft === undefined ? {} : scopeOf(draft, trialStages);
    const values = ruleValues(run, currentStage(run), '');
    expect(Object.keys(values).toSorted()).toEqual(Object.keys(scope).toSorted());
    expect(values).toEqual({
      result: null,
      results: { draft: null, build: null, vault: null, check: null, ship: null },
      nodes: {},
      facts: {},
      input: { idea: 'boats' },
      progress_percent: 75,
      milestones: { outline: true, review: true, trimmed: false, agreed: false },
      criteria: { sourced: true },
      risks: [],
    });
    expect(
      checkCondition('milestones.outline && criteria.sourced && progress_percent > 1 && input.idea != ""', scope),
    ).toBeNull();
  });
});
