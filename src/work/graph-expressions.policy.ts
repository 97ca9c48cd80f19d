import { precedence, reachableFrom, topologicalOrder, type Precedes } from '../kernel/dag.js';
import { problem, type Problem } from '../kernel/definition-problem.js';
import type { CheckExpression, ConditionFault, ExpressionChecks, NameUse, Scope } from '../kernel/expression.js';
import { referencedNodes } from './graph-values.policy.js';
import type { Wiring } from './graph-wiring.policy.js';
import { expressionsOf } from './node-types.policy.js';
import type { Suggest } from './suggestions.policy.js';

/** What expressions may speak of; the fields of `nodes` are looked at by `useProblem`. */
const scope: Scope = { input: 'any', facts: 'any', output: 'any', nodes: 'any' };
/** The same, where `output` is that of a condition. */
const judgedScope: Scope = { ...scope, output: { fields: { result: 'flag' } } };

/** An expression where it stands. `isOfEdge`: it is asked when the node at `place` is done; else before that node does its work. */
type Placed = Readonly<{
  expression: string;
  kind: 'condition' | 'value';
  scope: Scope;
  place: number;
  isOfEdge: boolean;
  path: string;
  about: Readonly<{ node: string } | { edge: string }>;
}>;

/** Everything wrong with the expressions of a graph: its edges' conditions, its conditions, what `set` and `emit` make. */
export function expressionProblems(
  wiring: Wiring,
  checks: ExpressionChecks,
  at: string,
  suggest: Suggest,
): readonly Problem[] {
  const all = [...edgeConditions(wiring), ...nodeExpressions(wiring, at)];
  const check = rememberingChecks(checks);
  const faults = all.flatMap((each) => {
    const fault = check[each.kind](each.expression, each.scope);
    return fault === null ? [] : [faultProblem(each, fault)];
  });
  return [...faults, ...referenceProblems(wiring, all, checks, suggest)];
}

function edgeConditions({ wires, nodes }: Wiring): readonly Placed[] {
  return wires.flatMap(({ id, from, condition, path }) => {
    if (condition === undefined) return [];
    const isJudged = nodes[from]?.type === 'condition';
    const about = { expression: condition, kind: 'condition', scope: isJudged ? judgedScope : scope } as const;
    return [{ ...about, place: from, isOfEdge: true, path: `${path}/condition`, about: { edge: id } }];
  });
}

function nodeExpressions({ nodes }: Wiring, at: string): readonly Placed[] {
  return nodes.flatMap((node, place) =>
    expressionsOf(node).map(({ path, ...each }) => {
      const whole = `${at}/nodes/${String(place)}${path}`;
      return { ...each, scope, place, isOfEdge: false, path: whole, about: { node: node.id } };
    }),
  );
}

/** The same expression in the same scope is checked once. */
function rememberingChecks({ condition, value }: ExpressionChecks): Readonly<Record<Placed['kind'], CheckExpression>> {
  return { condition: remembering(condition), value: remembering(value) };
}

function remembering(check: CheckExpression): CheckExpression {
  const known = new Map<Scope, Map<string, ConditionFault | null>>();
  return (expression, within) => {
    const answers = known.get(within) ?? new Map<string, ConditionFault | null>();
    known.set(within, answers);
    const answer = answers.get(expression);
    if (answer !== undefined) return answer;
    const fault = check(expression, within);
    answers.set(expression, fault);
    return fault;
  };
}

function faultProblem({ path, about }: Placed, { code, column, message, hint }: ConditionFault): Problem {
  return problem(code, path, `At column ${String(column)}: ${message}`, hint, { ...about, column });
}

type Reference = Readonly<{ of: Placed; use: NameUse }>;

function referenceProblems(
  wiring: Wiring,
  all: readonly Placed[],
  { usesOf }: ExpressionChecks,
  suggest: Suggest,
): readonly Problem[] {
  const references = all
    .filter(({ expression }) => expression.includes('nodes'))
    .flatMap((of) => usesOf(of.expression, 'nodes').map((use): Reference => ({ of, use })));
  const places = references.flatMap(({ use }) => wiring.placeOf.get(use.path[0] ?? '') ?? []);
  const precedes = precedenceIn(wiring, places);
  return references.flatMap((each) => referenceProblem(each, wiring, precedes, suggest) ?? []);
}

/** Nodes asked about in a graph that goes round in circles: it has no order, so that each is followed by itself. */
const MAX_FOLLOWED = 50;

function precedenceIn({ following }: Wiring, places: readonly number[]): Precedes {
  if (topologicalOrder(following).length === following.length) return precedence(following, places);
  const distinct = [...new Set(places)].slice(0, MAX_FOLLOWED);
  const reached = new Map(distinct.map((place) => [place, reachableFrom(following, [place])]));
  return (before, place) => before !== place && reached.get(before)?.[place] !== false;
}

/** What is wrong with one use of `nodes`. What passes here is what `nodeValues` finds when it runs: the same names, no more. */
function referenceProblem(
  { of, use }: Reference,
  wiring: Wiring,
  precedes: Precedes,
  suggest: Suggest,
): Problem | null {
  const { place, isOfEdge, expression, path, about } = of;
  const { column } = use;
  const [name, ...fields] = use.path;
  const tell = (code: string, message: string, hint: string) =>
    problem(code, path, `At column ${String(column)}: ${message}`, hint, { ...about, column });
  if (name === undefined || !referencedNodes(expression).includes(name))
    return tell('bad-reference', 'It does not say which node.', 'Write nodes.name or nodes["any name"], nothing else.');
  const named = wiring.placeOf.get(name);
  if (named === undefined) return tell('no-such-node', `There is no node "${name}".`, suggest(name));
  if (named === place && isOfEdge)
    return tell('not-an-ancestor', `"${name}" is where the edge comes from.`, 'Write output.');
  if (!precedes(named, place)) {
    const message = `"${name}" does not come before "${wiring.nodes[place]?.id ?? ''}" on any path.`;
    return tell('not-an-ancestor', message, 'Speak of nodes that lead here, or lead a path from it to here.');
  }
  const missing = missingField(fields, wiring.nodes[named]?.type === 'condition');
  return missing === null
    ? null
    : tell('mistyped-condition', `No such key: ${missing.field}.`, `There is: ${missing.known}.`);
}

/** A node has its output; a condition's output has its result. */
function missingField([first, second]: readonly string[], isCondition: boolean) {
  if (first !== undefined && first !== 'output') return { field: first, known: 'output' };
  return isCondition && second !== undefined && second !== 'result' ? { field: second, known: 'result' } : null;
}
