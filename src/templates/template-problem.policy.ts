/** One thing wrong with a template: where (a JSON pointer), what, and what to do about it. `column` is within a condition, from 1. */
export type Problem = Readonly<{ code: string; path: string; message: string; hint: string; column?: number }>;

/** A problem in one line. */
export function problem(code: string, path: string, message: string, hint: string): Problem {
  return { code, path, message, hint };
}

/** The problems whose rule does not hold. */
export function broken(rules: readonly (readonly [boolean, Problem])[]): readonly Problem[] {
  return rules.flatMap(([holds, found]) => (holds ? [] : [found]));
}
