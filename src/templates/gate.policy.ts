import type { ExpressionChecks } from '../kernel/expression.js';
import type { GateDefinition, GateRule, StageDefinition } from './template.events.js';
import { broken, problem, type Problem } from '../kernel/definition-problem.js';
import { checkGateType } from './gate-type.policy.js';
import { conditionProblems, scopeOf } from './rule-scope.policy.js';

/** Everything that keeps a stage's gate from being decided as it says. */
export function checkGate(
  stage: StageDefinition,
  stages: readonly StageDefinition[],
  path: string,
  checks: ExpressionChecks,
): readonly Problem[] {
  const { gate } = stage;
  if (gate === undefined) return [];
  const scope = scopeOf(stage, stages); // One for all its rules: what is made of it is kept by it.
  return [
    ...checkTerms(gate, path),
    ...checkGateType(gate, path),
    ...(gate.auto ?? []).flatMap((rule, index) => [
      ...checkRule(rule, { gate, stage, stages, path: `${path}/auto/${String(index)}` }),
      ...conditionProblems(rule.when, { stage, scope, path: `${path}/auto/${String(index)}/when` }, checks),
    ]),
  ];
}

type Ruled = Readonly<{
  gate: GateDefinition;
  stage: StageDefinition;
  stages: readonly StageDefinition[];
  path: string;
}>;

function checkTerms(gate: GateDefinition, path: string): readonly Problem[] {
  const { options, decided_by: deciders, expires_after_seconds: expiry } = gate;
  return broken([
    [options.length > 0, problem('no-options', `${path}/options`, 'Nothing could be decided.', 'Name an option.')],
    [deciders.length > 0, problem('no-decider', `${path}/decided_by`, 'Nobody could decide.', 'Name who may.')],
    [
      (gate.reason_required_for ?? []).every((option) => options.includes(option)),
      problem('no-such-option', `${path}/reason_required_for`, 'It names what is no option.', 'Name options only.'),
    ],
    [
      expiry === undefined || (Number.isSafeInteger(expiry) && expiry > 0),
      problem('bad-expiry', `${path}/expires_after_seconds`, 'It is not a time span.', 'Use whole seconds from 1.'),
    ],
    [
      gate.remind_before_seconds === undefined || gate.remind_before_seconds < (expiry ?? Infinity),
      problem('bad-reminder', `${path}/remind_before_seconds`, 'It is before the gate opens.', 'Remind later.'),
    ],
    [
      gate.on_expiry !== 'escalate' || (gate.escalate_to ?? []).length > 0,
      problem('no-decider', `${path}/escalate_to`, 'It escalates to nobody.', 'Name who may decide then.'),
    ],
  ]);
}

function checkRule(rule: GateRule, { gate, stage, stages, path }: Ruled): readonly Problem[] {
  const { options } = gate;
  const { decision, to_stage: target, at_most: limit } = rule;
  const hint = `Decide one of ${options.join(', ')}, or add it to the options.`;
  return broken([
    [
      options.includes(decision),
      problem('no-such-option', `${path}/decision`, `The gate has no option "${decision}".`, hint),
    ],
    [
      target === undefined || decision === 'pivot',
      problem('bad-target', `${path}/to_stage`, `"${decision}" goes nowhere else.`, 'Leave it out, or decide pivot.'),
    ],
    [
      target === undefined || decision !== 'pivot' || pivotTargets(stage, stages).includes(target),
      problem('bad-target', `${path}/to_stage`, `A pivot cannot go to "${target ?? ''}".`, targetHint(stage, stages)),
    ],
    [
      limit === undefined || (Number.isSafeInteger(limit) && limit > 0),
      problem('bad-limit', `${path}/at_most`, 'It is not a number of times.', 'Use a whole number from 1.'),
    ],
  ]);
}

/** A pivot goes back, or begins its own stage anew. */
function pivotTargets(stage: StageDefinition, stages: readonly StageDefinition[]): readonly string[] {
  const place = stages.indexOf(stage);
  return stages.slice(0, place + 1).flatMap(({ key, locked }) => (locked === true ? [] : [key]));
}

function targetHint(stage: StageDefinition, stages: readonly StageDefinition[]): string {
  return `Name one of ${pivotTargets(stage, stages).join(', ')}.`;
}
