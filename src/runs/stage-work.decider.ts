import { addSeconds } from '../kernel/instant.js';
import {
  beginGraph,
  evolveGraph,
  graphDefaults,
  isThrough,
  rerunOf,
  resumeGraph,
  type GraphDefinition,
  type GraphState,
  type JobEvent,
  type NodeEvent,
} from '../work/contract.js';
import type { Resumption, RunEvent } from './run.events.js';
import type { Stage } from './stage.plan.js';

/** What happens to the graph of a stage. */
export type StageWorkEvent = NodeEvent | JobEvent;

/** Whether an event is about a node or its job. */
export function isOfWork(event: RunEvent): event is StageWorkEvent {
  return event.type.startsWith('pipeline_node.') || event.type.startsWith('job.');
}

/** The stage with its graph as the start of the stage leaves it. */
export function workBegun(stage: Stage, begun: Readonly<{ attempt: number; times_out_at: string }> | undefined): Stage {
  const { graph } = stage.definition;
  if (graph === undefined || begun === undefined) return stage;
  const { attempt, times_out_at: timesOutAt } = begun;
  return { ...stage, work: beginGraph(graph, attempt, timesOutAt), workAttempts: attempt };
}

/** The stage with its graph as a resumption or its reopening leaves it. */
export function workResumed(stage: Stage, { attempt, times_out_at: timesOutAt, rerun }: Resumption): Stage {
  const { work, graph } = workOf(stage);
  return { ...stage, work: resumeGraph(work, graph, { attempt, timesOutAt, rerun }), workAttempts: attempt };
}

/** The stage with what a person named to resume from; null for what was unfinished. */
export function withResumedFrom(stage: Stage, resumedFrom: string | null): Stage {
  return { ...stage, work: { ...workOf(stage).work, resumedFrom } };
}

/** The graph of a stage after one of its events. */
export function workMoved(stage: Stage, event: StageWorkEvent): GraphState {
  const { work, graph } = workOf(stage);
  return evolveGraph(work, event, graph);
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

/** What a further attempt runs again: the nodes named, and what was unfinished. */
export function workResumes(stage: Stage, now: string, from: readonly string[] = []): Resumption {
  const { work, graph } = workOf(stage);
  const rerun = rerunOf(work, graph, from);
  return { ...workBegins(stage, now), rerun, kept_count: graph.nodes.length - rerun.length };
}

/** Whether the graph of a stage was cut off: it cannot go on as it is, and there is something to go on with. */
export function isCutOff({ work, definition: { graph } }: Stage): boolean {
  return work !== null && graph !== undefined && rerunOf(work, graph).length > 0;
}

/** Whether the graph of a stage, if it has one, has nothing left to do or wait for. */
export function isWorkThrough({ work }: Stage): boolean {
  return work === null || isThrough(work);
}
