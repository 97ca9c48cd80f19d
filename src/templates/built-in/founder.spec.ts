import { describe, expect, it } from '@jest/globals';
import { examineTemplate } from '../template-examination.js';
import { builtInTemplates } from './built-in.js';
import { founder } from './founder.js';

describe('the founder template', () => {
  it('has the stages and weights of the design', () => {
    const weights = founder.stages.map(({ key, name, milestones }) => [
      key,
      name,
      Object.fromEntries(Object.entries(milestones).map(([milestone, { weight }]) => [milestone, weight])),
    ]);
    expect(weights).toEqual([
      ['thesis_defined', 'Thesis Defined', { brief_generated: 40, gate_proceed: 30, risks_identified: 30 }],
      [
        'validated_direction',
        'Validated Direction',
        { direction_chosen: 25, validation_complete: 35, scope_narrowed: 20, gate_proceed: 20 },
      ],
      ['mvp_built', 'MVP Built', { build_started: 15, build_complete: 35, tests_passing: 20, preview_live: 30 }],
      [
        'feedback_loop_active',
        'Feedback Loop Active',
        { feedback_collected: 30, iteration_planned: 25, iteration_shipped: 25, gate_proceed: 20 },
      ],
      ['growth', 'Growth', {}],
    ]);
  });

  it('ends the stages with a gate_proceed milestone, and only those, at a gate', () => {
    const gated = founder.stages.filter(({ gate }) => gate !== undefined).map(({ key }) => key);
    expect(gated).toEqual(['thesis_defined', 'validated_direction', 'feedback_loop_active']);
    expect(founder.stages[0]?.gate).toEqual({
      gate_type: 'decision',
      options: ['proceed', 'narrow', 'pivot', 'park'],
      decided_by: ['founder', 'approver'],
      reason_required_for: ['pivot', 'park'],
    });
  });

  it('ties gate_proceed to the decision and lets narrow complete scope_narrowed', () => {
    const [thesis, direction] = founder.stages;
    expect(thesis?.milestones['gate_proceed']?.completed_by).toBe('gate:proceed');
    expect(direction?.milestones['scope_narrowed']?.also_completed_by).toBe('gate:narrow');
  });

  it('locks the fifth stage and starts the others by itself', () => {
    expect(founder.stages.map(({ locked }) => locked ?? false)).toEqual([false, false, false, false, true]);
    expect(founder.stages.map((stage) => stage.auto_start ?? false)).toEqual([true, true, true, true, false]);
  });
});

describe('the built-in templates', () => {
  it.each(builtInTemplates)('could be published by anybody but for their keys: $key', (content) => {
    expect(examineTemplate({ ...content, key: `my-${content.key}` })).toMatchObject({ errors: [], warnings: [] });
    expect(examineTemplate(content).errors).toMatchObject([{ code: 'reserved-key', path: '/key' }]);
  });
});
