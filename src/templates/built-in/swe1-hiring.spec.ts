import { describe, expect, it } from '@jest/globals';
import { command, history, start, stateAfter } from '../../../test/support/run-story.js';
import { swe1Hiring } from './swe1-hiring.js';

describe('the swe1-hiring template', () => {
  it('has the stages of the design, in order', () => {
    expect(swe1Hiring.stages.map(({ key, name }) => [key, name])).toEqual([
      ['resume_screen', 'Resume Screen'],
      ['oa', 'Online Assessment'],
      ['phone_screen', 'Phone Screen'],
      ['onsite_coding_1', 'Onsite Coding 1'],
      ['onsite_coding_2', 'Onsite Coding 2'],
      ['onsite_behavioral', 'Onsite Behavioral'],
      ['onsite_design_lite', 'Onsite Design Lite'],
      ['debrief', 'Debrief'],
    ]);
  });

  it('starts no stage by itself and locks none, so that every stage is created at first', () => {
    const onTheirOwn = swe1Hiring.stages.filter((stage) => stage.auto_start === true || stage.locked === true);
    expect(onTheirOwn).toEqual([]);
  });

  it('ends every stage at a decision that may send the candidate back, with a reason', () => {
    for (const { gate } of swe1Hiring.stages) {
      expect(gate).toMatchObject({
        gate_type: 'decision',
        options: ['proceed', 'narrow', 'pivot', 'park'],
        reason_required_for: ['pivot', 'park'],
      });
    }
  });

  it('lets the system decide where a score may, and the approver alone at the end', () => {
    const people = ['approver', 'operator'];
    expect(swe1Hiring.stages.map(({ gate }) => gate?.decided_by)).toEqual([
      [...people, 'system'],
      [...people, 'system'],
      ...Array.from({ length: 5 }, () => people),
      ['approver'],
    ]);
  });

  it.each([
    ['proceeds', 'pass', 80],
    ['proceeds', 'pass', 92.5],
    ['waits', 'pass', 79.9],
    ['waits', 'pass', undefined],
    ['waits', 'fail', 90],
    ['waits', 'undecided', 90],
  ] as const)('%s by itself after a resume screen of %s with a score of %p', (answer, outcome, score) => {
    const stage = 'resume_screen';
    const screened = [
      start(swe1Hiring.stages),
      command('start_stage', { stage }),
      command('record_result', { stage, outcome, score }),
      command('complete_stage', { stage }),
    ];
    const run = stateAfter(history(...screened));
    expect(run).toMatchObject({ currentStage: answer === 'waits' ? stage : 'oa' });
    expect(history(...screened).filter(({ type }) => type === 'gate.rule_failed')).toEqual([]);
  });
});
