import type { DecisionGateRow } from './decision-gate.projection.js';
import type { GateResponse } from './gate.response.js';

/** A gate as it goes over the wire. */
export function gateOnWire(gate: DecisionGateRow): GateResponse {
  return {
    id: gate.id,
    run_id: gate.runId,
    stage: gate.stage,
    stage_number: gate.stageNumber,
    gate_type: gate.gateType,
    status: gate.status,
    options: gate.options,
    allowed_deciders: gate.allowedDeciders,
    reason_required_for: gate.reasonRequiredFor,
    decision: gate.decision,
    decided_by:
      gate.decidedByActor === null ? null : { actor_type: gate.decidedByActor.type, actor_id: gate.decidedByActor.id },
    decided_at: gate.decidedAt,
    reason: gate.reason,
    context: gate.context,
    evidence: gate.evidence,
    rules: gate.rules ?? [],
    rule_failure: gate.ruleFailure,
    votes: gate.votes,
    expires_at: gate.expiresAt,
    created_at: gate.createdAt,
  };
}
