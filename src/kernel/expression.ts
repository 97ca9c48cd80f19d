import type { JsonObject, JsonValue } from './json.js';

/** What a name in a condition stands for. Any of them may also be null; `any` is whatever JSON there is. */
export type ScopeType =
  | 'text'
  | 'number'
  | 'flag'
  | 'any'
  | Readonly<{ list: ScopeType }>
  | Readonly<{ fields: Readonly<Record<string, ScopeType>> }>;

/** The names a condition may use. */
export type Scope = Readonly<Record<string, ScopeType>>;

/** What keeps an expression from being a condition: where it begins (a column, from 1), what is wrong, and what to do. */
export type ConditionFault = Readonly<{
  code: 'bad-condition' | 'mistyped-condition' | 'condition-not-allowed';
  column: number;
  message: string;
  hint: string;
}>;

/** Says what is wrong with an expression over a scope, or null. Pure files are given it as a function. */
export type CheckExpression = (expression: string, scope: Scope) => ConditionFault | null;

/** A use of a name: its column, from 1, and the fields asked of it, as far as they are written out: `a.b["c"][0].d` uses `a` with `b`, `c`. */
export type NameUse = Readonly<{ column: number; path: readonly string[] }>;

/** What definitions are checked with. */
export type ExpressionChecks = Readonly<{
  /** As a condition: it answers true or false. */
  condition: CheckExpression;
  /** As a value: it may answer anything. */
  value: CheckExpression;
  /** Every use of a name in an expression that can be read; a variable of a loop that is called so is one too. */
  usesOf: (expression: string, name: string) => readonly NameUse[];
  /** What a condition comes to for values that its author gave. */
  evaluate: EvaluateCondition;
  /** What a sound condition answers whatever it is asked of; null where that depends. */
  always: (condition: string) => boolean | null;
}>;

/**
 * Why there is no answer. `isTooCostly`: it took more steps than there are for it; else it cannot be evaluated. `missing`: what it asks for and is not
 * there, as it is written in it.
 */
export type EvaluationFailure = Readonly<{ failure: string; isTooCostly?: true; missing?: string }>;

/** Whether a condition holds for these values, or why that cannot be said. */
export type EvaluateCondition = (
  expression: string,
  values: JsonObject,
) => Readonly<{ holds: boolean }> | EvaluationFailure;

/** The value of an expression for these values, or why it has none. */
export type EvaluateExpression = (
  expression: string,
  values: JsonObject,
) => Readonly<{ value: JsonValue }> | EvaluationFailure;

/**
 * What deciders are given to evaluate with, for one command. Steps are counted, not time, so that the same input always has the same answer; a
 * million of them are about a tenth of a second. Whatever would take more steps than are left is a failure.
 */
export type Evaluation = Readonly<{
  condition: EvaluateCondition;
  value: EvaluateExpression;
  /** Steps taken so far, of it and of all that came `apart` from it. */
  stepCount: () => number;
  /** Counts what else a command does, by how long it takes, so that it has enough in time. Refuses nothing. */
  spend: (steps: number) => void;
  /** An evaluation for one thing that is judged by itself, a node or a gate: it has `STEPS_APART`, whatever others took before it. */
  apart: () => Evaluation;
}>;

/** Begins the evaluation of one command: there is no other way to evaluate anything, so that every command is bounded. */
export type BeginEvaluation = () => Evaluation;

/** Steps for one thing that is judged by itself. */
export const STEPS_APART = 200_000;

/** Steps after which a command begins nothing more that can wait for the next. */
export const STEPS_ENOUGH = 200_000;

/** Steps of a whole command: what it was about before it had enough, and what cannot wait. */
export const STEPS_A_COMMAND = STEPS_ENOUGH + 2 * STEPS_APART;

/** Steps that it takes to read an expression, whatever it then asks. */
export function stepsToRead({ length }: string): number {
  return length >> 1;
}
