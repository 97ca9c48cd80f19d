import type { JsonObject } from '../kernel/json.js';
import type { WorkedAction } from './actions.policy.js';
import type { GraphDefinition, NodeDefinition } from './graph.events.js';
import { graphDefaults } from './graph-limits.policy.js';
import type { JobOrder } from './job.events.js';
import { textIn } from './graph-values.policy.js';

/** The name under which this process's workers take an action; no agent can be named so. */
export function actionHandler(action: WorkedAction): string {
  return `action:${action}`;
}

/** The job that does a node's work. The run, the node and the attempt make its idempotency key. */
export function jobOrder(
  node: NodeDefinition,
  about: Readonly<{ runId: string; stage: string; attempt: number; definition: GraphDefinition; jobId: string }>,
  input: JsonObject,
): JobOrder {
  const { runId, stage, attempt, definition, jobId } = about;
  const { max_retries_per_node, retry_backoff_base, retry_backoff_max } = { ...graphDefaults, ...definition };
  return {
    job_id: jobId,
    handler: handlerOf(node),
    payload: { run_id: runId, stage, node: node.id, config: node.config, input },
    max_attempts: max_retries_per_node + 1,
    backoff: { base_seconds: retry_backoff_base, max_seconds: retry_backoff_max },
    run_at: null,
    idempotency_key: `${runId}/${stage}/${node.id}/${String(attempt)}`,
    on_exhausted: node.config['on_exhausted'] === 'fail' ? 'fail' : 'needs_human',
    stage,
    node: node.id,
  };
}

/** The name by which workers claim the job of a node. */
export function handlerOf({ type, config }: NodeDefinition): string {
  return type === 'agent' ? textIn(config, 'agent_id') : actionHandler(textIn(config, 'action') as WorkedAction);
}
