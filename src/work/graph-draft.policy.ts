import type { JsonObject } from '../kernel/json.js';
import type { EdgeDefinition, GraphDefinition, NodeDefinition } from './graph.events.js';
import { graphLimits } from './graph-limits.policy.js';

type Fields = Readonly<Record<string, unknown>>;

/** What can be made of a graph that is not in the right shape, so that the rest of its problems are found with the first try. */
export function readGraphDraft(sent: Fields): GraphDefinition {
  const settings = Object.keys(graphLimits).filter((name) => typeof sent[name] === 'number');
  return {
    nodes: list(sent['nodes']).map(node),
    edges: list(sent['edges']).map(edge),
    ...Object.fromEntries(settings.map((name) => [name, sent[name]])),
  };
}

function node(sent: Fields): NodeDefinition {
  return {
    id: text(sent['id']),
    type: text(sent['type']) as NodeDefinition['type'], // The check says where it is none.
    name: text(sent['name']),
    config: fields(sent['config']) as JsonObject,
    ...(Array.isArray(sent['next']) ? { next: sent['next'].map(text) } : {}),
  };
}

function edge(sent: Fields): EdgeDefinition {
  const ends = { id: text(sent['id']), from: text(sent['from']), to: text(sent['to']) };
  return typeof sent['condition'] === 'string' ? { ...ends, condition: sent['condition'] } : ends;
}

function text(sent: unknown): string {
  return typeof sent === 'string' ? sent : '';
}

function list(sent: unknown): readonly Fields[] {
  return Array.isArray(sent) ? sent.map(fields) : [];
}

function fields(sent: unknown): Fields {
  return typeof sent === 'object' && sent !== null && !Array.isArray(sent) ? (sent as Fields) : {};
}
