import type { JsonObject, JsonValue } from '../kernel/json.js';
import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';

// Definitions are spelled as in template files and on the wire; docs/templates.md tells authors the same.

/** What a node does. `trigger` begins, `parallel` fans out, `delay` waits, `condition` judges; `action` and `agent` work. */
export type NodeType = 'trigger' | 'agent' | 'condition' | 'action' | 'parallel' | 'delay';

/** One node of a graph. What `config` holds depends on the type and, for an action, on which one it is. */
export type NodeDefinition = Readonly<{
  id: string;
  type: NodeType;
  name: string;
  config: JsonObject;
  /** Where an editor draws it. */
  position?: Readonly<{ x: number; y: number }>;
  /** Shorthand for edges without a condition: the ids of the nodes that follow. */
  next?: readonly string[];
}>;

/** One edge. Without a condition (in CEL) it is taken whenever its source completes. */
export type EdgeDefinition = Readonly<{ id: string; from: string; to: string; condition?: string }>;

/** A graph of work as its author writes it. */
export type GraphDefinition = Readonly<{
  nodes: readonly NodeDefinition[];
  edges: readonly EdgeDefinition[];
  /** Seconds for the whole graph, from its start or resumption. Defaults to 3600. */
  timeout_seconds?: number;
  /** Retries of each node after its first attempt. Defaults to 3. */
  max_retries_per_node?: number;
  /** Seconds before the first retry. Defaults to 1. */
  retry_backoff_base?: number;
  /** Seconds that no pause before a retry exceeds. Defaults to 60. */
  retry_backoff_max?: number;
}>;

/** What became of an edge, once. `dead`: its source was skipped, failed or cancelled. */
export type EdgeResolution = 'taken' | 'not_taken' | 'dead';

/** An edge that comes in, as the judgement of its target saw it. */
export type Incoming = Readonly<{ edge: string; from: string; resolution: EdgeResolution }>;

/** An edge that goes out, as the end of its source resolved it. */
export type Outgoing = Readonly<{ edge: string; to: string; resolution: EdgeResolution }>;

/** Why a node failed. `code` is for programs. */
export type NodeError = Readonly<{
  code:
    | 'job-failed'
    | 'job-canceled'
    | 'condition-failed'
    | 'expression-failed'
    | 'too-costly'
    | 'timeout'
    | 'input-too-large'
    | 'output-too-large'
    | 'facts-refused';
  message: string;
}>;

/** Why a node was skipped. */
export type SkipReason = Readonly<{ code: 'no-edge-taken' | 'upstream-failed'; message: string }>;

/** `attempt` counts how often the graph was begun: 1, and one more for each resumption or return to its stage. */
type OfNode<More extends object> = Readonly<
  { stage: string; node: string; node_type: NodeType; attempt: number } & More
>;

/** Of the event after which no node waits for a person any more: the time limit of the graph, which stood still meanwhile, is then. */
type EndsAsking = { graph_times_out_at?: string };

/** How a node ended, for whoever reads the timeline alone. Milliseconds since it began to run; 0 where it needed no worker. */
type Ended = { duration_ms: number; retry_count: number; edges: readonly Outgoing[] } & EndsAsking;

/** Everything that happens to the nodes of a graph. */
export type NodeEvent =
  /** It is to run: by the job named or, where there is none, by the run itself from `due_at` on. */
  | DomainEvent<
      'pipeline_node.scheduled',
      OfNode<{ job_id: string | null; due_at: string | null; because: readonly Incoming[] }>
    >
  /** It runs. `times_out_at` is null where it has no time limit of its own. */
  | DomainEvent<
      'pipeline_node.started',
      OfNode<{
        job_id: string | null;
        started_at: string;
        times_out_at: string | null;
        because: readonly Incoming[];
      }>
    >
  /** It waits for a time (a delay) or, `since` when, for a person (its job needs one): then the time limit of the graph stands still. */
  | DomainEvent<
      'pipeline_node.waiting',
      OfNode<{ for: 'timer' | 'human'; due_at: string | null; message: string | null; since?: string }>
    >
  /** `times_out_at` is a new time limit, where a person has it run again; null where the one it had stands. */
  | DomainEvent<
      'pipeline_node.retrying',
      OfNode<{ retry_count: number; error: string; next_run_at: string; times_out_at: string | null } & EndsAsking>
    >
  | DomainEvent<'pipeline_node.completed', OfNode<{ output: JsonValue } & Ended>>
  | DomainEvent<'pipeline_node.failed', OfNode<{ error: NodeError } & Ended>>
  | DomainEvent<
      'pipeline_node.skipped',
      OfNode<{ skip_reason: SkipReason; because: readonly Incoming[]; edges: readonly Outgoing[] }>
    >
  | DomainEvent<'pipeline_node.cancelled', OfNode<object>>;

/** How the store files each event of a node. */
export const nodeCatalogue: Catalogue<NodeEvent> = {
  'pipeline_node.scheduled': { category: 'node', schemaVersion: 1 },
  'pipeline_node.started': { category: 'node', schemaVersion: 1 },
  'pipeline_node.waiting': { category: 'node', schemaVersion: 1 },
  'pipeline_node.retrying': { category: 'node', schemaVersion: 1 },
  'pipeline_node.completed': { category: 'node', schemaVersion: 1 },
  'pipeline_node.failed': { category: 'node', schemaVersion: 1 },
  'pipeline_node.skipped': { category: 'node', schemaVersion: 1 },
  'pipeline_node.cancelled': { category: 'node', schemaVersion: 1 },
};
