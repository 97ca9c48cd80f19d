import type { GateDefinition } from '../templates/contract.js';
import { risksOf } from './guards.decider.js';
import { addSeconds } from '../kernel/instant.js';
import { own } from '../kernel/json-values.js';
import { assessReadiness } from './readiness.policy.js';
import type { RunCommand } from './run-command.decider.js';
import { currentStage, type Begun, type Running } from './run-state.decider.js';
import type { Evidence, OpenedGate, RunEvent } from './run.events.js';
import { stageProgress, type Stage } from './stage.plan.js';

type Moment = Pick<RunCommand, 'now' | 'freshId'>;

/** Opens the current stage's gate where one is due and none is open. */
export function openGate(run: Running, { now, freshId }: Moment): readonly RunEvent[] {
  const stage = currentStage(run);
  const { gate } = stage.definition;
  if (gate === undefined || stage.state !== 'completed' || run.gate !== null) return [];
  const expiresAt = gate.expires_after_seconds === undefined ? null : addSeconds(now, gate.expires_after_seconds);
  return [gateOpened(run, gate, { gate_id: freshId, expires_at: expiresAt, on_expiry: gate.on_expiry ?? 'remain' })];
}

/** The same question to others, without end: whoever it escalates to cannot let it lapse again. */
export function openEscalatedGate(run: Running, { freshId }: Moment): readonly RunEvent[] {
  const { gate } = currentStage(run).definition;
  if (gate === undefined) return [];
  const escalated = { ...gate, decided_by: gate.escalate_to ?? gate.decided_by };
  return [gateOpened(run, escalated, { gate_id: freshId, expires_at: null, on_expiry: 'remain' })];
}

function gateOpened(
  run: Running,
  gate: GateDefinition,
  opening: Pick<OpenedGate, 'gate_id' | 'expires_at' | 'on_expiry'>,
): RunEvent {
  const stage = currentStage(run);
  const detail: OpenedGate = {
    ...opening,
    stage: stage.definition.key,
    stage_number: stage.number,
    gate_type: gate.gate_type,
    options: gate.options,
    decided_by: gate.decided_by,
    reason_required_for: gate.reason_required_for ?? [],
    auto: gate.decided_by.includes('system') ? (gate.auto ?? []) : [],
    evidence: evidenceOf(run, stage),
  };
  return { type: 'gate.opened', detail };
}

/** Whether a gate's time is up, though nobody may have noticed yet. */
export function isPast(gate: OpenedGate, now: string): boolean {
  return gate.expires_at !== null && now > gate.expires_at;
}

/** What there is to judge by, as of the state given. */
export function evidenceOf(run: Begun, stage: Stage): Evidence {
  const risks = risksOf(run, stage);
  const { ready, blockedReasons, requiredActions } = assessReadiness(stage, risks);
  return {
    milestones: milestonesOf(stage),
    progress_percent: stageProgress(stage),
    exit_criteria: stage.definition.exit_criteria.map(({ key, text }) => ({ key, text, met: stage.met.includes(key) })),
    open_risks: risks
      .filter(({ dismissed }) => !dismissed)
      .map(({ id, type, message, dismissed }) => ({ id, type, message, dismissed })),
    result: stage.result,
    readiness: {
      ready,
      blocked_reasons: blockedReasons,
      required_actions: requiredActions,
      override: stage.override,
    },
  };
}

function milestonesOf(stage: Stage): Evidence['milestones'] {
  const rows = Object.entries(stage.weights).map(([key, weight]) => {
    const title = own(stage.definition.milestones, key)?.title ?? key;
    return [key, { title, weight, completed: stage.completed.includes(key) }] as const;
  });
  return Object.fromEntries(rows);
}
