import type { JsonObject } from '../kernel/json.js';
import type { GraphDefinition, NodeDefinition } from './graph.events.js';
import type { JobOrder } from './job.events.js';

/** Retries, pauses and time limits where a graph does not name its own. */
export const graphDefaults = {
  timeout_seconds: 3600,
  max_retries_per_node: 3,
  retry_backoff_base: 1,
  retry_backoff_max: 60,
} as const;

/** Actions that a worker of this process does; the others need none. */
const workedActions: readonly string[] = ['http'];

/** The name under which this process's workers take an action; no agent can be named so. */
export function actionHandler(action: string): string {
  return `action:${action}`;
}

/** The job that does a node's work; null where it needs no worker. The run, the node and the attempt make its idempotency key. */
export function jobOrder(
  node: NodeDefinition,
  about: Readonly<{ runId: string; stage: string; attempt: number; definition: GraphDefinition }>,
  input: JsonObject,
  newId: () => string,
): JobOrder | null {
  const handler = handlerOf(node);
  if (handler === null) return null;
  const { max_retries_per_node, retry_backoff_base, retry_backoff_max } = { ...graphDefaults, ...about.definition };
  const jobId = newId();
  return {
    job_id: jobId,
    handler,
    payload: { run_id: about.runId, stage: about.stage, node: node.id, config: node.config, input },
    max_attempts: max_retries_per_node + 1,
    backoff: { base_seconds: retry_backoff_base, max_seconds: retry_backoff_max },
    run_at: null,
    idempotency_key: `${about.runId}/${about.stage}/${node.id}/${String(about.attempt)}`,
    on_exhausted: node.config['on_exhausted'] === 'fail' ? 'fail' : 'needs_human',
    stage: about.stage,
    node: node.id,
  };
}

function handlerOf({ type, config }: NodeDefinition): string | null {
  if (type === 'agent') return String(config['agent_id']);
  const action = String(config['action']);
  return type === 'action' && workedActions.includes(action) ? actionHandler(action) : null;
}
