/**
 * What follows by itself from what a command led to, in turn until nothing more does:
 *
 *   what is live where nothing may be any more is cut off; a graph goes on; a graph that is through fails its run or lets its stage go on; the
 *   rules of the gate that stands open decide
 *
 * It ends: a graph goes on once a command before it waits for a timer, a stage's rules decide once a command, and between decisions a run only
 * moves forward. These are acts of the system; only what the caller asked for, and what that directly means, is the caller's own.
 */
import type { Evaluation } from '../kernel/expression.js';
import { numberedId } from '../kernel/numbered-id.js';
import type { Actor } from '../kernel/recorded-event.js';
import { itemAt } from '../kernel/vector.js';
import { advanceGraph, cutOffGraph, isPutOff } from '../work/contract.js';
import { triggerOf } from './automatic-advance.policy.js';
import { decideByRules } from './gate-rules.decider.js';
import { assessReadiness } from './readiness.policy.js';
import type { RunCommand } from './run-command.decider.js';
import { actedOnBy, currentStage, evolve, type Begun, type RunState } from './run-state.decider.js';
import type { RunEvent } from './run.events.js';
import { isWorkThrough, workOf } from './stage-work.decider.js';
import type { Stage } from './stage.plan.js';
import { completeReady } from './stages.decider.js';
import { stageAtWork, surroundings } from './work-surroundings.policy.js';

/** `events`: what the command led to so far. */
type FollowUp = (
  run: Begun,
  events: readonly RunEvent[],
  command: RunCommand,
  evaluate: Evaluation,
) => readonly RunEvent[];

const graph: Actor = { type: 'system', id: 'graph' };
const advance: Actor = { type: 'system', id: 'advance' };

/** The events with all that follows from them. */
export function withFollowUps(
  state: RunState,
  asked: readonly RunEvent[],
  command: RunCommand,
  evaluate: Evaluation,
): readonly RunEvent[] {
  let run = asked.reduce(evolve, state);
  if (run.status === 'not_started' || (asked.length === 0 && command.type !== 'wake')) return asked;
  const events = [...asked];
  for (let known = -1; known < events.length;) {
    known = events.length;
    for (const followUp of followUps) {
      const next = followUp(run as Begun, events, command, evaluate);
      events.push(...next);
      run = next.reduce(evolve, run);
    }
  }
  return events;
}

const cutOffLeftovers: FollowUp = (run, _events, command, evaluate) =>
  run.stages
    .filter(({ work }) => work !== null && work.liveCount > 0)
    .flatMap((stage) => {
      const why = whyCutOff(run, stage);
      if (why === null) return [];
      return by(graph, cutOffGraph(workOf(stage).work, surroundings(run, stage, command, { evaluate }), why));
    });

function whyCutOff({ status }: Begun, { state }: Stage): string | null {
  switch (status) {
    case 'running':
    case 'parked':
      return state === 'in_progress' ? null : 'Its stage was completed without it.';
    case 'timeout':
      return 'The run is out of time.';
    case 'completed':
    case 'cancelled':
    case 'failed':
      return `The run is ${status}.`;
  }
}

/** What had to wait for a timer goes on with it, once; other commands leave it at that. */
const advanceWork: FollowUp = (run, events, command, evaluate) => {
  const stage = stageAtWork(run);
  if (stage === null) return [];
  const { work } = workOf(stage);
  const isDue = work.continuesAt === null || (command.type === 'wake' && work.continuesAt <= command.now);
  if (!isDue || events.some((event) => isPutOff(event) && isOfStage(event, stage))) return [];
  const idsUsed = countIds(events);
  return by(graph, advanceGraph(work, surroundings(run, stage, command, { evaluate, idsUsed })));
};

const endWork: FollowUp = (run, events, command, evaluate) => {
  if (run.status !== 'running') return [];
  const stage = currentStage(run);
  if (stage.state !== 'in_progress' || !isWorkThrough(stage)) return [];
  if (stage.work !== null && stage.work.failedCount > 0) return by(graph, [runFailed(stage)]);
  if (stage.definition.advance !== 'auto') return [];
  const trigger = triggerOf(stage, events);
  if (trigger === null || !assessReadiness(run, stage, evaluate.condition).ready) return [];
  const freshId = numberedId(command.freshId, countIds(events));
  return by(advance, completeReady(actedOnBy(run, advance), { ...command, freshId }, evaluate, trigger));
};

const judgeGate: FollowUp = decideByRules;

const followUps: readonly FollowUp[] = [cutOffLeftovers, advanceWork, endWork, judgeGate];

function runFailed(stage: Stage): RunEvent {
  const { work, graph: definition } = workOf(stage);
  const nodes = definition.nodes.filter((_node, place) => itemAt(work.nodes, place).status === 'failed');
  const detail = { stage: stage.definition.key, attempt: work.attempt, nodes: nodes.map(({ id }) => id) };
  return { type: 'pipeline_run.failed', detail };
}

function isOfStage({ detail }: RunEvent, { definition }: Stage): boolean {
  return 'stage' in detail && detail.stage === definition.key;
}

const withId: ReadonlySet<RunEvent['type']> = new Set<RunEvent['type']>(['gate.opened', 'risk.raised', 'job.queued']);

/** How many ids of a command are taken by what it led to. */
function countIds(events: readonly RunEvent[]): number {
  return events.filter(({ type }) => withId.has(type)).length;
}

function by(actor: Actor, events: readonly RunEvent[]): readonly RunEvent[] {
  return events.map((event) => ({ ...event, by: actor }));
}
