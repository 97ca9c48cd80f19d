import {
  STEPS_A_COMMAND,
  STEPS_APART,
  stepsToRead,
  type BeginEvaluation,
  type Evaluation,
  type EvaluationFailure,
} from '../../kernel/expression.js';
import type { JsonObject } from '../../kernel/json.js';
import { untypedEnvironment } from './cel-environment.js';
import { columnOf, isCelError, sentence } from './cel-errors.js';
import { countSteps } from './counted-tree.js';
import { newEffort, OutOfSteps, type Effort } from './effort.js';
import { expressionValue } from './expression-value.js';
import { nameEndingAt } from './name-uses.js';
import { sizeOf } from './step-costs.js';
import { searchEvenly, writeDoubles } from './syntax-tree.js';

/** Characters of a failure: it stands in the timeline. */
const MAX_FAILURE_LENGTH = 300;

/**
 * Evaluates expressions in CEL, counting its steps. A value that is not there, or of another type than it is used as, is a failure: it does not mean
 * false. So is what takes more steps than there are.
 */
export const beginEvaluation: BeginEvaluation = () => evaluationWith(newEffort(STEPS_A_COMMAND));

function evaluationWith(effort: Effort): Evaluation {
  return {
    condition: (expression, values) => {
      const answer = within(effort, () => evaluated(expression, values, effort));
      if ('failure' in answer) return answer;
      return typeof answer.value === 'boolean' ? { holds: answer.value } : { failure: 'It is neither true nor false.' };
    },
    value: (expression, values) => {
      const answer = within(effort, () => {
        const found = evaluated(expression, values, effort);
        if ('value' in found) effort.take(sizeOf(found.value));
        return found;
      });
      return 'failure' in answer ? answer : expressionValue(answer.value);
    },
    stepCount: effort.stepCount,
    spend: effort.spend,
    apart: () => evaluationWith(newEffort(STEPS_APART, effort)),
  };
}

type Answer = Readonly<{ value: unknown }> | EvaluationFailure;

/** The answer, unless it took too many steps: an expression may go on after the error that stopped a part of it. */
function within(effort: Effort, answer: () => Answer): Answer {
  try {
    const found = answer();
    return effort.isUsedUp() ? tooCostly : found;
  } catch (error) {
    if (error instanceof OutOfSteps) return tooCostly;
    throw error;
  }
}

const tooCostly: EvaluationFailure = {
  failure: `It takes more than ${String(STEPS_APART)} steps, with what is asked beside it. Ask less at once, or of shorter texts and lists.`,
  isTooCostly: true,
};

function evaluated(expression: string, values: JsonObject, effort: Effort): Answer {
  effort.take(stepsToRead(expression));
  try {
    const parsed = untypedEnvironment.parse(expression);
    writeDoubles(parsed.ast);
    searchEvenly(parsed.ast);
    countSteps(parsed.ast, effort);
    return { value: parsed(values) };
  } catch (error) {
    if (error instanceof OutOfSteps) throw error;
    const missing = missingIn(expression, error);
    return { failure: brief(failureOf(error)), ...(missing === null ? {} : { missing: brief(missing) }) };
  }
}

/** What the library itself trips over is a failure like any other: it must not keep a run from taking commands. */
function failureOf(error: unknown): string {
  if (isCelError(error)) return `${sentence(error)} (column ${String(columnOf(error))})`;
  return `It cannot be evaluated: ${error instanceof Error ? error.message : 'no reason is known'}.`;
}

/** What an expression asked for in vain, as it is written in it; null where it failed for another reason. */
function missingIn(expression: string, error: unknown): string | null {
  if (!isCelError(error) || error.code !== 'no_such_key' || error.range === undefined) return null;
  return nameEndingAt(expression, error.range.end);
}

/** A failure repeats names that were looked up, and those may be any text: as long as a fact, cut within a character, or NUL. */
function brief(failure: string): string {
  const text = failure.length <= MAX_FAILURE_LENGTH ? failure : `${failure.slice(0, MAX_FAILURE_LENGTH)}...`;
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}
