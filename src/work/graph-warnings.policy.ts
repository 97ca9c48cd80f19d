import { problem, type Problem } from '../kernel/definition-problem.js';
import type { ExpressionChecks } from '../kernel/expression.js';
import { isWorked } from './actions.policy.js';
import { constantConditions } from './constant-conditions.policy.js';
import { flowWarnings } from './flow-warnings.policy.js';
import type { GraphDefinition, NodeDefinition } from './graph.events.js';
import { edgesOf } from './graph-index.policy.js';
import { graphDefaults } from './graph-limits.policy.js';

/** What can be run and is probably not meant; of a graph in which nothing is wrong. */
export function warnAboutGraph(graph: GraphDefinition, checks: ExpressionChecks, at = ''): readonly Problem[] {
  return [
    ...orphans(graph, at),
    ...longTimeouts(graph, at),
    ...longRetries(graph, at),
    ...constantConditions(graph, checks.always, at),
    ...flowWarnings(graph, at),
  ];
}

function orphans(graph: GraphDefinition, at: string): readonly Problem[] {
  const tied = new Set(edgesOf(graph).flatMap(({ from, to }) => [from, to]));
  return graph.nodes.flatMap(({ id, type }, place) => {
    if (type === 'trigger' || tied.has(id)) return [];
    const hint = 'Lead an edge to it, or leave it out.';
    return [
      problem('orphan', `${at}/nodes/${String(place)}`, `No edge leads to "${id}": it is always skipped.`, hint, {
        node: id,
      }),
    ];
  });
}

function longTimeouts(graph: GraphDefinition, at: string): readonly Problem[] {
  const { timeout_seconds: whole } = { ...graphDefaults, ...graph };
  return graph.nodes.flatMap(({ id, config: { timeout_seconds: own } }, place) => {
    if (typeof own !== 'number' || own < whole) return [];
    const message = `"${id}" may take ${String(own)} seconds, and the whole graph has ${String(whole)}: that ends first.`;
    const path = `${at}/nodes/${String(place)}/config/timeout_seconds`;
    return [problem('timeout-too-long', path, message, 'Give the graph more time, or the node less.', { node: id })];
  });
}

function longRetries(graph: GraphDefinition, at: string): readonly Problem[] {
  const { timeout_seconds, max_retries_per_node, retry_backoff_base, retry_backoff_max } = {
    ...graphDefaults,
    ...graph,
  };
  if (!graph.nodes.some(hasJob)) return [];
  const pauses = Array.from({ length: max_retries_per_node }, (_, n) =>
    Math.min(retry_backoff_max, retry_backoff_base * 2 ** n),
  );
  const seconds = pauses.reduce((sum, pause) => sum + pause, 0);
  if (seconds <= timeout_seconds) return [];
  const message = `${String(max_retries_per_node)} retries may pause for ${String(Math.round(seconds))} seconds, and the whole graph has ${String(timeout_seconds)}.`;
  const hint = 'Allow fewer retries or shorter pauses, or give the graph more time.';
  return [problem('retries-too-long', `${at}/max_retries_per_node`, message, hint)];
}

function hasJob({ type, config }: NodeDefinition): boolean {
  return type === 'agent' || (type === 'action' && isWorked(config['action']));
}
