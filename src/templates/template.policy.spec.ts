import { describe, expect, it } from '@jest/globals';
import type { GateDefinition, StageDefinition, TemplateContent } from './template.events.js';
import { checkTemplate } from './template.policy.js';

const stage: StageDefinition = {
  key: 'only',
  name: 'Only',
  milestones: { step: { title: 'Step', weight: 1 } },
  exit_criteria: [{ key: 'done', text: 'It is done' }],
};
const gate: GateDefinition = { gate_type: 'decision', options: ['proceed'], decided_by: ['founder'] };

function found(...stages: readonly StageDefinition[]): readonly string[] {
  return checkTemplate({ key: 'trial', name: 'Trial', stages }).map(({ code, path }) => `${code} ${path}`);
}

describe('checking a template', () => {
  it('finds nothing in a sound one', () => {
    expect(found({ ...stage, gate })).toEqual([]);
  });

  it('finds every problem at once, each with what to do', () => {
    const content: TemplateContent = { key: 'Bad Key', name: ' ', stages: [{ ...stage, key: '', locked: true }] };
    expect(checkTemplate(content)).toEqual([
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
});
