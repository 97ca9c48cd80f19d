import type { Deciding } from '../run-command.decider.js';
import { callerAtGate } from './caller-at-gate.policy.js';
import type { DecisionGateRow } from './decision-gate.projection.js';
import type { GateSetting } from './gate-setting.js';
import type { GateResponse } from './gate.response.js';

/** What a gate is shown with: where it stands, and who asks when. */
export type SeenGate = Readonly<{ setting: GateSetting | undefined; by: Deciding; now: string }>;

/** A gate as it goes over the wire. */
export function gateOnWire(gate: DecisionGateRow, { setting, by, now }: SeenGate): GateResponse {
  const actor = gate.decidedByActor;
  return {
    id: gate.id,
    run_id: gate.runId,
    ...settingOnWire(setting),
    stage: gate.stage,
    stage_number: gate.stageNumber,
    gate_type: gate.gateType,
    status: gate.status,
    options: gate.options,
    allowed_deciders: gate.allowedDeciders,
    reason_required_for: gate.reasonRequiredFor,
    decision: gate.decision,
    decided_by: actor === null ? null : { actor_type: actor.type, actor_id: actor.id },
    decided_at: gate.decidedAt,
    reason: gate.reason,
    context: gate.context,
    evidence: gate.evidence,
    rules: gate.rules ?? [],
    rule_failure: gate.ruleFailure,
    ...votingOnWire(gate),
    ...callerOnWire(gate, by, now),
    expires_at: gate.expiresAt,
    remind_at: gate.remindAt,
    reminded_at: gate.remindedAt,
    created_at: gate.createdAt,
  };
}

function settingOnWire(setting: GateSetting | undefined) {
  return {
    template: setting?.template ?? null,
    subject: setting?.subject ?? null,
    project_name: setting?.projectName ?? null,
    stage_name: setting?.stageName ?? null,
  };
}

function votingOnWire({ votes, quorum, excluded, escalateTo, policy, delegations }: DecisionGateRow) {
  const approvals = votes.filter(({ vote }) => vote === 'approve').length;
  return {
    votes,
    quorum,
    missing_approvals: quorum === null ? null : Math.max(0, quorum - approvals),
    excluded: excluded ?? [],
    escalate_to: escalateTo ?? [],
    policy,
    required_by: policy?.['require_approval']?.layer ?? null,
    delegations: delegations ?? [],
  };
}

function callerOnWire(gate: DecisionGateRow, by: Deciding, now: string) {
  const { mayDecide, reason, voted, onBehalfOf } = callerAtGate(gate, by, now);
  return { caller: { may_decide: mayDecide, reason, voted, on_behalf_of: onBehalfOf } };
}
