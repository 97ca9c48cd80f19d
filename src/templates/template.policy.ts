import type { ExpressionChecks } from '../kernel/expression.js';
import { pointerStep } from '../kernel/json-pointer.js';
import { checkGraph } from '../work/contract.js';
import { checkContract } from './contract.policy.js';
import { checkGate } from './gate.policy.js';
import { checkKey, checkName, checkUnique } from './names.policy.js';
import type { GateDefinition, MilestoneDefinition, StageDefinition, TemplateContent } from './template.events.js';
import type { Problem } from '../kernel/definition-problem.js';

/** Far above any use, far below where products of weights stop being exact. */
export const heaviest = 1_000_000;

/** Everything that keeps a template from being run, all at once; an empty list means it is sound. */
export function checkTemplate(content: TemplateContent, checks: ExpressionChecks): readonly Problem[] {
  return [
    ...checkHeading(content),
    ...checkPlan(content.stages),
    ...content.stages.flatMap((stage, index) => checkStage(stage, content.stages, `/stages/${String(index)}`, checks)),
  ];
}

/** What is wrong with what a template is called by. */
export function checkHeading({ key, name }: Readonly<{ key: string; name: string }>): readonly Problem[] {
  return [...checkKey(key, '/key'), ...checkName(name, '/name')];
}

function checkPlan(stages: readonly StageDefinition[]): readonly Problem[] {
  const problems: Problem[] = [...checkUnique(keysOf(stages), '/stages', 'key')];
  if (!stages.some((stage) => stage.locked !== true)) {
    problems.push({
      code: 'no-open-stage',
      path: '/stages',
      message: 'There is no stage a run could enter.',
      hint: 'Add a stage that is not locked.',
    });
  }
  return problems;
}

function keysOf(named: readonly Readonly<{ key: string }>[]): readonly string[] {
  return named.map(({ key }) => key);
}

function checkStage(
  stage: StageDefinition,
  stages: readonly StageDefinition[],
  path: string,
  checks: ExpressionChecks,
): readonly Problem[] {
  return [
    ...checkKey(stage.key, `${path}/key`),
    ...checkName(stage.name, `${path}/name`),
    ...checkUnique(keysOf(stage.exit_criteria), `${path}/exit_criteria`, 'key'),
    ...stage.exit_criteria.flatMap(({ key }, index) => checkKey(key, `${path}/exit_criteria/${String(index)}/key`)),
    ...Object.entries(stage.milestones).flatMap(([key, milestone]) => [
      ...checkKey(key, `${path}/milestones${pointerStep(key)}`),
      ...checkMilestone(milestone, stage.gate, `${path}/milestones${pointerStep(key)}`),
    ]),
    ...(stage.graph === undefined ? [] : checkGraph(stage.graph, checks, `${path}/graph`)),
    ...checkContract(stage, stages, `${path}/contract`, checks),
    ...checkGate(stage, stages, `${path}/gate`, checks),
  ];
}

function checkMilestone(
  milestone: MilestoneDefinition,
  gate: GateDefinition | undefined,
  path: string,
): readonly Problem[] {
  const problems: Problem[] = [...checkName(milestone.title, `${path}/title`)];
  if (!Number.isInteger(milestone.weight) || milestone.weight < 1 || milestone.weight > heaviest) {
    problems.push({
      code: 'bad-weight',
      path: `${path}/weight`,
      message: `${String(milestone.weight)} is not a weight.`,
      hint: `Use a whole number from 1 to ${String(heaviest)}.`,
    });
  }
  const ties = { completed_by: milestone.completed_by, also_completed_by: milestone.also_completed_by };
  for (const [field, tie] of Object.entries(ties)) {
    if (tie === undefined || (gate?.options ?? []).some((option) => tie === `gate:${option}`)) continue;
    problems.push({
      code: 'no-such-option',
      path: `${path}/${field}`,
      message: `No gate of this stage can decide "${tie.replace('gate:', '')}".`,
      hint: 'Give the stage a gate with that option, or untie the milestone.',
    });
  }
  return problems;
}
