import { describe, expect, it } from '@jest/globals';
import { trialStages } from '../../test/support/run-story.js';
import {
  canProgress,
  getNextStage,
  planPipeline,
  updateStageState,
  type Stage,
  type StageState,
} from './stage.plan.js';

const states: readonly StageState[] = ['created', 'in_progress', 'completed', 'gated'];
const plan = planPipeline(trialStages);
const stageAt = (index: number): Stage => {
  const stage = plan[index];
  if (stage === undefined) throw new Error(`There is no stage ${String(index)}.`);
  return stage;
};

describe('planning a pipeline', () => {
  it('creates every stage, numbered from 1, with the weights of the template', () => {
    expect(plan.map(({ definition, number, state }) => [definition.key, number, state])).toEqual([
      ['draft', 1, 'created'],
      ['build', 2, 'created'],
      ['vault', 3, 'created'],
      ['check', 4, 'created'],
      ['ship', 5, 'created'],
    ]);
    expect(stageAt(0).weights).toEqual({ outline: 50, review: 25, trimmed: 5, agreed: 20 });
  });

  it('goes from stage to stage, past locked ones, to the end', () => {
    expect(getNextStage(plan, null)?.definition.key).toBe('draft');
    expect(getNextStage(plan, stageAt(0))?.definition.key).toBe('build');
    expect(getNextStage(plan, stageAt(1))?.definition.key).toBe('check');
    expect(getNextStage(plan, stageAt(4))).toBeNull();
  });

  it('lets a stage progress one step at a time and never back', () => {
    const legal = states.flatMap((from) => states.filter((to) => canProgress(from, to)).map((to) => `${from} ${to}`));
    expect(legal).toEqual(['created in_progress', 'in_progress completed', 'completed gated']);
  });

  it('updates a state along a legal move', () => {
    expect(updateStageState(stageAt(0), 'in_progress')).toBe('in_progress');
  });

  it('refuses an illegal move with from, to and what is legal', () => {
    const refusal = {
      code: 'illegal-transition',
      message: 'Stage "Draft" is created, so it cannot be completed. From there it goes to in_progress.',
      details: { stage: 'draft', from: 'created', to: 'completed', legal: ['in_progress'] },
    };
    expect(() => updateStageState(stageAt(0), 'completed')).toThrow(expect.objectContaining(refusal));
  });
});
