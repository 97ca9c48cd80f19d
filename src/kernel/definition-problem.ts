/**
 * One thing wrong with a definition: where (a JSON pointer), what, and what to do about it. `node` or `edge` names the part of a graph it is
 * about, `column` is within an expression, from 1.
 */
export type Problem = Readonly<{
  code: string;
  path: string;
  node?: string;
  edge?: string;
  message: string;
  hint: string;
  column?: number;
}>;

/** A problem in one line. `about` names the part of a graph, or the column. */
export function problem(
  code: string,
  path: string,
  message: string,
  hint: string,
  about: Readonly<{ node?: string; edge?: string; column?: number }> = {},
): Problem {
  return { code, path, ...about, message, hint };
}

/** The problems whose rule does not hold. */
export function broken(rules: readonly (readonly [boolean, Problem])[]): readonly Problem[] {
  return rules.flatMap(([holds, found]) => (holds ? [] : [found]));
}
