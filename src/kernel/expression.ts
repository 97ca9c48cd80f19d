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
}>;

/**
 * Whether a condition holds for these values, or why that cannot be said; `missing` is what it asks for and is not there, as it is written in it. Time
 * and memory are bounded, the answer is always the same.
 */
export type EvaluateCondition = (
  expression: string,
  values: JsonObject,
) => Readonly<{ holds: boolean }> | Readonly<{ failure: string; missing?: string }>;

/** The value of an expression for these values, or why it has none. Bounded as conditions are. */
export type EvaluateExpression = (
  expression: string,
  values: JsonObject,
) => Readonly<{ value: JsonValue }> | Readonly<{ failure: string }>;

/** What deciders are given to evaluate with. */
export type Evaluation = Readonly<{ condition: EvaluateCondition; value: EvaluateExpression }>;
