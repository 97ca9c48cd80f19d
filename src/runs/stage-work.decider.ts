import { addSeconds } from '../kernel/instant.js';
import {
  beginGraph,
  evolveNode,
  evolveNodeJob,
  graphDefaults,
  graphIndex,
  resumeGraph,
  type GraphDefinition,
  type GraphState,
  type JobEvent,
  type NodeEvent,
} from '../work/contract.js';
import type { RunEvent } from './run.events.js';
import type { Stage } from './stage.plan.js';

/** What happens to the graph of a stage. */
export type StageWorkEvent = NodeEvent | JobEvent;

/** Whether an event is about a node or its job. */
export function isOfWork(event: RunEvent): event is StageWorkEvent {
  return isOfNode(event) || event.type.startsWith('job.');
}

function isOfNode(event: RunEvent): event is NodeEvent {
  return event.type.startsWith('pipeline_node.');
}

/** The stage with its graph as the start of the stage leaves it. */
export function workBegun(
  stage: Stage,
  begun: Readonly<{ attempt: number; times_out_at: string }> | undefined,
): Stage {
  const { graph } = stage.definition;
  if (graph === undefined || begun === undefined) return stage;
  const { attempt, times_out_at: timesOutAt } = begun;
  return { ...stage, work: beginGraph(graph, attempt, timesOutAt), workAttempts: attempt };
}

/** The stage with its graph as a resumption leaves it. */
export function workResumed(
  stage: Stage,
  { attempt, times_out_at: timesOutAt, rerun }: Extract<RunEvent, { type: 'pipeline_run.resumed' }>['detail'],
): Stage {
  const { work, graph } = workOf(stage);
  return { ...stage, work: resumeGraph(work, graph, { attempt, timesOutAt, rerun }), workAttempts: attempt };
}

/** The graph of a stage after one of its events. */
export function workMoved(stage: Stage, event: StageWorkEvent): GraphState {
  const { work, graph } = workOf(stage);
  if (isOfNode(event)) return evolveNode(work, event, graph);
  const place = graphIndex(graph).placeOf.get(event.detail.node ?? '');
  if (place === undefined) throw new Error(`The graph has no node for the job ${event.detail.job_id}.`);
  return evolveNodeJob(work, place, event);
}

/** The graph of a stage that has begun one, and how far it has come. */
export function workOf({ definition, work }: Stage): Readonly<{ work: GraphState; graph: GraphDefinition }> {
  if (work === null || definition.graph === undefined)
    throw new Error(`Stage ${definition.key} has no graph under way.`);
  return { work, graph: definition.graph };
}

/** Which attempt of its graph a stage begins, and until when it may take. */
export function workBegins({ definition: { graph }, workAttempts }: Stage, now: string) {
  const seconds = graph?.timeout_seconds ?? graphDefaults.timeout_seconds;
  return { attempt: workAttempts + 1, times_out_at: addSeconds(now, seconds) };
}
