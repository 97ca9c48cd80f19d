import type { EvaluateCondition, Evaluation } from '../kernel/expression.js';
import type { JsonObject } from '../kernel/json.js';
import type { Actor } from '../kernel/recorded-event.js';
import type { GateRule } from '../templates/contract.js';
import { decideGate } from './gates.decider.js';
import { isPast } from './gate-opening.decider.js';
import { risksOf } from './guards.decider.js';
import { isSameJson } from '../kernel/json-values.js';
import type { RunCommand } from './run-command.decider.js';
import { currentStage, type PendingGate, type RunState, type Running } from './run-state.decider.js';
import type { RuleFailure, RunEvent } from './run.events.js';
import { stageProgress } from './stage.plan.js';

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
  { type, runId, now, freshId }: RunCommand,
  evaluate: Evaluation,
): readonly RunEvent[] {
  if (run.status !== 'running' || run.gate === null || isPast(run.gate, now)) return [];
  if (!events.some((event) => news.has(event.type))) return [];
  const { gate } = run;
  const isReopened = type === 'unpark' && !events.some((event) => event.type === 'stage.completed');
  if (isReopened || hasDecided(events, gate)) return [];
  const found = firstOf(gate.auto ?? [], ruleValues(run), evaluate.apart().condition);
  if (found === null) return [];
  if ('message' in found) return ruleFailed(gate, found);
  const reason = `rule ${String(found.rule)}: ${found.when}`;
  const data = { gateId: gate.gate_id, decision: found.decision, reason };
  const decided = decideGate(run, { type: 'decide_gate', runId, data, by: { actor: rule, roles: [] }, now, freshId });
  return decided.map((event) => ({ ...event, by: rule }));
}

function hasDecided(events: readonly RunEvent[], { stage }: PendingGate): boolean {
  return events.some((event) => event.type === 'gate.decided' && event.by === rule && event.detail.stage === stage);
}

type Found = Readonly<{ rule: number }> & GateRule;

function firstOf(
  rules: readonly GateRule[],
  values: JsonObject,
  evaluate: EvaluateCondition,
): Found | RuleFailure | null {
  for (const [index, { when, decision }] of rules.entries()) {
    const answer = evaluate(when, values);
    if ('failure' in answer) return { rule: index + 1, when, message: answer.failure };
    if (answer.holds) return { rule: index + 1, when, decision };
  }
  return null;
}

/** The same failure is told once for each gate, unless many others came between. */
function ruleFailed({ gate_id, stage, failures }: PendingGate, failure: RuleFailure): readonly RunEvent[] {
  if (failures.some((known) => isSameJson(known, failure))) return [];
  return [{ type: 'gate.rule_failed', detail: { gate_id, stage, ...failure }, by: rule }];
}

/** What the rules of the current stage's gate may speak of; docs/templates.md says the same to authors. */
export function ruleValues(run: Running): JsonObject {
  const stage = currentStage(run);
  const { exit_criteria: criteria } = stage.definition;
  const risks = risksOf(run, stage).filter(({ dismissed }) => !dismissed);
  return {
    result: stage.result,
    facts: run.facts,
    input: run.origin.input,
    progress_percent: stageProgress(stage),
    milestones: Object.fromEntries(Object.keys(stage.weights).map((key) => [key, stage.completed.includes(key)])),
    criteria: Object.fromEntries(criteria.map(({ key }) => [key, stage.met.includes(key)])),
    risks: risks.map(({ type, message }) => ({ type, message })),
  };
}
