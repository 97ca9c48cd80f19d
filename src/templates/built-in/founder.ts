import type { GateDefinition, TemplateContent } from '../template.events.js';

/** A project's own people decide, or an approver for them; turning back or stopping wants a reason on record. */
const gate: GateDefinition = {
  gate_type: 'decision',
  options: ['proceed', 'narrow', 'pivot', 'park'],
  decided_by: ['founder', 'approver'],
  reason_required_for: ['pivot', 'park'],
};

/** A founder's project from a thesis to a working feedback loop. */
export const founder: TemplateContent = {
  key: 'founder',
  name: 'Founder',
  stages: [
    {
      key: 'thesis_defined',
      name: 'Thesis Defined',
      auto_start: true,
      milestones: {
        brief_generated: { title: 'Brief generated', weight: 40 },
        gate_proceed: { title: 'Gate passed', weight: 30, completed_by: 'gate:proceed' },
        risks_identified: { title: 'Risks identified', weight: 30 },
      },
      exit_criteria: [],
      gate,
    },
    {
      key: 'validated_direction',
      name: 'Validated Direction',
      auto_start: true,
      milestones: {
        direction_chosen: { title: 'Direction chosen', weight: 25 },
        validation_complete: { title: 'Validation complete', weight: 35 },
        scope_narrowed: { title: 'Scope narrowed', weight: 20, also_completed_by: 'gate:narrow' },
        gate_proceed: { title: 'Gate passed', weight: 20, completed_by: 'gate:proceed' },
      },
      exit_criteria: [],
      gate,
    },
    {
      key: 'mvp_built',
      name: 'MVP Built',
      auto_start: true,
      milestones: {
        build_started: { title: 'Build started', weight: 15 },
        build_complete: { title: 'Build complete', weight: 35 },
        tests_passing: { title: 'Tests passing', weight: 20 },
        preview_live: { title: 'Preview live', weight: 30 },
      },
      exit_criteria: [],
    },
    {
      key: 'feedback_loop_active',
      name: 'Feedback Loop Active',
      auto_start: true,
      milestones: {
        feedback_collected: { title: 'Feedback collected', weight: 30 },
        iteration_planned: { title: 'Iteration planned', weight: 25 },
        iteration_shipped: { title: 'Iteration shipped', weight: 25 },
        gate_proceed: { title: 'Gate passed', weight: 20, completed_by: 'gate:proceed' },
      },
      exit_criteria: [],
      gate,
    },
    { key: 'growth', name: 'Growth', locked: true, milestones: {}, exit_criteria: [] },
  ],
};
