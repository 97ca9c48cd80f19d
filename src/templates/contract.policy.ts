import { broken, problem, type Problem } from '../kernel/definition-problem.js';
import type { ExpressionChecks, Scope } from '../kernel/expression.js';
import { checkKey, checkUnique } from './names.policy.js';
import { asksForFactsAlone, conditionProblems, scopeOf } from './rule-scope.policy.js';
import type { ContractRule, StageDefinition } from './template.events.js';

/** Codes of reasons that any stage may be blocked for. A rule of a contract has one of its own. */
export const builtInReasons = [
  'criterion-unmet',
  'graph-broken-off',
  'graph-unfinished',
  'job-needs-human',
  'milestone-incomplete',
  'risk-open',
  'stage-not-started',
] as const;

/** A reason that any stage may be blocked for. */
export type BuiltInReason = (typeof builtInReasons)[number];

/** Everything that keeps the contract of a stage from being asked, told apart and understood. */
export function checkContract(
  stage: StageDefinition,
  stages: readonly StageDefinition[],
  path: string,
  checks: ExpressionChecks,
): readonly Problem[] {
  const { contract } = stage;
  if (contract === undefined) return [];
  const scope = scopeOf(stage, stages); // One for all its rules: what is made of it is kept by it.
  const codes = contract.map(({ code }) => code);
  return [
    ...checkUnique(codes, path, 'code'),
    ...contract.flatMap((rule, index) => checkRule(rule, { stage, scope, path: `${path}/${String(index)}` }, checks)),
  ];
}

/** Rules whose authors did not show which facts satisfy them. */
export function contractWarnings(
  stage: StageDefinition,
  stages: readonly StageDefinition[],
  path: string,
  checks: ExpressionChecks,
): readonly Problem[] {
  const { contract = [] } = stage;
  const scope = scopeOf(stage, stages);
  return contract.flatMap(({ when, example }, index) => {
    const isShown = example !== undefined || !asksForFactsAlone(when, scope, checks);
    const hint = 'Give an example: facts by which it holds.';
    return broken([
      [isShown, problem('no-example', `${path}/${String(index)}`, 'It does not show which facts satisfy it.', hint)],
    ]);
  });
}

type About = Readonly<{ stage: StageDefinition; scope: Scope; path: string }>;

function checkRule(rule: ContractRule, about: About, checks: ExpressionChecks): readonly Problem[] {
  const { code, when, reason, action } = rule;
  const { path } = about;
  const misread = conditionProblems(when, { ...about, path: `${path}/when` }, checks);
  return [
    ...checkKey(code, `${path}/code`),
    ...checkReserved(code, `${path}/code`),
    ...misread,
    ...checkWords(reason, `${path}/reason`),
    ...checkKey(action.code, `${path}/action/code`),
    ...checkWords(action.message, `${path}/action/message`),
    ...(misread.length > 0 ? [] : checkExample(rule, about, checks)),
  ];
}

function checkReserved(code: string, path: string): readonly Problem[] {
  const isFree = !builtInReasons.some((reserved) => reserved === code);
  const message = `"${code}" is what every stage may be blocked for.`;
  return broken([[isFree, problem('reserved-code', path, message, 'Give the rule a code of its own.')]]);
}

function checkWords(text: string, path: string): readonly Problem[] {
  const hint = 'Say it in a sentence that people will read.';
  return broken([[text.trim() !== '', problem('no-words', path, 'It says nothing.', hint)]]);
}

/** An example is tried where facts are all that a rule asks about. */
function checkExample({ when, example }: ContractRule, { scope, path }: About, checks: ExpressionChecks) {
  if (example === undefined || !asksForFactsAlone(when, scope, checks)) return [];
  const answer = checks.evaluate(when, { facts: example });
  if ('holds' in answer && answer.holds) return [];
  const why = 'failure' in answer ? whyNot(answer) : 'With these facts it does not hold.';
  return [problem('example-fails', `${path}/example`, why, 'Give facts by which the rule holds.')];
}

function whyNot({ failure, missing }: Readonly<{ failure: string; missing?: string }>): string {
  return missing === undefined ? failure : `With these facts there is no ${missing}.`;
}
