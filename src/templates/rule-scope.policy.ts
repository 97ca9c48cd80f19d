import { problem, type Problem } from '../kernel/definition-problem.js';
import type { ExpressionChecks, NameUse, Scope, ScopeType } from '../kernel/expression.js';
import { referencedNodes } from '../work/contract.js';
import type { StageDefinition } from './template.events.js';

const stageResult: ScopeType = { fields: { outcome: 'text', score: 'number', feedback: 'text', data: 'any' } };
const anyNode: ScopeType = { fields: { output: 'any' } };

/** What the contract of a stage and the rules of its gate may speak of. What a run gives them has to fit. */
export function scopeOf(stage: StageDefinition, stages: readonly StageDefinition[]): Scope {
  const flags = (keys: readonly string[]) => ({
    fields: Object.fromEntries(keys.map((key) => [key, 'flag' as const])),
  });
  return {
    result: stageResult,
    results: { fields: Object.fromEntries(stages.map(({ key }) => [key, stageResult])) },
    nodes: { fields: Object.fromEntries(nodesSpokenOf(stage).map((id) => [id, anyNode])) },
    facts: 'any',
    input: 'any',
    progress_percent: 'number',
    milestones: flags(Object.keys(stage.milestones)),
    criteria: flags(stage.exit_criteria.map(({ key }) => key)),
    risks: { list: { fields: { type: 'text', message: 'text' } } },
  };
}

/** What is wrong with a condition over such a scope. A node is spoken of as `nodeValues` finds it when the rule is asked. */
export function conditionProblems(
  when: string,
  about: Readonly<{ stage: StageDefinition; scope: Scope; path: string }>,
  checks: ExpressionChecks,
): readonly Problem[] {
  const ofNodes = checks.usesOf(when, 'nodes').flatMap((use) => nodeProblem(when, use, about) ?? []);
  if (ofNodes.length > 0) return ofNodes;
  const fault = checks.condition(when, about.scope);
  if (fault === null) return [];
  const { code, column, message, hint } = fault;
  return [problem(code, about.path, `At column ${String(column)}: ${message}`, hint, { column })];
}

/** Whether all that a condition asks about are facts, so that facts alone can satisfy it. */
export function asksForFactsAlone(when: string, scope: Scope, { usesOf }: Pick<ExpressionChecks, 'usesOf'>): boolean {
  return Object.keys(scope).every((name) => usesOf(when, name).length > 0 === (name === 'facts'));
}

function nodeProblem(
  when: string,
  { column, path: [id] }: NameUse,
  { stage, path }: Readonly<{ stage: StageDefinition; path: string }>,
): Problem | null {
  const tell = (code: string, message: string, hint: string) =>
    problem(code, path, `At column ${String(column)}: ${message}`, hint, { column });
  if (id === undefined || !referencedNodes(when).includes(id))
    return tell('bad-reference', 'It does not say which node.', 'Write nodes.name or nodes["any name"], nothing else.');
  if (stage.graph?.nodes.some((node) => node.id === id) === true) return null;
  return tell('no-such-node', `The stage has no node "${id}".`, 'Name a node of the graph of the stage.');
}

/** Of a graph of thousands, the few nodes that its rules name: what is made of a scope takes longer than a check. */
function nodesSpokenOf({ graph, contract = [], gate }: StageDefinition): readonly string[] {
  const named = new Set([...contract, ...(gate?.auto ?? [])].flatMap(({ when }) => referencedNodes(when)));
  return (graph?.nodes ?? []).map(({ id }) => id).filter((id) => named.has(id));
}
