import type { JsonObject } from '../kernel/json.js';
import { isWorked, type WorkedAction } from './actions.policy.js';
import type { GraphDefinition, NodeDefinition } from './graph.events.js';
import { graphDefaults } from './graph-limits.policy.js';
import type { JobOrder } from './job.events.js';

/** The name under which this process's workers take an action; no agent can be named so. */
export function actionHandler(action: WorkedAction): string {
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
  const { action } = config;
  return type === 'action' && isWorked(action) ? actionHandler(action) : null;
}
