import type { Evaluation } from '../kernel/expression.js';
import { clockOf, dueGate, termsOf, type GateTerms } from './gate-terms.policy.js';
import { risksOf } from './guards.decider.js';
import { own } from '../kernel/json-values.js';
import { assessReadiness, type Readiness } from './readiness.policy.js';
import type { RunCommand } from './run-command.decider.js';
import { currentStage, type Begun, type Running } from './run-state.decider.js';
import type { Evidence, OpenedGate, RunEvent } from './run.events.js';
import { stageProgress, type Stage } from './stage.plan.js';

/** When and how a gate opens. */
type Opening = Pick<RunCommand, 'now' | 'freshId' | 'policy'>;

/** Opens the gate that is due where none is open: the approval that the policy asks for, then the template's own decision. */
export function openGate(run: Running, { now, freshId, policy }: Opening, evaluate: Evaluation): readonly RunEvent[] {
  if (run.gate !== null) return [];
  const due = dueGate(run, policy);
  return due === null ? [] : [gateOpened(run, due, clockOf(due, now), freshId, evaluate)];
}

/** The same question to others, without end: whoever it escalates to cannot let it lapse again. */
export function openEscalatedGate(
  run: Running,
  gate: OpenedGate,
  { freshId }: Opening,
  evaluate: Evaluation,
): readonly RunEvent[] {
  const { escalate_to: named, auto = [] } = currentStage(run).definition.gate ?? {};
  const deciders = gate.escalate_to ?? named ?? gate.decided_by;
  const rules = gate.gate_type === 'decision' && deciders.includes('system') ? auto : [];
  const terms = { ...termsOf(gate), decided_by: deciders, on_expiry: 'remain' as const, auto: rules };
  return [gateOpened(run, terms, { expires_at: null, remind_at: null }, freshId, evaluate)];
}

function gateOpened(
  run: Running,
  { gate_type, options, decided_by, reason_required_for, on_expiry, auto, ...approval }: GateTerms,
  clock: Pick<OpenedGate, 'expires_at' | 'remind_at'>,
  gateId: string,
  evaluate: Evaluation,
): RunEvent {
  const stage = currentStage(run);
  const { expires_after_seconds: _expiry, remind_before_seconds: _reminder, ...terms } = approval;
  const detail: OpenedGate = {
    gate_id: gateId,
    stage: stage.definition.key,
    stage_number: stage.number,
    gate_type,
    options,
    decided_by,
    reason_required_for,
    on_expiry,
    auto,
    ...clock,
    ...terms,
    evidence: evidenceOf(run, stage, evaluate),
  };
  return { type: 'gate.opened', detail };
}

/** Whether a gate's time is up, though nobody may have noticed yet. */
export function isPast(gate: OpenedGate, now: string): boolean {
  return gate.expires_at !== null && now > gate.expires_at;
}

/** What there is to judge by, as of the state given. */
export function evidenceOf(run: Begun, stage: Stage, evaluate: Evaluation): Evidence {
  const risks = risksOf(run, stage);
  const readiness = assessReadiness(run, stage, evaluate);
  const { ready, blockedReasons, requiredActions } = readiness;
  return {
    milestones: milestonesOf(stage),
    progress_percent: stageProgress(stage),
    exit_criteria: stage.definition.exit_criteria.map(({ key, text }) => ({ key, text, met: stage.met.includes(key) })),
    open_risks: risks
      .filter(({ dismissed }) => !dismissed)
      .map(({ id, type, message, dismissed }) => ({ id, type, message, dismissed })),
    result: stage.result,
    ...contractOf(stage, readiness),
    readiness: {
      ready,
      blocked_reasons: blockedReasons,
      required_actions: requiredActions,
      override: stage.override,
    },
  };
}

/** What was asked of the stage; codes of rules are no other reason's. */
function contractOf(
  { definition: { contract } }: Stage,
  { blockedReasons, untold }: Readiness,
): Pick<Evidence, 'contract'> {
  if (contract === undefined) return {};
  const unmet = new Set(blockedReasons.map(({ code }) => code));
  const holds = (code: string) => (untold.includes(code) ? null : !unmet.has(code));
  return { contract: contract.map(({ code, reason }) => ({ code, reason, holds: holds(code) })) };
}

function milestonesOf(stage: Stage): Evidence['milestones'] {
  const rows = Object.entries(stage.weights).map(([key, weight]) => {
    const title = own(stage.definition.milestones, key)?.title ?? key;
    return [key, { title, weight, completed: stage.completed.includes(key) }] as const;
  });
  return Object.fromEntries(rows);
}
