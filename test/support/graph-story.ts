/** Runs whose stages have graphs, told by what becomes of their nodes. */
import { fold } from '../../src/kernel/decider.js';
import type { JsonObject, JsonValue } from '../../src/kernel/json.js';
import { itemsOf } from '../../src/kernel/vector.js';
import type { Asked, RunCommand } from '../../src/runs/run-command.decider.js';
import { currentStage, findStage, type Begun, type RunState } from '../../src/runs/run-state.decider.js';
import type { RunEvent } from '../../src/runs/run.events.js';
import type { Stage } from '../../src/runs/stage.plan.js';
import type { StageDefinition } from '../../src/templates/contract.js';
import { jobOf, type GraphDefinition, type NodeState, type NodeType } from '../../src/work/contract.js';
import { given } from './given.js';
import { command, founder, runDecider, start } from './run-story.js';

export type NodeDefinition = GraphDefinition['nodes'][number];
export type EdgeDefinition = GraphDefinition['edges'][number];

function node(type: NodeType, id: string, config: JsonObject = {}): NodeDefinition {
  return { id, type, name: id, config };
}

export const trigger = (id = 'start'): NodeDefinition => node('trigger', id);
export const agent = (id: string, more: JsonObject = {}): NodeDefinition =>
  node('agent', id, { agent_id: 'scribe', task: 'write', ...more });
export const condition = (id: string, expression: string): NodeDefinition => node('condition', id, { expression });
export const noop = (id: string): NodeDefinition => node('action', id, { action: 'noop' });
export const set = (id: string, values: Readonly<Record<string, string>>): NodeDefinition =>
  node('action', id, { action: 'set', values });
export const emit = (id: string, facts: Readonly<Record<string, string>>): NodeDefinition =>
  node('action', id, { action: 'emit', facts });
export const http = (id: string): NodeDefinition => node('action', id, { action: 'http', url: 'https://example.com' });
export const parallel = (id: string): NodeDefinition => node('parallel', id);
export const delay = (id: string, seconds: number): NodeDefinition => node('delay', id, { seconds });

/** Edges as `from>to` or `from>to: condition`; each is named by its nodes and, from the second between the same two on, a number. */
export function edges(...written: readonly string[]): readonly EdgeDefinition[] {
  const seen = new Map<string, number>();
  return written.map((each) => {
    const [ends = '', ...rest] = each.split(': ');
    const [from = '', to = ''] = ends.split('>');
    const count = (seen.get(ends) ?? 0) + 1;
    seen.set(ends, count);
    const id = count === 1 ? ends : `${ends}#${String(count)}`;
    return { id, from, to, ...(rest.length === 0 ? {} : { condition: rest.join(': ') }) };
  });
}

/** A stage that is worked on by a graph; it starts and goes on by itself. */
export function graphStage(
  nodes: readonly NodeDefinition[],
  written: readonly string[],
  more: Readonly<{ stage?: Partial<StageDefinition>; graph?: Partial<GraphDefinition> }> = {},
): StageDefinition {
  const graph = { nodes, edges: edges(...written), ...more.graph };
  const stage = {
    key: 'work',
    name: 'Work',
    auto_start: true,
    advance: 'auto',
    milestones: {},
    exit_criteria: [],
  } as const;
  return { ...stage, graph, ...more.stage };
}

export const noonPlus = (seconds: number): string =>
  new Date(Date.parse('2026-03-01T12:00:00.000Z') + seconds * 1000).toISOString();

/** What is asked of a run where it stands; `at` is in seconds after noon. */
export type Move = Readonly<{ ask: (run: Begun) => Asked; at: number }>;

const asks = (ask: (run: Begun) => Asked, at = 0): Move => ({ ask, at });
export const says = <Type extends RunCommand['type']>(
  type: Type,
  data: Extract<RunCommand, { type: Type }>['data'],
  at = 0,
) => asks(() => ({ type, data }) as unknown as Asked, at);

const lease = { workerId: 'w-1', leaseSeconds: 30, leaseExpiresAt: noonPlus(30) };

/** Names the job of a node, in the current stage or another. */
export function named(run: Begun, id: string, key?: string): Readonly<{ stage: string; node: string; jobId: string }> {
  const stage = key === undefined ? currentStage(run) : theStage(run, key);
  return { stage: stage.definition.key, node: id, jobId: jobOf(nodeState(stage, id))?.id ?? 'no-job' };
}

const attemptOf = (run: Begun, id: string): number => jobOf(nodeState(currentStage(run), id))?.attempts ?? 0;

export const takes = (ids: readonly string[], at = 0): Move =>
  asks((run) => ({ type: 'start_jobs', data: { jobs: ids.map((id) => named(run, id)), ...lease } }), at);
export const completes = (id: string, output: JsonValue = {}, at = 0): Move =>
  asks((run) => ({ type: 'complete_job', data: { ...named(run, id), attempt: attemptOf(run, id), output } }), at);
export const fails = (
  id: string,
  how: Readonly<{ retryable?: boolean; retryAfterSeconds?: number }> = {},
  at = 0,
): Move =>
  asks((run) => {
    const failure = { attempt: attemptOf(run, id), error: 'It broke.', chance: 0, ...how };
    return { type: 'fail_job', data: { ...named(run, id), ...failure } };
  }, at);
export const needsHuman = (id: string, at = 0): Move =>
  asks(
    (run) => ({ type: 'need_human', data: { ...named(run, id), attempt: attemptOf(run, id), reason: 'Unsure.' } }),
    at,
  );
export const loses = (id: string): Move =>
  asks((run) => ({ type: 'lose_lease', data: { ...named(run, id), attempt: attemptOf(run, id) } }));
export const cancelsJob = (id: string): Move =>
  asks((run) => ({ type: 'cancel_job', data: { ...named(run, id), reason: 'Not needed.' } }));
export const retries = (id: string, payload?: JsonObject, at = 0): Move =>
  asks((run) => ({ type: 'retry_job', data: { ...named(run, id), payload, reason: 'Try this.' } }), at);
export const resolves = (id: string, outcome: 'succeeded' | 'failed' | 'canceled', output?: JsonValue, at = 0): Move =>
  asks((run) => ({ type: 'resolve_job', data: { ...named(run, id), outcome, output, reason: 'I looked.' } }), at);
export const wakes = (at = 0): Move => says('wake', {}, at);
export const parks = (at = 0): Move => says('park', { reason: 'Later.' }, at);
export const unparks = (at = 0): Move => says('unpark', { reason: 'Now.' }, at);
export const cancels = (at = 0): Move => says('cancel', { reason: 'Enough.' }, at);
export const resumes = (fromNode?: string, at = 0): Move => says('resume', { reason: 'Mended.', fromNode }, at);

/** A run and all that happened to it. */
export type Played = Readonly<{ state: Begun; events: readonly RunEvent[]; moves: number }>;

/** The run of these stages after these moves; every move that may be repeated is held to changing nothing when it is. */
export function played(stages: readonly StageDefinition[], ...moves: readonly Move[]): Played {
  return moves.reduce(playOn, begin(stages));
}

export function begin(stages: readonly StageDefinition[]): Played {
  const events = runDecider.decide(runDecider.initialState, { ...start(stages), freshId: idOf(0) });
  return { state: begunFrom(runDecider.initialState, events), events, moves: 1 };
}

export function playOn(run: Played, move: Move): Played {
  const asked = commandOf(run, move);
  const next = runDecider.decide(run.state, asked);
  const state = begunFrom(run.state, next);
  return { state, events: [...run.events, ...next], moves: run.moves + 1 };
}

export function commandOf({ state, moves }: Played, { ask, at }: Move): RunCommand {
  const { type, data } = ask(state);
  return command(type, data as never, { by: founder, now: noonPlus(at), freshId: idOf(moves) });
}

/** A run after these moves, ready for one more. */
export function afterMoves(stages: readonly StageDefinition[], ...moves: readonly Move[]) {
  const run = played(stages, ...moves);
  return { ...run, when: (move: Move) => given(runDecider, run.events).when(commandOf(run, move)) };
}

/** What each node of a stage has come to, by id. */
export function statuses({ state }: Pick<Played, 'state'>, key?: string): Readonly<Record<string, string>> {
  const stage = key === undefined ? currentStage(state) : theStage(state, key);
  const states = itemsOf(stage.work?.nodes ?? []);
  return Object.fromEntries(
    (stage.definition.graph?.nodes ?? []).map(({ id }, place) => [id, states[place]?.status ?? '']),
  );
}

/** The events of one node and its job, in order, as their types without `pipeline_`. */
export function storyOf({ events }: Pick<Played, 'events'>, id: string): readonly string[] {
  return events
    .filter(({ detail }) => 'node' in detail && detail.node === id)
    .map(({ type }) => type.replace('pipeline_', ''));
}

/** The one event of that type about that node. */
export function eventOf<Type extends RunEvent['type']>(
  { events }: Pick<Played, 'events'>,
  type: Type,
  id?: string,
): Extract<RunEvent, { type: Type }> {
  const found = events.filter(
    (event) => event.type === type && (id === undefined || ('node' in event.detail && event.detail.node === id)),
  );
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`${String(found.length)} events ${type} of ${String(id)}.`);
  return only as Extract<RunEvent, { type: Type }>;
}

export function nodeState({ definition, work }: Stage, id: string): NodeState {
  const place = definition.graph?.nodes.findIndex((each) => each.id === id) ?? -1;
  const state = itemsOf(work?.nodes ?? [])[place];
  if (state === undefined) throw new Error(`There is no node ${id} under way.`);
  return state;
}

function theStage(run: Begun, key: string): Stage {
  const stage = findStage(run, key);
  if (stage === undefined) throw new Error(`There is no stage ${key}.`);
  return stage;
}

function begunFrom(state: RunState, events: readonly RunEvent[]): Begun {
  const next = fold(runDecider.evolve, state, events);
  if (next.status === 'not_started') throw new Error('The run is not started.');
  return next;
}

function idOf(move: number): string {
  return `018f0000-0000-7000-8000-${(move * 0x1_0000).toString(16).padStart(12, '0')}`;
}
