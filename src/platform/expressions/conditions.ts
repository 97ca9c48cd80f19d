import { ParseError, type ASTNode } from '@marcbachmann/cel-js';
import type { CheckExpression, ConditionFault, ExpressionChecks, Scope, ScopeType } from '../../kernel/expression.js';
import { nearest } from '../../kernel/nearest.js';
import { typedEnvironment } from './cel-environment.js';
import { type CelError, columnOf, isCelError, sentence } from './cel-errors.js';
import { limitFault, MAX_LENGTH } from './condition-limits.js';
import { beginEvaluation } from './evaluation.js';
import { usesOf } from './name-uses.js';
import { allNodes, isLoop, writeDoubles } from './syntax-tree.js';

/** Checks an expression in CEL: that it can be read, is allowed, fits the types of the scope and answers true or false. */
export const checkCondition: CheckExpression = (expression, scope) => {
  const checked = typeChecked(expression, scope);
  return 'fault' in checked ? checked.fault : answerFault(checked.type);
};

/** Checks an expression in CEL as a condition is checked, but for what it answers. */
const checkValue: CheckExpression = (expression, scope) => {
  const checked = typeChecked(expression, scope);
  return 'fault' in checked ? checked.fault : null;
};

/** What holds without any values holds with all. */
function always(condition: string): boolean | null {
  const answer = beginEvaluation().condition(condition, {});
  return 'holds' in answer ? answer.holds : null;
}

/** By itself, whatever else is evaluated. */
const evaluateByItself: ExpressionChecks['evaluate'] = (condition, values) =>
  beginEvaluation().condition(condition, values);

export const expressionChecks: ExpressionChecks = {
  condition: checkCondition,
  value: checkValue,
  usesOf,
  always,
  evaluate: evaluateByItself,
};

function typeChecked(expression: string, scope: Scope): Readonly<{ type: string } | { fault: ConditionFault }> {
  if (expression.length > MAX_LENGTH) {
    const message = `It has ${String(expression.length)} characters.`;
    const hint = `Use at most ${String(MAX_LENGTH)}.`;
    return { fault: { code: 'condition-not-allowed', column: 1, message, hint } };
  }
  try {
    const parsed = typedEnvironment(scope).parse(expression);
    const limited = limitFault(parsed.ast);
    if (limited !== null) return { fault: limited };
    writeDoubles(parsed.ast);
    const { error, type } = parsed.check();
    if (error !== undefined) return { fault: faultOf(error, scope) };
    const fault = wholeDivision(parsed.ast) ?? growingLoop(parsed.ast);
    return fault === null ? { type: type ?? 'dyn' } : { fault };
  } catch (error) {
    return { fault: faultOf(error, scope) };
  }
}

function faultOf(error: unknown, scope: Scope): ConditionFault {
  if (!isCelError(error)) {
    const hint = 'Write it another way: give what is in [] or {} by name.';
    return { code: 'condition-not-allowed', column: 1, message: 'It cannot be checked.', hint };
  }
  const column = columnOf(error);
  if (error instanceof ParseError) {
    return {
      code: 'bad-condition',
      column,
      message: sentence(error),
      hint: 'Write a condition in CEL, such as a >= 1.',
    };
  }
  return { code: 'mistyped-condition', column, message: sentence(error), hint: hintFor(error, scope) };
}

function hintFor({ code, summary }: CelError, scope: Scope): string {
  const word = summary.split(': ').at(-1) ?? '';
  if (code === 'unknown_variable') return didYouMean(word, Object.keys(scope));
  if (code === 'no_such_key') return didYouMean(word, fieldsIn(Object.values(scope)));
  return 'Compare and combine values of one type: numbers with numbers, text with text.';
}

function didYouMean(word: string, known: readonly string[]): string {
  const close = nearest(word, known);
  return close === null ? `There are: ${[...new Set(known)].join(', ')}.` : `Did you mean ${close}?`;
}

/** Fields of a record that are worth naming: beyond, nobody reads them all, and comparing with each takes long. */
const MAX_NAMED = 100;

function fieldsIn(types: readonly ScopeType[], seen = new Set<ScopeType>()): readonly string[] {
  return types.flatMap((type) => {
    if (typeof type === 'string' || seen.has(type)) return [];
    seen.add(type);
    if ('list' in type) return fieldsIn([type.list], seen);
    const names = Object.keys(type.fields);
    return [...(names.length > MAX_NAMED ? [] : names), ...fieldsIn(Object.values(type.fields), seen)];
  });
}

/** What `size` and its like answer is whole, and CEL drops the rest of a whole division: nobody would expect that here. */
function wholeDivision(tree: ASTNode): ConditionFault | null {
  const found = allNodes(tree).find((node) => node.op === '/' && node.args.every((part) => typeOf(part) === 'int'));
  if (found === undefined) return null;
  const message = 'It divides whole numbers, which would drop the rest.';
  const hint = 'Write double(...) around one of them.';
  return { code: 'condition-not-allowed', column: found.start + 1, message, hint };
}

/** Lists put together again for each item take long. */
function growingLoop(tree: ASTNode): ConditionFault | null {
  const inLoops = allNodes(tree).filter(isLoop).flatMap(allNodes);
  const found = inLoops.find((node) => node.op === '+' && !shortSums.has(typeOf(node)));
  if (found === undefined) return null;
  const message = 'It may put lists together for each item of a list.';
  const hint = 'Write double(...) or string(...) around one side of the +.';
  return { code: 'condition-not-allowed', column: found.start + 1, message, hint };
}

const shortSums = new Set(['int', 'double', 'string']);

/** The name of the type that the check found. */
function typeOf(node: ASTNode): string {
  return (node as { checkedType?: Readonly<{ name: string }> }).checkedType?.name ?? 'dyn';
}

function answerFault(type: string): ConditionFault | null {
  if (type === 'bool' || type === 'dyn') return null;
  const message = `It answers ${type}, not true or false.`;
  return { code: 'mistyped-condition', column: 1, message, hint: 'Compare it with something.' };
}
