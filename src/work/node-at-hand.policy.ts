import type { Evaluation } from '../kernel/expression.js';
import { addSeconds, millisecondsBetween } from '../kernel/instant.js';
import type { JsonObject, JsonValue } from '../kernel/json.js';
import type { DomainEvent } from '../kernel/recorded-event.js';
import { itemAt } from '../kernel/vector.js';
import { type GraphIndex, graphIndex } from './graph-index.policy.js';
import { isAsked, type GraphState, type NodeState } from './graph-state.decider.js';
import { nodeValues } from './graph-values.policy.js';
import type { GraphDefinition, NodeDefinition, NodeEvent } from './graph.events.js';
import type { JobEvent } from './job.events.js';

/** What a graph does to its run besides its own events. */
export type FactsEmitted = DomainEvent<'facts.recorded', Readonly<{ facts: JsonObject; trigger: string }>>;
export type WorkEvent = NodeEvent | JobEvent | FactsEmitted;

/** What the steps of a graph go by. */
export type GraphSurroundings = Readonly<{
  runId: string;
  definition: GraphDefinition;
  stage: string;
  input: JsonObject;
  facts: JsonObject;
  /** Characters of all facts of a run, as JSON. */
  maxFactsLength: number;
  now: string;
  /** The first of the ids for what the command makes; `idsUsed` of them are taken. */
  freshId: string;
  idsUsed: number;
  evaluate: Evaluation;
}>;

/** A node, and the graph as far as it has come. */
export type AtHand = Readonly<{
  graph: GraphState;
  index: GraphIndex;
  about: GraphSurroundings;
  place: number;
  node: NodeDefinition;
  state: NodeState;
}>;

/** The node at a place that the graph has. */
export function nodeAt(graph: GraphState, about: GraphSurroundings, place: number): AtHand {
  const index = graphIndex(about.definition);
  return { graph, index, about, place, node: index.nodes[place] as NodeDefinition, state: itemAt(graph.nodes, place) };
}

/** An event of the node at hand. */
export function told<Type extends NodeEvent['type']>(
  { graph, about, node }: AtHand,
  type: Type,
  more: Omit<Extract<NodeEvent, { type: Type }>['detail'], 'stage' | 'node' | 'node_type' | 'attempt'>,
): NodeEvent {
  const detail = { stage: about.stage, node: node.id, node_type: node.type, attempt: graph.attempt, ...more };
  return { type, detail } as unknown as NodeEvent;
}

/** Where the node is the last that waits for a person: the time limit of the graph, by as much later as it stood still. */
export function timeGoesOn({ graph, state, about }: AtHand): Readonly<{ graph_times_out_at?: string }> {
  const { askedCount, pausedAt, timesOutAt } = graph;
  if (pausedAt === null || !isAsked(state) || askedCount > 1) return {};
  return { graph_times_out_at: addSeconds(timesOutAt, Math.max(0, millisecondsBetween(pausedAt, about.now)) / 1000) };
}

/** What an expression at this node may speak of; `output` is what the node made or, in its own config, what reached it. */
export function valuesFor({ graph, index, about }: AtHand, expression: string, output: JsonValue): JsonObject {
  const { input, facts } = about;
  return { output, input, facts, nodes: nodeValues(graph, index, expression) };
}
