import { describe, expect, it } from '@jest/globals';
import {
  agent,
  cancels,
  completes,
  fails,
  graphStage,
  needsHuman,
  parks,
  played,
  resolves,
  retries,
  says,
  takes,
  trigger,
  wakes,
  type Move,
} from '../../../test/support/graph-story.js';
import { ann, asking, atApproval, sendBack } from '../../../test/support/approval-story.js';
import { command, history, stateAfter } from '../../../test/support/run-story.js';
import { beginEvaluation } from '../../platform/expressions/evaluation.js';
import type { GateDefinition, StageDefinition } from '../../templates/contract.js';
import type { RunCommand } from '../run-command.decider.js';
import { currentStage, type Begun } from '../run-state.decider.js';
import { standingOf } from './stage-status.policy.js';

const gate: GateDefinition = {
  gate_type: 'decision',
  options: ['proceed', 'park'],
  decided_by: ['founder'],
  expires_after_seconds: 60,
};
const worked = graphStage([trigger(), agent('a', { on_exhausted: 'fail' })], ['start>a'], {
  stage: {
    key: 'build',
    name: 'Build',
    gate,
    contract: [
      {
        code: 'preview',
        when: 'has(facts.preview)',
        reason: 'There is no preview.',
        action: { code: 'record-preview', message: 'Record preview.' },
      },
    ],
  },
});
const plain = { milestones: {}, exit_criteria: [] };
const stages: readonly StageDefinition[] = [
  worked,
  { ...plain, key: 'check', name: 'Check' },
  { ...plain, key: 'vault', name: 'Vault', locked: true },
];
const preview = says('record_facts', { facts: { preview: 'here' }, trigger: 'artifact_upload' });
const made = [takes(['a']), completes('a')];

function standings(...moves: readonly Move[]) {
  const { state } = played(stages, ...moves);
  return state.stages.map((stage) => standingOf(state, stage, beginEvaluation()));
}
const statuses = (...moves: readonly Move[]) => standings(...moves).map(({ status }) => status);
const proceeds = (...moves: readonly Move[]) => {
  const { state } = played(stages, ...moves);
  const gateId = state.status === 'running' ? (state.gate?.gate_id ?? '') : '';
  return [...moves, says('decide_gate', { gateId, decision: 'proceed' })];
};

describe('the status of a stage', () => {
  it.each<readonly [string, readonly Move[]]>([
    ['in_progress', []],
    ['in_progress', [takes(['a'])]],
    ['needs_human', [takes(['a']), needsHuman('a')]],
    ['in_progress', [takes(['a']), needsHuman('a'), retries('a')]],
    ['blocked', made],
    ['waiting_for_decision', [...made, preview]],
    ['gate_closed', [...made, preview, wakes(120)]],
    ['parked', [parks()]],
    ['cancelled', [cancels()]],
    ['failed', [takes(['a']), fails('a', { retryable: false })]],
    ['failed', [takes(['a']), needsHuman('a'), resolves('a', 'failed')]],
    ['timeout', [wakes(4000)]],
  ])('is %s where the run stands', (status, moves) => {
    expect(statuses(...moves)).toEqual([status, 'created', 'locked']);
  });

  it('is passed behind it, and blocked before a stage is started', () => {
    expect(statuses(...proceeds(...made, preview))).toEqual(['passed', 'blocked', 'locked']);
  });

  it('is ready where nothing is left but to complete it', () => {
    const started = says('start_stage', { stage: 'check' });
    expect(statuses(...proceeds(...made, preview), started)).toEqual(['passed', 'ready', 'locked']);
    expect(statuses(...proceeds(...made, preview), started, says('complete_stage', { stage: 'check' }))).toEqual([
      'passed',
      'passed',
      'locked',
    ]);
  });

  it('is sent_back where it is to be done again and nothing else keeps it, until it is completed', () => {
    const statusAfter = (...more: readonly RunCommand[]) => {
      const state = stateAfter(history(...atApproval(), ...more)) as Begun;
      return standingOf(state, currentStage(state), beginEvaluation()).status;
    };
    const redone = [
      sendBack(ann),
      command('meet_criterion', { stage: 'draft', criterion: 'sourced' }),
      ...['outline', 'review'].map((milestone) => command('complete_milestone', { stage: 'draft', milestone })),
    ];
    expect(statusAfter(sendBack(ann))).toBe('blocked');
    expect(statusAfter(...redone)).toBe('sent_back');
    const policy = asking({});
    expect(statusAfter(...redone, command('complete_stage', { stage: 'draft' }, { policy }))).toBe(
      'waiting_for_approval',
    );
  });

  it('comes with what blocks the stage where the run stands, and with what to do', () => {
    const [build, check] = standings(...made);
    expect(build).toEqual({
      status: 'blocked',
      blockedReasons: [{ code: 'preview', message: 'There is no preview.' }],
      requiredActions: [{ code: 'record-preview', message: 'Record preview.' }],
    });
    expect(check).toEqual({ status: 'created', blockedReasons: [], requiredActions: [] });
  });

  it('names the job that a person has to see to', () => {
    const [build] = standings(takes(['a']), needsHuman('a'));
    expect(build?.requiredActions.map(({ code }) => code)).toEqual(['finish-graph', 'resolve-job', 'record-preview']);
  });
});
