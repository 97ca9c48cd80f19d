import { precedence, reachableFrom, topologicalOrder, type Precedes } from '../kernel/dag.js';
import { problem, type Problem } from '../kernel/definition-problem.js';
import {
  STEPS_APART,
  stepsToRead,
  type CheckExpression,
  type ConditionFault,
  type ExpressionChecks,
  type NameUse,
  type Scope,
  type ScopeType,
} from '../kernel/expression.js';
import { referencedNodes } from './graph-values.policy.js';
import type { Wiring } from './graph-wiring.policy.js';
import { expressionsOf } from './node-types.policy.js';
import { outputTypes } from './output-types.policy.js';
import type { Suggest } from './suggestions.policy.js';

/** What expressions may speak of. */
const scope: Scope = { input: 'any', facts: 'any', output: 'any', nodes: 'any' };

/** An expression where it stands. `isOfEdge`: it is asked when the node at `place` is done; else before that node does its work. */
type Placed = Readonly<{
  expression: string;
  kind: 'condition' | 'value';
  place: number;
  isOfEdge: boolean;
  path: string;
  about: Readonly<{ node: string } | { edge: string }>;
}>;

/** Faults of expressions that are told: to find one takes longer than to find none, and nobody reads more at once. */
const MAX_FAULTS = 500;

/** Everything wrong with the expressions of a graph: its edges' conditions, its conditions, what `set` and `emit` make. Of faults, the first 500. */
export function expressionProblems(
  wiring: Wiring,
  checks: ExpressionChecks,
  at: string,
  suggest: Suggest,
): readonly Problem[] {
  const all = [...edgeConditions(wiring), ...nodeExpressions(wiring, at)];
  const uses = new Map(all.filter(mayUseNodes).map((each) => [each, checks.usesOf(each.expression, 'nodes')] as const));
  const problems = referenceProblems(wiring, uses, suggest);
  const scopeOf = scopesFor(wiring, uses, new Set(problems.map(({ path }) => path)), checks.usesOf);
  const check = rememberingChecks(checks);
  const faults: Problem[] = [];
  for (const each of all) {
    const fault = faults.length < MAX_FAULTS ? check[each.kind](each.expression, scopeOf(each)) : null;
    if (fault !== null) faults.push(faultProblem(each, fault));
  }
  return [...faults, ...problems, ...tooManyOf(wiring, all, at)];
}

/** Nodes whose expressions take too many steps to be read, whatever they are asked of: such a node would always fail. */
function tooManyOf({ nodes }: Wiring, all: readonly Placed[], at: string): readonly Problem[] {
  const steps = nodes.map(() => 0);
  for (const { place, expression } of all) steps[place] = (steps[place] ?? 0) + stepsToRead(expression);
  return nodes.flatMap(({ id }, place) => {
    if ((steps[place] ?? 0) <= STEPS_APART) return [];
    const message = `"${id}" and the edges that leave it ask too many expressions: reading them takes ${String(steps[place])} steps.`;
    const hint = `${String(STEPS_APART)} is the limit, a step for 2 characters. Have several nodes ask them.`;
    return [problem('too-costly', `${at}/nodes/${String(place)}`, message, hint, { node: id })];
  });
}

type Uses = ReadonlyMap<Placed, readonly NameUse[]>;

function mayUseNodes({ expression }: Placed): boolean {
  return expression.includes('nodes');
}

function edgeConditions({ wires }: Wiring): readonly Placed[] {
  return wires.flatMap(({ id, from, condition, path }) => {
    if (condition === undefined) return [];
    const about = { expression: condition, kind: 'condition', about: { edge: id } } as const;
    return [{ ...about, place: from, isOfEdge: true, path: `${path}/condition` }];
  });
}

function nodeExpressions({ nodes }: Wiring, at: string): readonly Placed[] {
  return nodes.flatMap((node, place) =>
    expressionsOf(node).map(({ path, ...each }) => {
      const whole = `${at}/nodes/${String(place)}${path}`;
      return { ...each, place, isOfEdge: false, path: whole, about: { node: node.id } };
    }),
  );
}

/**
 * The types of what an expression speaks of: few scopes, for what is made of each takes longer than a check. What `set` and `emit` make has a type
 * where it is only asked for its fields; as a whole it is compared and handed on like any value. One that uses `nodes` wrongly is told that alone.
 */
function scopesFor(
  wiring: Wiring,
  uses: Uses,
  wrong: ReadonlySet<string>,
  usesOf: ExpressionChecks['usesOf'],
): (of: Placed) => Scope {
  const types = outputTypes(wiring.nodes);
  const nodes = nodesSpokenOf(wiring, uses, types);
  const scopes = new Map<ScopeType, Readonly<Record<'plain' | 'speaking', Scope>>>();
  return (of) => {
    const output = of.isOfEdge ? outputOf(of, wiring, types, usesOf) : 'any';
    const known = scopes.get(output) ?? { plain: { ...scope, output }, speaking: { ...scope, output, nodes } };
    scopes.set(output, known);
    return (uses.get(of) ?? []).length === 0 || wrong.has(of.path) ? known.plain : known.speaking;
  };
}

function outputOf(
  { expression, place }: Placed,
  { nodes }: Wiring,
  types: readonly ScopeType[],
  usesOf: ExpressionChecks['usesOf'],
): ScopeType {
  const type = types[place] ?? 'any';
  if (type === 'any' || nodes[place]?.type === 'condition') return type;
  return usesOf(expression, 'output').every(({ path }) => path.length > 0) ? type : 'any';
}

/** The nodes that any expression names. */
function nodesSpokenOf({ nodes, placeOf }: Wiring, uses: Uses, types: readonly ScopeType[]): ScopeType {
  const paths = [...uses.values()].flatMap((each) => each.map(({ path }) => path));
  const asWhole = new Set(paths.flatMap(([name = '', , field]) => (field === undefined ? [name] : [])));
  const known = new Map<ScopeType, ScopeType>(); // One for all nodes of the same type: there is nothing else to say of a node.
  const fields = [...new Set(paths.flatMap(([name]) => name ?? []))].map((name) => {
    const place = placeOf.get(name) ?? -1;
    const isTyped = nodes[place]?.type === 'condition' || !asWhole.has(name);
    const output = isTyped ? (types[place] ?? 'any') : 'any';
    const type = known.get(output) ?? { fields: { output } };
    known.set(output, type);
    return [name, type] as const;
  });
  return { fields: Object.fromEntries(fields) };
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

function referenceProblems(wiring: Wiring, uses: Uses, suggest: Suggest): readonly Problem[] {
  const references = [...uses].flatMap(([of, each]) => each.map((use) => ({ of, use })));
  const places = references.flatMap(({ use }) => wiring.placeOf.get(use.path[0] ?? '') ?? []);
  const precedes = precedenceIn(wiring, places);
  return references.flatMap((each) => referenceProblem(each, wiring, precedes, suggest) ?? []);
}

type Reference = Readonly<{ of: Placed; use: NameUse }>;

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
  const [name] = use.path;
  const tell = (code: string, message: string, hint: string) =>
    problem(code, path, `At column ${String(column)}: ${message}`, hint, { ...about, column });
  if (name === undefined || !referencedNodes(expression).includes(name))
    return tell('bad-reference', 'It does not say which node.', 'Write nodes.name or nodes["any name"], nothing else.');
  const named = wiring.placeOf.get(name);
  if (named === undefined) return tell('no-such-node', `There is no node "${name}".`, suggest(name));
  if (named === place && isOfEdge)
    return tell('not-an-ancestor', `"${name}" is where the edge comes from.`, 'Write output.');
  if (precedes(named, place)) return null;
  const message = `"${name}" does not come before "${wiring.nodes[place]?.id ?? ''}" on any path.`;
  return tell('not-an-ancestor', message, 'Speak of nodes that lead here, or lead a path from it to here.');
}
