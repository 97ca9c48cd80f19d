import type { JsonObject } from '../kernel/json.js';
import { graphIndex, nodeValues } from '../work/contract.js';
import { risksOf } from './guards.decider.js';
import type { Begun } from './run-state.decider.js';
import { stageProgress, type Stage } from './stage.plan.js';

/** What an expression in the contract of a stage or in the rules of its gate may speak of; docs/templates.md says the same to authors. */
export function ruleValues(run: Begun, stage: Stage, expression: string): JsonObject {
  const { exit_criteria: criteria, graph } = stage.definition;
  const risks = risksOf(run, stage).filter(({ dismissed }) => !dismissed);
  return {
    result: stage.result,
    results: Object.fromEntries(run.stages.map(({ definition, result }) => [definition.key, result])),
    nodes: graph === undefined || stage.work === null ? {} : nodeValues(stage.work, graphIndex(graph), expression),
    facts: run.facts,
    input: run.origin.input,
    progress_percent: stageProgress(stage),
    milestones: Object.fromEntries(Object.keys(stage.weights).map((key) => [key, stage.completed.includes(key)])),
    criteria: Object.fromEntries(criteria.map(({ key }) => [key, stage.met.includes(key)])),
    risks: risks.map(({ type, message }) => ({ type, message })),
  };
}
