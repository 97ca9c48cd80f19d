import { refuse } from '../kernel/domain-error.js';
import type { Evaluation } from '../kernel/expression.js';
import { consequences, pivotTarget } from './consequences.decider.js';
import type { ClosedGate, PendingGate } from './gate-state.decider.js';
import { evidenceOf } from './gate-opening.decider.js';
import { inTurn, requiredReason, statedReason } from './guards.decider.js';
import { isSameJson } from '../kernel/json-values.js';
import { atPendingGate, decidedAlready, notPending } from './pending-gate.policy.js';
import type { DecideGate } from './run-command.decider.js';
import { currentStage, findClosedGate, type Begun, type Running } from './run-state.decider.js';
import type { OpenedGate, RunEvent, Verdict } from './run.events.js';
import { checkSendBack } from './send-back.decider.js';
import { getNextStage } from './stage.plan.js';
import { castVote } from './votes.decider.js';
import { isDecider, notADecider, seatOf } from './voting.policy.js';

/** A gate answers for itself, whatever became of its run: the same decision sent late is still a repeat. */
export function decideGate(run: Begun, command: DecideGate, evaluate: Evaluation): readonly RunEvent[] {
  const { gateId, decision } = command.data;
  const closed = findClosedGate(run, gateId);
  if (closed !== undefined) return answerClosed(run, closed, command.data);
  const running = atPendingGate(run, gateId, command.now);
  const { gate } = running;
  checkFields(command.data);
  checkDecision(gate, command);
  const settled = { ...command, data: { ...command.data, reason: reasonOf(gate, command.data) } };
  const decide = (now: Running) => settle(now, gate, settled, evaluate);
  if (decision !== 'approve' && decision !== 'send_back') return decide(running);
  return castVote(running, gate, { word: decision, by: command.by, reason: settled.data.reason }, decide);
}

/** A pending gate has nobody to wait for any more. */
export function supersedeGate(run: Running, reason: string): readonly RunEvent[] {
  if (run.gate === null) return [];
  const { gate_id, stage } = run.gate;
  return [{ type: 'gate.superseded', detail: { gate_id, stage }, reason }];
}

function settle(run: Running, gate: PendingGate, command: DecideGate, evaluate: Evaluation): readonly RunEvent[] {
  return inTurn(
    run,
    () => [gateDecided(run, gate, command, evaluate)],
    (now) => consequences[command.data.decision](now, gate, command, evaluate),
  );
}

/** The note of what is sent back is a reason too. */
function reasonOf(gate: OpenedGate, { decision, reason, sendBack }: DecideGate['data']): string | undefined {
  const given = statedReason(reason) ?? sendBack?.note;
  return gate.reason_required_for.includes(decision)
    ? requiredReason(given, `the decision "${decision}"`)
    : statedReason(given);
}

function answerClosed(run: Begun, gate: ClosedGate, data: DecideGate['data']): readonly RunEvent[] {
  if (gate.status !== 'decided') throw notPending(gate.status);
  if (isSameJson(gate.verdict, verdictOf(run, data))) return []; // The same decision sent twice is already in effect.
  throw decidedAlready(gate.verdict, data.decision);
}

/** What a decision comes to: a pivot without a target goes back to the first stage. */
function verdictOf(run: Begun, { decision, toStage, scope, sendBack }: DecideGate['data']): Verdict {
  const target = decision === 'pivot' ? (toStage ?? getNextStage(run.stages, null)?.definition.key ?? null) : null;
  const sentBack = decision === 'send_back' ? { send_back: sendBack ?? null } : {};
  return { decision, to_stage: target, scope: scope ?? null, ...sentBack };
}

/** What goes with one decision would be lost without a word with another. */
function checkFields({ decision, toStage, scope, sendBack }: DecideGate['data']): void {
  const fields = [
    { pointer: '/to_stage', value: toStage, goesWith: 'pivot' },
    { pointer: '/scope', value: scope, goesWith: 'narrow' },
    { pointer: '/send_back', value: sendBack, goesWith: 'send_back' },
  ];
  const errors = fields
    .filter(({ value, goesWith }) => value !== undefined && decision !== goesWith)
    .map(({ pointer, goesWith }) => ({ pointer, detail: `goes with the decision ${goesWith} only.` }));
  if (errors.length > 0) throw refuse('invalid-input', `What was sent does not go with "${decision}".`, { errors });
  checkSendBack(sendBack);
}

function checkDecision(gate: PendingGate, { data: { decision }, by }: DecideGate): void {
  if (!gate.options.includes(decision)) {
    const message = `"${decision}" is not an option here. Decide ${gate.options.join(' or ')}.`;
    throw refuse('option-not-allowed', message, { options: gate.options });
  }
  if (gate.gate_type === 'approval') seatOf(gate, by);
  else if (!isDecider(gate.decided_by, by)) throw notADecider(gate);
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
