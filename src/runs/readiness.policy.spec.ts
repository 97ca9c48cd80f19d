import { describe, expect, it } from '@jest/globals';
import { trialStages } from '../../test/support/run-story.js';
import { assessReadiness } from './readiness.policy.js';
import { planPipeline, type Stage } from './stage.plan.js';

const draft = (change: Partial<Stage>): Stage => {
  const [stage] = planPipeline(trialStages);
  if (stage === undefined) throw new Error('The trial has a first stage.');
  return { ...stage, state: 'in_progress', ...change };
};
const risk = { id: 'risk-1', type: 'legal', message: 'No licence', dismissed: false };

describe('the readiness of a stage', () => {
  it('lists every reason with the action that removes it', () => {
    expect(assessReadiness(draft({ completed: ['outline'] }), [risk])).toEqual({
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
    });
  });

  it('asks for no milestone that a decision completes, nor for a dismissed risk', () => {
    const done = draft({ completed: ['outline', 'review'], met: ['sourced'] });
    expect(assessReadiness(done, [{ ...risk, dismissed: true }])).toEqual({
      ready: true,
      blockedReasons: [],
      requiredActions: [],
    });
  });

  it('asks for no milestone that was dropped', () => {
    const narrowed = draft({ weights: { outline: 80, agreed: 20 }, completed: ['outline'], met: ['sourced'] });
    expect(assessReadiness(narrowed, []).ready).toBe(true);
  });

  it('asks to start a stage that is not started', () => {
    const unstarted = draft({ state: 'created', completed: ['outline', 'review'], met: ['sourced'] });
    expect(assessReadiness(unstarted, [])).toEqual({
      ready: false,
      blockedReasons: [{ code: 'stage-not-started', message: 'The stage was not started yet.' }],
      requiredActions: [{ code: 'start-stage', message: 'Start the stage.' }],
    });
  });
});
