import { describe, expect, it } from '@jest/globals';
import { atWork, command, history, start, stateAfter, trialStages } from '../../test/support/run-story.js';
import type { Evaluation } from '../kernel/expression.js';
import type { JsonObject } from '../kernel/json.js';
import { builtInReasons, type StageDefinition } from '../templates/contract.js';
import { beginEvaluation } from '../platform/expressions/evaluation.js';
import { evidenceOf } from './gate-opening.decider.js';
import { assessReadiness, type Readiness } from './readiness.policy.js';
import type { RunCommand } from './run-command.decider.js';
import { currentStage, type Begun } from './run-state.decider.js';
import type { RiskView } from './run.events.js';
import { planPipeline, type Stage } from './stage.plan.js';

const draft = (change: Partial<Stage>): Stage => {
  const [stage] = planPipeline(trialStages);
  if (stage === undefined) throw new Error('The trial has a first stage.');
  return { ...stage, state: 'in_progress', ...change };
};
/** How ready a stage is of a run with these risks. */
const ofStage = (stage: Stage, risks: readonly RiskView[]): Readiness => {
  const run = stateAfter(history(start())) as Begun;
  const ofRun = risks.map((each) => ({ ...each, stage: stage.definition.key }));
  return assessReadiness({ ...run, stages: [stage], risks: ofRun }, stage, beginEvaluation());
};
/** How ready the stage is that a run stands at after these commands. */
const after = (...commands: readonly RunCommand[]): Readiness => {
  const run = stateAfter(history(...commands)) as Begun;
  return assessReadiness(run, currentStage(run), beginEvaluation());
};
const risk = { id: 'risk-1', type: 'legal', message: 'No licence', dismissed: false };

const jobId = '00000000-0000-7000-8000-000000000000';
const waitingForHuman = [
  command('need_human', { stage: 'build', node: 'ask', jobId, attempt: 1, reason: 'Who is that?' }),
] as const;

describe('the readiness of a stage', () => {
  it('lists every reason with the action that removes it', () => {
    expect(ofStage(draft({ completed: ['outline'] }), [risk])).toEqual({
      ready: false,
      blockedReasons: [
        { code: 'milestone-incomplete', message: 'Milestone "Review" (review) is not complete.' },
        { code: 'criterion-unmet', message: 'Exit criterion "Every claim has a source" (sourced) is not met.' },
        { code: 'risk-open', message: 'Risk "No licence" (legal) is not dismissed.' },
      ],
      requiredActions: [
        { code: 'complete-milestone', message: 'Complete milestone "Review" (review).' },
        { code: 'meet-criterion', message: 'Meet exit criterion "Every claim has a source" (sourced).' },
        { code: 'dismiss-risk', message: 'Dismiss risk risk-1 with a reason.' },
      ],
      untold: [],
    });
  });

  it('asks for no milestone that a decision completes, nor for a dismissed risk', () => {
    const done = draft({ completed: ['outline', 'review'], met: ['sourced'] });
    expect(ofStage(done, [{ ...risk, dismissed: true }])).toEqual({
      ready: true,
      blockedReasons: [],
      requiredActions: [],
      untold: [],
    });
  });

  it('asks for no milestone that was dropped', () => {
    const narrowed = draft({ weights: { outline: 80, agreed: 20 }, completed: ['outline'], met: ['sourced'] });
    expect(ofStage(narrowed, []).ready).toBe(true);
  });

  it('says how many nodes of its graph are left, naming two and what they wait for', () => {
    const { blockedReasons, requiredActions } = after(...atWork);
    expect(blockedReasons).toContainEqual({
      code: 'graph-unfinished',
      message: '6 of 8 nodes are left: "Ask" (ask) is running, "Rest" (rest) waits until 2026-03-01T12:30:00.000Z.',
    });
    expect(requiredActions).toContainEqual({
      code: 'finish-graph',
      message: 'Let its workers and timers finish the graph.',
    });
  });

  it('asks for a person where a job needs one', () => {
    const [asked] = waitingForHuman;
    const { blockedReasons, requiredActions } = after(...atWork, asked);
    const index = blockedReasons.findIndex(({ code }) => code === 'job-needs-human');
    expect(blockedReasons[index]?.message).toBe('The job of node "Ask" (ask) needs a person.');
    expect(requiredActions[index]).toEqual({
      code: 'resolve-job',
      message: 'Retry or resolve job 00000000-0000-7000-8000-000000000000 of node "Ask" (ask).',
    });
  });

  it('asks to start a stage that is not started', () => {
    const unstarted = draft({ state: 'created', completed: ['outline', 'review'], met: ['sourced'] });
    expect(ofStage(unstarted, [])).toEqual({
      ready: false,
      blockedReasons: [{ code: 'stage-not-started', message: 'The stage was not started yet.' }],
      requiredActions: [{ code: 'start-stage', message: 'Start the stage.' }],
      untold: [],
    });
  });
});

describe('the contract of a stage', () => {
  const contract: NonNullable<StageDefinition['contract']> = [
    {
      code: 'deposit-paid',
      when: 'facts.deposit_paid == true',
      reason: 'The deposit is not paid.',
      action: { code: 'record-deposit', message: 'Record deposit_paid once it is in.' },
    },
    {
      code: 'budget-known',
      when: 'facts.budget > 0',
      reason: 'There is no budget.',
      action: { code: 'record-budget', message: 'Record the budget.' },
    },
  ];
  const stages: readonly StageDefinition[] = [
    { key: 'sales', name: 'Sales', auto_start: true, milestones: {}, exit_criteria: [], contract },
  ];
  const told = (facts: JsonObject) =>
    after(start(stages), command('record_facts', { facts, trigger: 'onboarding_saved' }));

  it('is kept where every rule holds', () => {
    expect(told({ deposit_paid: true, budget: 12 }).ready).toBe(true);
  });

  it('blocks with the reason and the action of each rule that does not hold', () => {
    expect(told({ deposit_paid: false, budget: 12 })).toEqual({
      ready: false,
      blockedReasons: [{ code: 'deposit-paid', message: 'The deposit is not paid.' }],
      requiredActions: [{ code: 'record-deposit', message: 'Record deposit_paid once it is in.' }],
      untold: [],
    });
  });

  it('is no evidence that a rule was broken where there were no steps left to tell', () => {
    const spent = { condition: () => ({ failure: 'Too much.', isTooCostly: true as const }) };
    const evaluate: Evaluation = { ...beginEvaluation(), apart: () => ({ ...beginEvaluation(), ...spent }) };
    const run = stateAfter(history(start(stages))) as Begun;
    expect(evidenceOf(run, currentStage(run), evaluate).contract?.map(({ holds }) => holds)).toEqual([null, null]);
    expect(evidenceOf(run, currentStage(run), beginEvaluation()).contract?.map(({ holds }) => holds)).toEqual([
      false,
      false,
    ]);
  });

  it('says plainly what is missing', () => {
    expect(told({ other: 1 }).blockedReasons).toEqual([
      { code: 'deposit-paid', message: 'The deposit is not paid. (facts.deposit_paid is not there yet.)' },
      { code: 'budget-known', message: 'There is no budget. (facts.budget is not there yet.)' },
    ]);
  });

  it('is not kept by what cannot be evaluated', () => {
    expect(told({ deposit_paid: true, budget: 'plenty' }).blockedReasons).toEqual([
      { code: 'budget-known', message: expect.stringMatching(/^There is no budget. .The rule could not be evaluated/) },
    ]);
  });

  it('sees what nodes made and how other stages ended, and reads well before they did', () => {
    const graph = {
      nodes: [
        { id: 'go', type: 'trigger', name: 'Go', config: {} },
        { id: 'draw', type: 'action', name: 'Draw', config: { action: 'set', values: { lines: '3' } } },
      ] as const,
      edges: [{ id: 'on', from: 'go', to: 'draw' }],
    };
    const rule = (code: string, when: string) => ({
      code,
      when,
      reason: 'No.',
      action: { code: 'act', message: 'Act.' },
    });
    const [sales] = stages as [StageDefinition];
    const of = (auto_start: boolean) => [
      {
        ...sales,
        auto_start,
        graph,
        contract: [rule('a', 'nodes.draw.output.lines > 2'), rule('b', 'results.sales.score > 1')],
      },
    ];
    const before = after(start(of(false))).blockedReasons.map(({ message }) => message);
    expect(before).toContain('No. (nodes.draw is not there yet.)');
    expect(before).toContain('No. (results.sales.score is not there yet.)');
    const result = command('record_result', { stage: 'sales', outcome: 'pass', score: 2 });
    expect(after(start(of(true)), result).ready).toBe(true);
  });

  it('has no rule that is called as a reason of every stage', () => {
    const codes = [
      ...after(start()).blockedReasons,
      ...after(...atWork, waitingForHuman[0]).blockedReasons,
      ...ofStage(draft({ state: 'created' }), [risk]).blockedReasons,
    ].map(({ code }) => code);
    for (const code of codes) expect(builtInReasons).toContain(code);
  });
});
