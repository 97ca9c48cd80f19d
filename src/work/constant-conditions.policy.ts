import { problem, type Problem } from '../kernel/definition-problem.js';
import type { ExpressionChecks } from '../kernel/expression.js';
import type { GraphDefinition } from './graph.events.js';
import { textIn } from './graph-values.policy.js';

/** A condition as it is written, and what it is of. */
type Written = Readonly<{ expression: string; path: string; about: Readonly<{ node: string } | { edge: string }> }>;

/** Conditions of edges and nodes that always hold, or never do: what they are asked of makes no difference. */
export function constantConditions(
  graph: GraphDefinition,
  always: ExpressionChecks['always'],
  at: string,
): readonly Problem[] {
  const known = new Map<string, boolean | null>();
  return [...edgeConditions(graph, at), ...nodeConditions(graph, at)].flatMap(({ expression, path, about }) => {
    if (!mayBeConstant(expression)) return [];
    if (!known.has(expression) && known.size < MAX_TRIED) known.set(expression, always(expression));
    const answer = known.get(expression) ?? null;
    return answer === null ? [] : [constant(answer, path, about)];
  });
}

/** Different conditions that are tried: more are not worth the time. */
const MAX_TRIED = 1000;

/** To try takes longer than to look for what constants have: no names, or a truth that stands by itself. */
function mayBeConstant(expression: string): boolean {
  return !/\b(?:input|facts|output|nodes)\b/.test(expression) || /(?:^|[(|&!?:])\s*(?:true|false)\b/.test(expression);
}

function constant(answer: boolean, path: string, about: Written['about']): Problem {
  if ('node' in about) {
    const message = `The condition of "${about.node}" is always ${String(answer)}.`;
    return problem('constant-condition', path, message, 'Ask something of input, facts, output or nodes.', about);
  }
  const [message, hint] = answer
    ? ['It always holds.', 'Leave the condition out.']
    : ['It never holds: the edge is never taken.', 'Leave the edge out, or give it another condition.'];
  return problem('constant-condition', path, message, hint, about);
}

function edgeConditions({ edges }: GraphDefinition, at: string): readonly Written[] {
  return edges.flatMap(({ id, condition }, place) => {
    const path = `${at}/edges/${String(place)}/condition`;
    return condition === undefined ? [] : [{ expression: condition, path, about: { edge: id } }];
  });
}

function nodeConditions({ nodes }: GraphDefinition, at: string): readonly Written[] {
  return nodes.flatMap(({ id, type, config }, place) => {
    const path = `${at}/nodes/${String(place)}/config/expression`;
    return type === 'condition' ? [{ expression: textIn(config, 'expression'), path, about: { node: id } }] : [];
  });
}
