import type { GateDefinition, StageDefinition, TemplateContent } from '../template.events.js';

/** Whoever moves candidates along decides as well; turning back or stopping wants a reason on record. */
const gate: GateDefinition = {
  gate_type: 'decision',
  options: ['proceed', 'narrow', 'pivot', 'park'],
  decided_by: ['approver', 'operator'],
  reason_required_for: ['pivot', 'park'],
};

/** What a score of 0 to 100 settles is decided by rule; people decide the rest. */
const scoredGate: GateDefinition = {
  ...gate,
  decided_by: [...gate.decided_by, 'system'],
  auto: [
    {
      when: 'result != null && result.outcome == "pass" && result.score != null && result.score >= 80',
      decision: 'proceed',
    },
  ],
};

/** The last word is an approver's. */
const hiringGate: GateDefinition = { ...gate, decided_by: ['approver'] };

/** A stage counts once it is passed. It is not started on being entered, so that waiting and working are told apart. */
function stage(key: string, name: string, its: GateDefinition): StageDefinition {
  const milestones = { gate_proceed: { title: 'Gate passed', weight: 100, completed_by: 'gate:proceed' } } as const;
  return { key, name, milestones, exit_criteria: [], gate: its };
}

/** A candidate for a first job as a software engineer, from the resume to the debrief. */
export const swe1Hiring: TemplateContent = {
  key: 'swe1-hiring',
  name: 'SWE I Hiring',
  stages: [
    stage('resume_screen', 'Resume Screen', scoredGate),
    stage('oa', 'Online Assessment', scoredGate),
    stage('phone_screen', 'Phone Screen', gate),
    stage('onsite_coding_1', 'Onsite Coding 1', gate),
    stage('onsite_coding_2', 'Onsite Coding 2', gate),
    stage('onsite_behavioral', 'Onsite Behavioral', gate),
    stage('onsite_design_lite', 'Onsite Design Lite', gate),
    stage('debrief', 'Debrief', hiringGate),
  ],
};
