/**
 * How a graph runs: from what it was, to the events of the next steps. Pure; ids, times and chance come with the command.
 *
 *   advance   judges what is ready, in the order in which it became so: skips it, does it at once (all that needs no worker), has it wait
 *             (a delay), or queues a job for it. At most so many steps a command: then it says when it goes on, and a timer sees to it
 *   settle    what an event of a job means for its node
 *   wake      what is due: delays, time limits, going on
 *   cut off   ends what is live, when the run ends or its time is up
 */
import { addSeconds, millisecondsBetween } from '../kernel/instant.js';
import type { Evaluation } from '../kernel/expression.js';
import type { JsonObject, JsonValue } from '../kernel/json.js';
import type { DomainEvent } from '../kernel/recorded-event.js';
import { itemAt, itemsOf } from '../kernel/vector.js';
import { numberedId } from '../kernel/numbered-id.js';
import { type GraphIndex, type IndexedEdge, graphIndex } from './graph-index.policy.js';
import { type GraphState, type NodeState, evolveNode, evolveNodeJob, isLive, lengthOf } from './graph-state.decider.js';
import { handedOn, incomingOf, inputOf, nodeValues } from './graph-values.policy.js';
import type {
  GraphDefinition,
  Incoming,
  NodeDefinition,
  NodeError,
  NodeEvent,
  Outgoing,
  SkipReason,
} from './graph.events.js';
import { type JobEvent } from './job.events.js';
import { cancelJob } from './job.decider.js';
import { jobOrder } from './node-jobs.policy.js';

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
  freshId: string;
  evaluate: Evaluation;
}>;

/** Nodes that one command begins: enough to be cheap, few enough to keep others waiting for milliseconds. */
const STEPS_A_COMMAND = 200;

/** Characters of one output, and of all outputs of a graph, as JSON. */
export const MAX_OUTPUT_LENGTH = 262_144;
export const MAX_OUTPUTS_LENGTH = 33_554_432;

/** Characters of what a job is given, as JSON. */
const MAX_PAYLOAD_LENGTH = 1_048_576;

/** Goes on with what is ready. */
export function advanceGraph(graph: GraphState, about: GraphSurroundings): readonly WorkEvent[] {
  const walk = new Walk(graph, about);
  for (let step = 0; step < STEPS_A_COMMAND && walk.hasReady(); step += 1) walk.beginNext();
  if (walk.hasReady()) walk.yield();
  return walk.events;
}

/** What the events of its job mean for a node, and what follows. They come first in the answer. */
export function settleNode(
  graph: GraphState,
  about: GraphSurroundings,
  node: string,
  jobEvents: readonly JobEvent[],
): readonly WorkEvent[] {
  const walk = new Walk(graph, about);
  for (const event of jobEvents) walk.settle(node, event);
  return walk.events;
}

/** What is due by now, each once however long ago it was due. */
export function wakeGraph(graph: GraphState, about: GraphSurroundings): readonly WorkEvent[] {
  const walk = new Walk(graph, about);
  walk.endDelays();
  walk.timeOutNodes();
  return walk.events;
}

/** Ends everything that is live. */
export function cutOffGraph(graph: GraphState, about: GraphSurroundings, reason: string): readonly WorkEvent[] {
  const walk = new Walk(graph, about);
  walk.cancelLive(reason);
  return walk.events;
}

/** Whether there is nothing left to do or wait for. */
export function isThrough({ liveCount, ready, begunCount }: GraphState): boolean {
  return liveCount === 0 && begunCount === ready.length;
}

/** Collects events, each step on the graph as the steps before left it. */
class Walk {
  readonly events: WorkEvent[] = [];
  private readonly index: GraphIndex;
  private idCount = 1; // The command's own id is for what it creates itself.

  constructor(
    private graph: GraphState,
    private about: GraphSurroundings,
  ) {
    this.index = graphIndex(about.definition);
  }

  hasReady(): boolean {
    return this.graph.begunCount < this.graph.ready.length;
  }

  beginNext(): void {
    const place = this.nextReady();
    const node = this.index.nodes[place] as NodeDefinition;
    const because = incomingOf(this.graph, this.index, place);
    const skipped = this.skipReason(node, itemAt(this.graph.nodes, place));
    if (skipped === null) this.run(node, because);
    else this.skip(node, because, skipped);
  }

  yield(): void {
    const node = this.index.nodes[this.nextReady()] as NodeDefinition;
    const because = incomingOf(this.graph, this.index, this.nextReady());
    this.tell(this.aboutNode(node, 'pipeline_node.scheduled', { job_id: null, due_at: this.about.now, because }));
  }

  private nextReady(): number {
    return this.graph.ready[this.graph.begunCount] as number;
  }

  private skipReason({ type }: NodeDefinition, { taken, isUpstreamFailed }: NodeState): SkipReason | null {
    if (type === 'trigger') return null;
    if (isUpstreamFailed === true)
      return { code: 'upstream-failed', message: 'A node before it failed, so it does not run.' };
    return taken > 0 ? null : { code: 'no-edge-taken', message: 'No edge that leads to it was taken.' };
  }

  private skip(node: NodeDefinition, because: readonly Incoming[], skip_reason: SkipReason): void {
    const edges = this.deadEdges(node);
    this.tell(this.aboutNode(node, 'pipeline_node.skipped', { skip_reason, because, edges }));
  }

  private run(node: NodeDefinition, because: readonly Incoming[]): void {
    const input = inputOf(this.graph, this.index, because);
    const about = { ...this.about, attempt: this.graph.attempt };
    const order = jobOrder(node, about, input, () => this.nextId());
    if (order !== null) return this.queue(node, because, order);
    this.start(node, because);
    if (node.type === 'delay') this.delay(node, input);
    else this.doAtOnce(node, input);
  }

  private queue(node: NodeDefinition, because: readonly Incoming[], order: ReturnType<typeof jobOrder>): void {
    if (order === null) return;
    if (lengthOf(order.payload) > MAX_PAYLOAD_LENGTH) {
      this.start(node, because);
      const message = `What reaches it is longer than ${String(MAX_PAYLOAD_LENGTH)} characters as JSON. Hand on where it is, not what it is.`;
      return this.fail(node, { code: 'input-too-large', message });
    }
    this.tell(this.aboutNode(node, 'pipeline_node.scheduled', { job_id: order.job_id, due_at: null, because }));
    this.tellJob(node, { type: 'job.queued', detail: order });
  }

  private start(node: NodeDefinition, because: readonly Incoming[], jobId: string | null = null): void {
    const limit = node.config['timeout_seconds'];
    const times_out_at = jobId === null || typeof limit !== 'number' ? null : addSeconds(this.about.now, limit);
    const detail = { job_id: jobId, started_at: this.about.now, times_out_at, because };
    this.tell(this.aboutNode(node, 'pipeline_node.started', detail));
  }

  private delay(node: NodeDefinition, input: JsonObject): void {
    const seconds = Number(node.config['seconds']);
    if (seconds === 0) return this.complete(node, handedOn(input));
    const due_at = addSeconds(this.about.now, seconds);
    this.tell(this.aboutNode(node, 'pipeline_node.waiting', { for: 'timer', due_at, message: null }));
  }

  private doAtOnce(node: NodeDefinition, input: JsonObject): void {
    if (node.type === 'trigger') this.complete(node, this.about.input);
    else if (node.type === 'condition') this.judge(node, input);
    else if (node.config['action'] === 'set') this.makeValues(node, input, (values) => this.complete(node, values));
    else if (node.config['action'] === 'emit') this.makeValues(node, input, (facts) => this.emit(node, facts));
    else this.complete(node, handedOn(input));
  }

  private judge(node: NodeDefinition, input: JsonObject): void {
    const expression = String(node.config['expression']);
    const answer = this.about.evaluate.condition(expression, this.valuesFor(expression, handedOn(input)));
    if ('holds' in answer) this.complete(node, { result: answer.holds });
    else this.fail(node, { code: 'condition-failed', message: answer.failure });
  }

  /** `values` of `set` and `facts` of `emit`: an expression for each name. */
  private makeValues(node: NodeDefinition, input: JsonObject, then: (made: JsonObject) => void): void {
    const made: Record<string, JsonValue> = {};
    const expressions = Object.entries((node.config['values'] ?? node.config['facts'] ?? {}) as Record<string, string>);
    for (const [name, expression] of expressions) {
      const answer = this.about.evaluate.value(expression, this.valuesFor(expression, handedOn(input)));
      if ('failure' in answer)
        return this.fail(node, { code: 'expression-failed', message: `${name}: ${answer.failure}` });
      made[name] = answer.value;
    }
    then(made);
  }

  private emit(node: NodeDefinition, facts: JsonObject): void {
    const all = { ...this.about.facts, ...facts };
    if (lengthOf(all) > this.about.maxFactsLength) {
      const message = `A run keeps ${String(this.about.maxFactsLength)} characters of facts, as JSON.`;
      return this.fail(node, { code: 'facts-refused', message });
    }
    this.about = { ...this.about, facts: all };
    this.events.push({ type: 'facts.recorded', detail: { facts, trigger: `node:${node.id}` } });
    this.complete(node, facts);
  }

  settle(id: string, event: JobEvent): void {
    const node = this.nodeNamed(id);
    const isFirst = this.stateOf(node).status === 'scheduled';
    this.tellJob(node, event);
    switch (event.type) {
      case 'job.queued':
      case 'job.lease_lost':
        return;
      case 'job.started':
        if (isFirst) this.start(node, incomingOf(this.graph, this.index, this.placeOf(node)), event.detail.job_id);
        return;
      case 'job.succeeded':
        return this.complete(node, event.detail.output);
      case 'job.retry_scheduled': {
        const { error, next_run_at } = event.detail;
        const retry_count = (this.stateOf(node).retryCount ?? 0) + 1;
        const words = error ?? event.reason ?? 'A person has it run again.';
        return this.tell(
          this.aboutNode(node, 'pipeline_node.retrying', { retry_count, error: words, next_run_at }),
        );
      }
      case 'job.needs_human':
        return this.tell(
          this.aboutNode(node, 'pipeline_node.waiting', { for: 'human', due_at: null, message: event.detail.error }),
        );
      case 'job.failed':
        return this.fail(node, { code: 'job-failed', message: event.detail.error });
      case 'job.canceled':
        return this.fail(node, { code: 'job-canceled', message: event.reason ?? 'Its job was canceled.' });
    }
  }

  endDelays(): void {
    for (const [place, { status, dueAt }] of itemsOf(this.graph.nodes).entries()) {
      if (status !== 'waiting' || typeof dueAt !== 'string' || dueAt > this.about.now) continue;
      const because = incomingOf(this.graph, this.index, place);
      this.complete(this.index.nodes[place] as NodeDefinition, handedOn(inputOf(this.graph, this.index, because)));
    }
  }

  timeOutNodes(): void {
    for (const [place, { timesOutAt, ...state }] of itemsOf(this.graph.nodes).entries()) {
      if (!isLive(state) || typeof timesOutAt !== 'string' || timesOutAt > this.about.now) continue;
      const node = this.index.nodes[place] as NodeDefinition;
      const message = `It ran longer than ${String(node.config['timeout_seconds'])} seconds.`;
      this.cancelJobOf(node, message);
      this.fail(node, { code: 'timeout', message });
    }
  }

  cancelLive(reason: string): void {
    for (const [place, state] of itemsOf(this.graph.nodes).entries()) {
      if (!isLive(state)) continue;
      const node = this.index.nodes[place] as NodeDefinition;
      this.cancelJobOf(node, reason);
      this.tell({ ...this.aboutNode(node, 'pipeline_node.cancelled', {}), reason });
    }
  }

  private cancelJobOf(node: NodeDefinition, reason: string): void {
    const { job } = this.stateOf(node);
    if (job !== undefined) for (const event of cancelJob(job, reason)) this.tellJob(node, event);
  }

  /** An edge whose condition cannot be evaluated fails its source: it does not mean false. */
  private complete(node: NodeDefinition, output: JsonValue): void {
    const length = lengthOf(output);
    if (length > MAX_OUTPUT_LENGTH || this.graph.outputLength + length > MAX_OUTPUTS_LENGTH) {
      const message = `Its output has ${String(length)} characters as JSON; ${String(MAX_OUTPUT_LENGTH)} is the limit, ${String(MAX_OUTPUTS_LENGTH)} for all nodes together.`;
      return this.fail(node, { code: 'output-too-large', message });
    }
    const edges: Outgoing[] = [];
    for (const edge of this.outgoingOf(node)) {
      const resolution = this.resolve(edge, output);
      if (typeof resolution === 'object') return this.fail(node, resolution);
      edges.push({ edge: edge.id, to: this.index.nodes[edge.to]?.id ?? '', resolution });
    }
    this.tell(this.aboutNode(node, 'pipeline_node.completed', { output, ...this.ending(node), edges }));
  }

  private resolve({ id, condition }: IndexedEdge, output: JsonValue): 'taken' | 'not_taken' | NodeError {
    if (condition === undefined) return 'taken';
    const answer = this.about.evaluate.condition(condition, this.valuesFor(condition, output));
    if ('holds' in answer) return answer.holds ? 'taken' : 'not_taken';
    return { code: 'condition-failed', message: `The condition of edge ${id}: ${answer.failure}` };
  }

  private fail(node: NodeDefinition, error: NodeError): void {
    this.tell(
      this.aboutNode(node, 'pipeline_node.failed', { error, ...this.ending(node), edges: this.deadEdges(node) }),
    );
  }

  private ending(node: NodeDefinition): Readonly<{ duration_ms: number; retry_count: number }> {
    const { startedAt, retryCount = 0 } = this.stateOf(node);
    const duration = startedAt === undefined ? 0 : millisecondsBetween(startedAt, this.about.now);
    return { duration_ms: Math.max(0, duration), retry_count: retryCount };
  }

  private deadEdges(node: NodeDefinition): readonly Outgoing[] {
    return this.outgoingOf(node).map(({ id, to }) => ({
      edge: id,
      to: this.index.nodes[to]?.id ?? '',
      resolution: 'dead' as const,
    }));
  }

  private outgoingOf(node: NodeDefinition): readonly IndexedEdge[] {
    return (this.index.outgoing[this.placeOf(node)] ?? []).map((edge) => this.index.edges[edge] as IndexedEdge);
  }

  private valuesFor(expression: string, output: JsonValue): JsonObject {
    const { input, facts } = this.about;
    return { output, input, facts, nodes: nodeValues(this.graph, this.index, expression) };
  }

  private aboutNode<Type extends NodeEvent['type']>(
    { id, type }: NodeDefinition,
    eventType: Type,
    more: Omit<Extract<NodeEvent, { type: Type }>['detail'], 'stage' | 'node' | 'node_type' | 'attempt'>,
  ): NodeEvent {
    const detail = { stage: this.about.stage, node: id, node_type: type, attempt: this.graph.attempt, ...more };
    return { type: eventType, detail } as unknown as NodeEvent;
  }

  private tell(event: NodeEvent): void {
    this.events.push(event);
    this.graph = evolveNode(this.graph, event, this.about.definition);
  }

  private tellJob(node: NodeDefinition, event: JobEvent): void {
    this.events.push(event);
    this.graph = evolveNodeJob(this.graph, this.placeOf(node), event);
  }

  private stateOf(node: NodeDefinition): NodeState {
    return itemAt(this.graph.nodes, this.placeOf(node));
  }

  private placeOf({ id }: NodeDefinition): number {
    return this.index.placeOf.get(id) as number;
  }

  private nodeNamed(id: string): NodeDefinition {
    return this.index.nodes[this.index.placeOf.get(id) ?? -1] as NodeDefinition;
  }

  private nextId(): string {
    this.idCount += 1;
    return numberedId(this.about.freshId, this.idCount);
  }
}
