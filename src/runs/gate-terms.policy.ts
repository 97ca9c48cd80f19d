import { InputWanted } from '../kernel/decider.js';
import { addSeconds } from '../kernel/instant.js';
import { resolve, type ApprovalRule, type EffectiveRule, type PolicyLayers } from '../gate-policy/contract.js';
import type { GateDefinition } from '../templates/contract.js';
import { currentStage, type Begun } from './run-state.decider.js';
import type { OpenedGate } from './run.events.js';
import type { Stage } from './stage.plan.js';

/** On what terms a gate opens; times are spans until it does. */
export type GateTerms = Pick<
  OpenedGate,
  | 'gate_type'
  | 'options'
  | 'decided_by'
  | 'reason_required_for'
  | 'on_expiry'
  | 'quorum'
  | 'excluded'
  | 'escalate_to'
  | 'policy'
> &
  Readonly<{
    auto: NonNullable<OpenedGate['auto']>;
    expires_after_seconds?: number;
    remind_before_seconds?: number;
  }>;

/** What the rules of a run ask for before a stage can be left: what the layers say now, of its tenant and its project. */
export type PolicyWanted = Readonly<{ projectId: string | null }>;

/**
 * The gate that a completed stage has to pass next; null where it may be left. An approval comes before the template's own decision: what is decided
 * on is approved work.
 *
 * Throws `InputWanted` where the policy was not given.
 */
export function dueGate(run: Begun, policy: PolicyLayers | undefined): GateTerms | null {
  const stage = currentStage(run);
  const { gate } = stage.definition;
  if (stage.state !== 'completed') return null;
  const approval = stage.isApproved === true ? null : approvalTerms(run, stage, policy);
  if (approval !== null) return approval;
  return gate?.gate_type === 'decision' ? decisionTerms(gate) : null;
}

/** What the policy says about the approval of a stage, as it is now. */
export function effectiveApproval(run: Begun, stage: Stage, policy: PolicyLayers): EffectiveRule {
  const { gate, key } = stage.definition;
  const ofTemplate = gate?.gate_type === 'approval' ? approvalRuleOf(gate) : null;
  return resolve({ template: run.origin.template.key, stage: key, ofTemplate }, policy);
}

/** When a gate that opens now expires, and when those who may decide are reminded. */
export function clockOf(
  {
    expires_after_seconds: span,
    remind_before_seconds: ahead,
  }: Pick<GateTerms, 'expires_after_seconds' | 'remind_before_seconds'>,
  now: string,
): Pick<OpenedGate, 'expires_at' | 'remind_at'> {
  if (span === undefined) return { expires_at: null, remind_at: null };
  const warning = Math.min(ahead ?? Math.floor(span / 4), span);
  return { expires_at: addSeconds(now, span), remind_at: warning > 0 ? addSeconds(now, span - warning) : null };
}

/** The terms of a gate that is open. */
export function termsOf(gate: OpenedGate): GateTerms {
  const { gate_type, options, decided_by, reason_required_for, on_expiry, auto = [] } = gate;
  const { quorum, excluded, escalate_to, policy } = gate;
  const approval = Object.entries({ quorum, excluded, escalate_to, policy }).filter(([, value]) => value !== undefined);
  return {
    gate_type,
    options,
    decided_by,
    reason_required_for,
    on_expiry,
    auto,
    ...(Object.fromEntries(approval) as Pick<GateTerms, 'quorum' | 'excluded' | 'escalate_to' | 'policy'>),
  };
}

function approvalTerms(run: Begun, stage: Stage, policy: PolicyLayers | undefined): GateTerms | null {
  if (policy === undefined) throw new InputWanted<PolicyWanted>({ projectId: projectOf(run) });
  const rule = effectiveApproval(run, stage, policy);
  if (!rule.require_approval.value) return null;
  const { expires_after_seconds: expiry, remind_before_seconds: reminder } = rule;
  return {
    gate_type: 'approval',
    options: ['approve', 'send_back'],
    decided_by: rule.approvers.value,
    reason_required_for: reasonsOf(stage),
    on_expiry: rule.on_expiry.value,
    auto: [],
    quorum: rule.quorum.value,
    excluded: rule.no_self_approval.value ? stage.workedBy : [],
    escalate_to: rule.escalate_to.value,
    policy: Object.fromEntries(
      Object.entries(rule).map(([field, { layer, rule: key }]) => [field, { layer, rule: key }]),
    ),
    ...(expiry.value === null ? {} : { expires_after_seconds: expiry.value }),
    ...(reminder.value === null ? {} : { remind_before_seconds: reminder.value }),
  };
}

/** Whoever sends back says why; the template may ask for a reason either way. */
function reasonsOf({ definition: { gate } }: Stage): OpenedGate['reason_required_for'] {
  const named = gate?.gate_type === 'approval' ? (gate.reason_required_for ?? []) : [];
  return named.includes('approve') ? ['approve', 'send_back'] : ['send_back'];
}

function decisionTerms(gate: GateDefinition): GateTerms {
  const { gate_type, options, decided_by, reason_required_for = [], on_expiry = 'remain', auto = [] } = gate;
  const { expires_after_seconds: span, remind_before_seconds: ahead } = gate;
  return {
    gate_type,
    options,
    decided_by,
    reason_required_for,
    on_expiry,
    auto: decided_by.includes('system') ? auto : [],
    ...(span === undefined ? {} : { expires_after_seconds: span }),
    ...(ahead === undefined ? {} : { remind_before_seconds: ahead }),
  };
}

/** The template's layer: an approval at the end of the stage, on the template's terms. */
function approvalRuleOf({
  decided_by: approvers,
  gate_type: _type,
  options: _options,
  reason_required_for: _reasons,
  auto: _auto,
  ...terms
}: GateDefinition): ApprovalRule {
  return { ...terms, approvers, require_approval: true };
}

/** The project that a run moves; null where it moves something else. */
export function projectOf({ origin: { subject } }: Begun): string | null {
  return subject.type === 'project' ? subject.project_id : null;
}
