import { refuse } from '../kernel/domain-error.js';
import type { Evaluation } from '../kernel/expression.js';
import { consequences, pivotTarget } from './consequences.decider.js';
import { evidenceOf, isPast, openEscalatedGate } from './gate-opening.decider.js';
import { inTurn, requiredReason, statedReason } from './guards.decider.js';
import { isSameJson } from '../kernel/json-values.js';
import type { DecideGate, Deciding, Wake } from './run-command.decider.js';
import { currentStage, findClosedGate, type Begun, type ClosedGate, type Running } from './run-state.decider.js';
import type { OpenedGate, RunEvent, Verdict } from './run.events.js';
import { getNextStage } from './stage.plan.js';

/** A gate answers for itself, whatever became of its run: the same decision sent late is still a repeat. */
export function decideGate(run: Begun, command: DecideGate, evaluate: Evaluation): readonly RunEvent[] {
  const { gateId, decision } = command.data;
  const closed = findClosedGate(run, gateId);
  if (closed !== undefined) return answerClosed(run, closed, command.data);
  if (run.status !== 'running' || run.gate?.gate_id !== gateId) throw gateNotFound(gateId);
  const { gate } = run;
  checkFields(command.data);
  if (isPast(gate, command.now)) throw notPending('expired');
  checkDecision(gate, command);
  const reason = gate.reason_required_for.includes(decision)
    ? requiredReason(command.data.reason, `the decision "${decision}"`)
    : statedReason(command.data.reason);
  const settled = { ...command, data: { ...command.data, reason } };
  return inTurn(
    run,
    () => [gateDecided(run, gate, settled, evaluate)],
    (now) => consequences[decision](now, gate, settled, evaluate),
  );
}

/** Nobody decided in time. */
export function expireGate(run: Running, command: Wake, evaluate: Evaluation): readonly RunEvent[] {
  const { gate } = run;
  if (gate === null || gate.expires_at === null || command.now < gate.expires_at) return [];
  const { gate_id, stage, on_expiry } = gate;
  return inTurn(
    run,
    () => [{ type: 'gate.expired', detail: { gate_id, stage, on_expiry } }],
    (now) => afterExpiry(now, gate, command, evaluate),
  );
}

/** A pending gate has nobody to wait for any more. */
export function supersedeGate(run: Running, reason: string): readonly RunEvent[] {
  if (run.gate === null) return [];
  const { gate_id, stage } = run.gate;
  return [{ type: 'gate.superseded', detail: { gate_id, stage }, reason }];
}

function afterExpiry(run: Running, gate: OpenedGate, command: Wake, evaluate: Evaluation): readonly RunEvent[] {
  switch (gate.on_expiry) {
    case 'remain':
      return []; // Fail closed: the stage stays unpassed until somebody asks again.
    case 'park': {
      const detail = { stage: gate.stage, gate_id: gate.gate_id };
      return [{ type: 'pipeline_run.parked', detail, reason: 'The gate expired undecided.' }];
    }
    case 'escalate':
      return openEscalatedGate(run, gate, command, evaluate);
  }
}

function answerClosed(run: Begun, gate: ClosedGate, data: DecideGate['data']): readonly RunEvent[] {
  if (gate.status !== 'decided') throw notPending(gate.status);
  if (isSameJson(gate.verdict, verdictOf(run, data))) return []; // The same decision sent twice is already in effect.
  const { decision, to_stage, scope } = gate.verdict;
  const message =
    decision === data.decision
      ? `It was decided: ${decision}, with another target or scope.`
      : `It was decided: ${decision}.`;
  throw refuse('gate-already-decided', message, { decision, to_stage, scope });
}

/** What a decision comes to: a pivot without a target goes back to the first stage. */
function verdictOf(run: Begun, { decision, toStage, scope }: DecideGate['data']): Verdict {
  const target = decision === 'pivot' ? (toStage ?? getNextStage(run.stages, null)?.definition.key ?? null) : null;
  return { decision, to_stage: target, scope: scope ?? null };
}

/** A target goes with a pivot and a scope with a narrowing; with another decision they would be lost without a word. */
function checkFields({ decision, toStage, scope }: DecideGate['data']): void {
  const errors = [
    ...(toStage !== undefined && decision !== 'pivot'
      ? [{ pointer: '/to_stage', detail: 'goes with the decision pivot only.' }]
      : []),
    ...(scope !== undefined && decision !== 'narrow'
      ? [{ pointer: '/scope', detail: 'goes with the decision narrow only.' }]
      : []),
  ];
  if (errors.length > 0) throw refuse('invalid-input', `What was sent does not go with "${decision}".`, { errors });
}

function checkDecision(gate: OpenedGate, { data: { decision }, by }: DecideGate): void {
  if (!gate.options.includes(decision)) {
    const message = `"${decision}" is not an option here. Decide ${gate.options.join(' or ')}.`;
    throw refuse('option-not-allowed', message, { options: gate.options });
  }
  if (mayDecide(gate, by)) return;
  const message = `Only ${gate.decided_by.join(' or ')} may decide this gate.`;
  throw refuse('not-a-decider', message, { decided_by: gate.decided_by });
}

function mayDecide({ decided_by: allowed }: OpenedGate, { actor, roles }: Deciding): boolean {
  return allowed.includes(actor.type) || roles.some((role) => role === 'admin' || allowed.includes(role));
}

function gateDecided(
  run: Running,
  { gate_id, stage }: OpenedGate,
  { data }: DecideGate,
  evaluate: Evaluation,
): RunEvent {
  if (data.decision === 'pivot') pivotTarget(run, data.toStage); // Refuses a target that cannot be gone back to.
  const evidence = evidenceOf(run, currentStage(run), evaluate);
  return {
    type: 'gate.decided',
    detail: { gate_id, stage, ...verdictOf(run, data), evidence },
    ...(data.reason === undefined ? {} : { reason: data.reason }),
  };
}

function notPending(status: 'expired' | 'superseded'): Error {
  const advice =
    status === 'expired' ? 'Complete the stage again to open a fresh one.' : 'Read the run for where it stands now.';
  return refuse('gate-not-pending', `The gate is ${status}. ${advice}`, { status });
}

function gateNotFound(id: string): Error {
  return refuse('gate-not-found', `Gate ${id} is not part of this run.`);
}
