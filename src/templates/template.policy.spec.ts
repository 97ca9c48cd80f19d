import { describe, expect, it } from '@jest/globals';
import type { GateDefinition, StageDefinition, TemplateContent } from './template.events.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { checkTemplate } from './template.policy.js';
import { warnAbout } from './template-warnings.policy.js';

const stage: StageDefinition = {
  key: 'only',
  name: 'Only',
  milestones: { step: { title: 'Step', weight: 1 } },
  exit_criteria: [{ key: 'done', text: 'It is done' }],
};
const gate: GateDefinition = { gate_type: 'decision', options: ['proceed'], decided_by: ['founder'] };

function found(...stages: readonly StageDefinition[]): readonly string[] {
  return checkTemplate({ key: 'trial', name: 'Trial', stages }, expressionChecks).map(
    ({ code, path }) => `${code} ${path}`,
  );
}

describe('checking a template', () => {
  it('finds nothing in a sound one', () => {
    expect(found({ ...stage, gate })).toEqual([]);
  });

  it('finds every problem at once, each with what to do', () => {
    const content: TemplateContent = { key: 'Bad Key', name: ' ', stages: [{ ...stage, key: '', locked: true }] };
    expect(checkTemplate(content, expressionChecks)).toEqual([
      {
        code: 'bad-key',
        path: '/key',
        message: '"Bad Key" is not a key.',
        hint: 'Use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or a digit.',
      },
      { code: 'no-name', path: '/name', message: 'It has no name.', hint: 'Give it the name people will read.' },
      {
        code: 'no-open-stage',
        path: '/stages',
        message: 'There is no stage a run could enter.',
        hint: 'Add a stage that is not locked.',
      },
      {
        code: 'bad-key',
        path: '/stages/0/key',
        message: '"" is not a key.',
        hint: 'Use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or a digit.',
      },
    ]);
  });

  it.each(['constructor', 'prototype'])('finds the key %s, which no address may name', (key) => {
    expect(found({ ...stage, key, exit_criteria: [{ key, text: 'It is done' }] })).toEqual([
      'bad-key /stages/0/key',
      'bad-key /stages/0/exit_criteria/0/key',
    ]);
  });

  it('finds no stages', () => {
    expect(found()).toEqual(['no-open-stage /stages']);
  });

  it('finds keys that are there twice', () => {
    const criterion = { key: 'done', text: 'It is done' };
    expect(found(stage, { ...stage, exit_criteria: [criterion, criterion] })).toEqual([
      'duplicate-key /stages/1/key',
      'duplicate-key /stages/1/exit_criteria/1/key',
    ]);
  });

  it.each([0, -1, 1.5, Number.NaN, 1_000_001])('finds the weight %p', (weight) => {
    expect(found({ ...stage, milestones: { step: { title: 'Step', weight } } })).toEqual([
      'bad-weight /stages/0/milestones/step/weight',
    ]);
  });

  it('points at a milestone with an odd key', () => {
    expect(found({ ...stage, milestones: { 'a/b~c': { title: 'Step', weight: 1 } } })).toEqual([
      'bad-key /stages/0/milestones/a~1b~0c',
    ]);
  });

  it('finds milestones tied to what the gate cannot decide', () => {
    const milestones: StageDefinition['milestones'] = {
      agreed: { title: 'Agreed', weight: 1, completed_by: 'gate:proceed' },
      trimmed: { title: 'Trimmed', weight: 1, also_completed_by: 'gate:narrow' },
    };
    expect(found({ ...stage, milestones })).toEqual([
      'no-such-option /stages/0/milestones/agreed/completed_by',
      'no-such-option /stages/0/milestones/trimmed/also_completed_by',
    ]);
    expect(found({ ...stage, milestones, gate })).toEqual([
      'no-such-option /stages/0/milestones/trimmed/also_completed_by',
    ]);
  });

  it('finds gates that could not be decided or would lapse into nothing', () => {
    const dead: GateDefinition = {
      gate_type: 'decision',
      options: [],
      decided_by: [],
      reason_required_for: ['park'],
      expires_after_seconds: 0,
      on_expiry: 'escalate',
    };
    expect(found({ ...stage, gate: dead })).toEqual([
      'no-options /stages/0/gate/options',
      'no-decider /stages/0/gate/decided_by',
      'no-such-option /stages/0/gate/reason_required_for',
      'bad-expiry /stages/0/gate/expires_after_seconds',
      'no-decider /stages/0/gate/escalate_to',
    ]);
  });

  it('finds rules that could not decide, each with its column', () => {
    const auto = [
      { when: 'result.scoer >= 80', decision: 'proceed' as const },
      { when: 'milestones.step && criteria.done && milestones.stepp', decision: 'park' as const },
    ];
    const problems = checkTemplate(
      { key: 'trial', name: 'Trial', stages: [{ ...stage, gate: { ...gate, auto } }] },
      expressionChecks,
    );
    expect(problems).toEqual([
      {
        code: 'no-system',
        path: '/stages/0/gate/decided_by',
        message: 'Its rules may not decide.',
        hint: 'Add "system", or leave the rules out.',
      },
      {
        code: 'mistyped-condition',
        path: '/stages/0/gate/auto/0/when',
        message: 'At column 8: No such key: scoer.',
        hint: 'Did you mean score?',
        column: 8,
      },
      {
        code: 'no-such-option',
        path: '/stages/0/gate/auto/1/decision',
        message: 'The gate has no option "park".',
        hint: 'Decide one of proceed, or add it to the options.',
      },
      {
        code: 'mistyped-condition',
        path: '/stages/0/gate/auto/1/when',
        message: 'At column 48: No such key: stepp.',
        hint: 'Did you mean step?',
        column: 48,
      },
    ]);
  });
});

describe('the graph of a stage', () => {
  const trigger = { id: 'go', type: 'trigger', name: 'Go', config: {} } as const;
  const wait = { id: 'wait', type: 'delay', name: 'Wait', config: { seconds: 1 } } as const;
  const edge = { id: 'on', from: 'go', to: 'wait' };
  const graph = { nodes: [trigger, wait], edges: [edge] };

  it('is checked where it stands', () => {
    expect(found({ ...stage, graph, advance: 'auto' })).toEqual([]);
    const wrong = { nodes: [trigger, wait, wait], edges: [edge, { id: 'off', from: 'wait', to: 'nowhere' }] };
    expect(found(stage, { ...stage, key: 'other', graph: wrong })).toEqual([
      'duplicate-id /stages/1/graph/nodes/2/id',
      'no-such-node /stages/1/graph/edges/1/to',
    ]);
  });

  it('is work enough for a stage, and is warned about where it stands', () => {
    const bare = { key: 'bare', name: 'Bare', milestones: {}, exit_criteria: [] };
    const warned = (nodes: readonly (typeof trigger | typeof wait)[]) =>
      warnAbout({ key: 'trial', name: 'Trial', stages: [{ ...bare, graph: { nodes, edges: [] } }] }, expressionChecks);
    expect(warned([trigger])).toEqual([]);
    expect(warned([trigger, wait])).toMatchObject([{ code: 'orphan', path: '/stages/0/graph/nodes/1', node: 'wait' }]);
  });
});

describe('warning about a template', () => {
  const warned = (...stages: readonly StageDefinition[]) =>
    warnAbout({ key: 'trial', name: 'Trial', stages }, expressionChecks).map(({ code, path }) => `${code} ${path}`);
  const bare: StageDefinition = { key: 'bare', name: 'Bare', milestones: {}, exit_criteria: [] };

  it('says nothing about an ordinary one', () => {
    expect(warned(stage, { ...stage, gate }, { ...bare, locked: true }, { ...bare, gate })).toEqual([]);
  });

  it('tells of stages that ask for nothing', () => {
    expect(warned(stage, bare)).toEqual(['empty-stage /stages/1']);
  });

  it('tells of gates without people or without a way on, and of rules after one that always holds', () => {
    const auto = [
      { when: ' true ', decision: 'park' as const },
      { when: 'progress_percent > 1', decision: 'park' as const },
    ];
    const lonely: GateDefinition = { ...gate, options: ['park'], decided_by: ['system'], auto };
    expect(warned({ ...stage, gate: lonely })).toEqual([
      'no-person /stages/0/gate/decided_by',
      'no-way-on /stages/0/gate/options',
      'unreachable-rule /stages/0/gate/auto/1',
    ]);
    expect(warned({ ...stage, gate: { ...gate, auto: auto.toReversed() } })).toEqual([]);
  });
});
