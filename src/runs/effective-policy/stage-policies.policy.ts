import { fieldsThatDiffer, type EffectiveRule, type PolicyLayers } from '../../gate-policy/contract.js';
import { effectiveApproval } from '../gate-terms.policy.js';
import type { Begun } from '../run-state.decider.js';
import type { OpenedGate } from '../run.events.js';
import { isLocked, type Stage, type StageState } from '../stage.plan.js';

/** What holds for one stage, and for the gate that is open there; spelled as on the wire. */
export type StagePolicy = Readonly<{
  stage: string;
  stage_number: number;
  state: StageState;
  approved: boolean;
  policy: EffectiveRule;
  open_gate: OpenGateTerms | null;
}>;

type OpenGateTerms = Readonly<{
  gate_id: string;
  gate_type: OpenedGate['gate_type'];
  /** As the policy was when it opened; null for a decision. */
  terms: EffectiveRule | null;
  /** Of which the policy says otherwise by now. */
  changed_since: readonly string[];
  note: string | null;
}>;

/** What the policy says now of every stage that can be entered, in order; a gate that is open keeps its own terms. */
export function stagePolicies(run: Begun, layers: PolicyLayers): readonly StagePolicy[] {
  return run.stages.filter((stage) => !isLocked(stage)).map((stage) => stagePolicy(run, stage, layers));
}

function stagePolicy(run: Begun, stage: Stage, layers: PolicyLayers): StagePolicy {
  const { definition, number, state } = stage;
  const policy = effectiveApproval(run, stage, layers);
  const gate = run.status === 'running' && run.gate?.stage === definition.key ? run.gate : null;
  return {
    stage: definition.key,
    stage_number: number,
    state,
    approved: stage.isApproved === true,
    policy,
    open_gate: gate === null ? null : openGateTerms(gate, stage, policy),
  };
}

function openGateTerms(gate: OpenedGate, stage: Stage, now: EffectiveRule): OpenGateTerms {
  const { gate_id, gate_type, policy: terms = null } = gate;
  const changed = terms === null ? [] : fieldsThatDiffer(terms, now);
  const note = terms === null ? noteOnDecision(gate, stage, now) : noteOnApproval(changed);
  return { gate_id, gate_type, terms, changed_since: changed, note };
}

function noteOnApproval(changed: readonly string[]): string | null {
  if (changed.length === 0) return null;
  return `This gate keeps the terms it opened with. The policy says otherwise by now of ${changed.join(', ')}: that holds for the next one.`;
}

function noteOnDecision({ gate_type }: OpenedGate, stage: Stage, now: EffectiveRule): string | null {
  if (gate_type !== 'decision' || stage.isApproved === true || !now.require_approval.value) return null;
  return 'This gate opened when nobody had to approve the stage, and stays as it is. An approval is asked for the next time the stage is completed.';
}
