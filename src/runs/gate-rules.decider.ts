import type { EvaluateCondition, Evaluation } from '../kernel/expression.js';
import type { Actor } from '../kernel/recorded-event.js';
import type { GateRule } from '../templates/contract.js';
import { decideGate } from './gates.decider.js';
import { isPast } from './gate-opening.decider.js';
import { isSameJson } from '../kernel/json-values.js';
import type { RunCommand } from './run-command.decider.js';
import type { PendingGate } from './gate-state.decider.js';
import { actedOnBy, currentStage, type RunState, type Running } from './run-state.decider.js';
import type { RuleFailure, RunEvent } from './run.events.js';
import { ruleValues } from './rule-values.policy.js';

const rule: Actor = { type: 'system', id: 'rule' };

/** What may change the mind of a rule. */
const news = new Set<RunEvent['type']>([
  'gate.opened',
  'stage.result_recorded',
  'facts.recorded',
  'risk.raised',
  'risk.dismissed',
]);

/**
 * What the rules of the pending gate make of what a command just led to: the first that holds decides. One that fails decides nothing, and
 * keeps those after it from deciding at this moment: the gate waits for a person or for other news.
 *
 * A gate that opens again because its run was unparked waits for news too: a rule that parks would undo every unparking. So does one that opens
 * again because its rules sent the run back: they would send it round for ever.
 */
export function decideByRules(
  run: RunState,
  events: readonly RunEvent[],
  command: RunCommand,
  evaluate: Evaluation,
): readonly RunEvent[] {
  if (run.status !== 'running' || run.gate === null || isPast(run.gate, command.now)) return [];
  if (!events.some((event) => news.has(event.type))) return [];
  const { gate } = run;
  const isReopened = command.type === 'unpark' && !events.some((event) => event.type === 'stage.completed');
  if (isReopened || hasDecided(events, gate)) return [];
  const found = firstOf(run, gate.auto ?? [], evaluate.condition);
  if (found === null) return [];
  if ('message' in found) return ruleFailed(gate, found);
  const reason = `rule ${String(found.rule)}: ${found.when}`;
  const data = { gateId: gate.gate_id, decision: found.decision, reason, toStage: found.to_stage };
  const decided = decideGate(
    actedOnBy(run, rule),
    { ...command, type: 'decide_gate', data, by: { actor: rule, roles: [] } },
    evaluate,
  );
  return decided.map((event) => ({ ...event, by: rule }));
}

function hasDecided(events: readonly RunEvent[], { stage }: PendingGate): boolean {
  return events.some((event) => event.type === 'gate.decided' && event.by === rule && event.detail.stage === stage);
}

type Found = Readonly<{ rule: number }> & GateRule;

function firstOf(run: Running, rules: readonly GateRule[], evaluate: EvaluateCondition): Found | RuleFailure | null {
  for (const [index, rule] of rules.entries()) {
    const { when } = rule;
    const answer = evaluate(when, ruleValues(run, currentStage(run), when));
    if ('failure' in answer) return { rule: index + 1, when, message: answer.failure };
    if (answer.holds) return { ...rule, rule: index + 1 };
  }
  return null;
}

/** The same failure is told once for each gate, unless many others came between. */
function ruleFailed({ gate_id, stage, failures }: PendingGate, failure: RuleFailure): readonly RunEvent[] {
  if (failures.some((known) => isSameJson(known, failure))) return [];
  return [{ type: 'gate.rule_failed', detail: { gate_id, stage, ...failure }, by: rule }];
}
