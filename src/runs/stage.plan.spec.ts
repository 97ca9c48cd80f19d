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
const pairs = states.flatMap((from) => states.map((to) => ({ from, to })));
const onward: Readonly<Record<StageState, readonly StageState[]>> = {
  created: ['in_progress'],
  in_progress: ['completed'],
  completed: ['gated'],
  gated: [],
};
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

  it.each(pairs)('moves from $from to $to only where that is legal', ({ from, to }) => {
    const stage = { ...stageAt(0), state: from };
    const [legal] = onward[from];
    expect(canProgress(from, to)).toBe(to === legal);
    if (to === legal) {
      expect(updateStageState(stage, to)).toBe(to);
      return;
    }
    const way = legal === undefined ? 'No command moves it on from there.' : `From there it goes to ${legal}.`;
    const refusal = {
      code: 'illegal-transition',
      message: `Stage "Draft" is ${from}, so it cannot be ${to}. ${way}`,
      details: { stage: 'draft', from, to, legal: onward[from] },
    };
    expect(() => updateStageState(stage, to)).toThrow(expect.objectContaining(refusal));
  });
});
