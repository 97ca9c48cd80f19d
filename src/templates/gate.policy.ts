import type { CheckExpression, ExpressionChecks, Scope } from '../kernel/expression.js';
import type { GateDefinition, GateRule, StageDefinition } from './template.events.js';
import { broken, problem, type Problem } from '../kernel/definition-problem.js';

/** Everything that keeps a stage's gate from being decided as it says. */
export function checkGate(stage: StageDefinition, path: string, checks: ExpressionChecks): readonly Problem[] {
  const { gate } = stage;
  if (gate === undefined) return [];
  const scope = scopeOf(stage); // One for all its rules: what is made of it is kept by it.
  return [
    ...checkTerms(gate, path),
    ...(gate.auto ?? []).flatMap((rule, index) => [
      ...checkRule(gate, rule, `${path}/auto/${String(index)}`),
      ...checkWhen(rule, scope, `${path}/auto/${String(index)}/when`, checks.condition),
    ]),
  ];
}

/** What the rules of a stage's gate may speak of. What a run gives them has to fit. */
export function scopeOf(stage: StageDefinition): Scope {
  const flags = (keys: readonly string[]) => ({
    fields: Object.fromEntries(keys.map((key) => [key, 'flag' as const])),
  });
  return {
    result: { fields: { outcome: 'text', score: 'number', feedback: 'text', data: 'any' } },
    results: 'any',
    nodes: 'any',
    facts: 'any',
    input: 'any',
    progress_percent: 'number',
    milestones: flags(Object.keys(stage.milestones)),
    criteria: flags(stage.exit_criteria.map(({ key }) => key)),
    risks: { list: { fields: { type: 'text', message: 'text' } } },
  };
}

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
      gate.on_expiry !== 'escalate' || (gate.escalate_to ?? []).length > 0,
      problem('no-decider', `${path}/escalate_to`, 'It escalates to nobody.', 'Name who may decide then.'),
    ],
    [
      (gate.auto ?? []).length === 0 || deciders.includes('system'),
      problem('no-system', `${path}/decided_by`, 'Its rules may not decide.', 'Add "system", or leave the rules out.'),
    ],
  ]);
}

function checkRule({ options }: GateDefinition, { decision }: GateRule, path: string): readonly Problem[] {
  if (options.includes(decision)) return [];
  const hint = `Decide one of ${options.join(', ')}, or add it to the options.`;
  return [problem('no-such-option', `${path}/decision`, `The gate has no option "${decision}".`, hint)];
}

function checkWhen({ when }: GateRule, scope: Scope, path: string, check: CheckExpression): readonly Problem[] {
  const fault = check(when, scope);
  if (fault === null) return [];
  const { code, column, message, hint } = fault;
  return [{ code, path, message: `At column ${String(column)}: ${message}`, hint, column }];
}
