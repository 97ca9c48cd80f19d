import type { JsonObject } from '../kernel/json.js';
import type { Actor } from '../kernel/recorded-event.js';
import {
  evolveGate,
  gateOpens,
  type ClosedGate,
  type PendingGate,
  type PendingGateEvent,
} from './gate-state.decider.js';
import { isWholeStage } from './send-back.policy.js';
import type { Resumption, RiskView, RunEvent, RunOrigin } from './run.events.js';
import { createStage, planPipeline, type Stage } from './stage.plan.js';
import { own } from '../kernel/json-values.js';
import { stageWorkedOn, workedOnBy } from './worked-by.policy.js';
import {
  isOfWork,
  withResumedFrom,
  workBegun,
  workMoved,
  workResumed,
  type StageWorkEvent,
} from './stage-work.decider.js';

export type Risk = RiskView & Readonly<{ stage: string }>;

type Journey = Readonly<{
  origin: RunOrigin;
  stages: readonly Stage[];
  /** Null only between the first two events. */
  currentStage: string | null;
  risks: readonly Risk[];
  closedGates: Readonly<Record<string, ClosedGate>>;
  facts: JsonObject;
  /** While a command is being decided, who it is by: its events do not say yet. Not there in what is kept. */
  acting?: Actor;
}>;

/** Only a running run can have a pending gate, and only one. */
export type Running = Journey & Readonly<{ status: 'running'; gate: PendingGate | null }>;
export type Parked = Journey & Readonly<{ status: 'parked' }>;
export type Closed = Journey & Readonly<{ status: 'completed' | 'cancelled'; outcome: string }>;
/** It can be resumed. */
export type Broken = Journey & Readonly<{ status: 'failed' | 'timeout' }>;
export type Begun = Running | Parked | Broken | Closed;

/** What the rules need to know of a run; plain JSON, so that it can be kept as a snapshot. */
export type RunState = Readonly<{ status: 'not_started' }> | Begun;

/** Folds one event into the state; untouched parts stay the same objects. */
export function evolve(state: RunState, event: RunEvent): RunState {
  if (event.type === 'pipeline_run.started') return begun(event.detail);
  if (state.status === 'not_started') throw new Error(`A run's first event cannot be ${event.type}.`);
  const before = credited(state, event);
  return isOfWork(event) ? evolveWork(before, event) : evolveBegun(before, event);
}

/** The run with whoever does the work of a stage by this event named there. */
function credited(run: Begun, event: RunEvent): Begun {
  const stage = stageWorkedOn(event, findStage(run, run.currentStage ?? ''));
  const actor = stage === null ? undefined : actorOf(run, event);
  return actor === undefined ? run : withStage(run, stage, (each) => workedOnBy(each, actor));
}

/** The run as somebody acts on it: what they do is theirs, before it is recorded. */
export function actedOnBy<State extends RunState>(state: State, actor: Actor): State {
  return state.status === 'not_started' ? state : { ...state, acting: actor };
}

/** Who acted, as it was recorded or as it will be. */
function actorOf(run: Begun, event: RunEvent & Readonly<{ actor?: Actor }>): Actor | undefined {
  return event.actor ?? event.by ?? run.acting;
}

type Later = Exclude<RunEvent, { type: 'pipeline_run.started' } | StageWorkEvent>;

function evolveWork(run: Begun, event: StageWorkEvent): Begun {
  return withStage(run, event.detail.stage, (stage) => ({ ...stage, work: workMoved(stage, event) }));
}

function evolveBegun(run: Begun, event: Later): RunState {
  switch (event.type) {
    case 'pipeline_run.completed':
      return closed(run, 'completed', event.detail.outcome);
    case 'pipeline_run.cancelled':
      return closed(run, 'cancelled', event.detail.outcome);
    case 'pipeline_run.failed':
      return { ...journey(run), status: 'failed' };
    case 'pipeline_run.timeout':
      return { ...journey(run), status: 'timeout' };
    case 'pipeline_run.resumed':
      return {
        ...journey(withStage(run, event.detail.stage, (stage) => resumed(stage, event.detail))),
        status: 'running',
        gate: null,
      };
    case 'pipeline_run.parked':
      return { ...journey(run), status: 'parked' };
    case 'pipeline_run.unparked':
      return { ...journey(run), status: 'running', gate: null };
    case 'gate.opened':
      return run.status === 'running' ? { ...run, gate: gateOpens(event.detail) } : run;
    case 'gate.rule_failed':
    case 'gate.vote_recorded':
    case 'gate.reminded':
    case 'gate.extended':
    case 'gate.delegated':
      return gateMoved(run, event);
    case 'gate.decided':
      return gateDecided(run, event.detail);
    case 'gate.expired':
      return gateClosed(run, event.detail.gate_id, { status: 'expired' });
    case 'gate.superseded':
      return gateClosed(run, event.detail.gate_id, { status: 'superseded' });
    case 'facts.recorded':
      return { ...run, facts: { ...run.facts, ...event.detail.facts } };
    case 'risk.raised':
    case 'risk.dismissed':
      return { ...run, risks: evolveRisks(run.risks, event) };
    case 'stage.entered':
      return { ...run, currentStage: event.detail.stage };
    case 'stage.started':
    case 'stage.completed':
    case 'stage.gated':
    case 'stage.reopened':
    case 'stage.reset':
    case 'stage.result_recorded':
    case 'milestone.completed':
    case 'milestone.reopened':
    case 'milestone.dropped':
    case 'criterion.met':
    case 'criterion.unmet':
    case 'focus.suggested':
      return withStage(run, event.detail.stage, (stage) => evolveStage(stage, event));
  }
}

type OfStage = Extract<
  Later,
  {
    type:
      Exclude<`stage.${string}`, 'stage.entered'> | `milestone.${string}` | `criterion.${string}` | 'focus.suggested';
  }
>;

function withStage<Run extends Begun>(run: Run, key: string | null, change: (stage: Stage) => Stage): Run {
  return { ...run, stages: run.stages.map((stage) => (stage.definition.key === key ? change(stage) : stage)) };
}

function evolveStage(stage: Stage, event: Exclude<OfStage, { type: 'stage.entered' }>): Stage {
  switch (event.type) {
    case 'stage.started':
      return workBegun({ ...stage, state: 'in_progress' }, event.detail.work);
    case 'stage.completed':
      return { ...stage, state: 'completed', override: event.detail.override };
    case 'stage.gated':
      return { ...stage, state: 'gated' };
    case 'stage.reopened':
      return reopened(stage, event.detail);
    case 'stage.reset':
      return createStage(stage.definition, stage.number, stage);
    case 'stage.result_recorded': {
      const { outcome, score, feedback, data } = event.detail;
      return { ...stage, result: { outcome, score, feedback, data } };
    }
    case 'milestone.completed':
      return { ...stage, completed: [...stage.completed, event.detail.milestone] };
    case 'milestone.reopened':
      return { ...stage, completed: without(stage.completed, event.detail.milestone) };
    case 'milestone.dropped':
      return {
        ...stage,
        weights: event.detail.weights,
        completed: without(stage.completed, event.detail.milestone),
      };
    case 'criterion.met':
      return { ...stage, met: [...stage.met, event.detail.criterion] };
    case 'criterion.unmet':
      return { ...stage, met: without(stage.met, event.detail.criterion) };
    case 'focus.suggested':
      return { ...stage, focus: event.detail.focus };
  }
}

function gateMoved(run: Begun, event: PendingGateEvent): Begun {
  if (run.status !== 'running' || run.gate === null) return run;
  return { ...run, gate: evolveGate(run.gate, event, actorOf(run, event)) };
}

/** What is sent back as a whole is nobody's work any more: it is all to be done again. */
function gateDecided(run: Begun, detail: Extract<RunEvent, { type: 'gate.decided' }>['detail']): Begun {
  const { gate_id: id, stage, decision, to_stage, scope, send_back } = detail;
  const verdict = { decision, to_stage, scope, ...(send_back === undefined ? {} : { send_back }) };
  const decided = gateClosed(run, id, { status: 'decided', verdict });
  if (decision === 'approve') return withStage(decided, stage, (each) => ({ ...each, isApproved: true }));
  const isAnew = decision === 'send_back' && isWholeStage(send_back);
  return isAnew ? withStage(decided, stage, (each) => ({ ...each, workedBy: [] })) : decided;
}

function reopened(
  { isApproved: _approved, ...stage }: Stage,
  { work, clears_result }: Readonly<{ work?: Resumption; clears_result?: true }>,
): Stage {
  const inProgress = { ...stage, state: 'in_progress' as const, ...(clears_result === true ? { result: null } : {}) };
  return work === undefined ? inProgress : workResumed(inProgress, work);
}

function resumed(stage: Stage, detail: Extract<RunEvent, { type: 'pipeline_run.resumed' }>['detail']): Stage {
  return withResumedFrom(workResumed(stage, detail), detail.from_node ?? null);
}

function evolveRisks(
  risks: readonly Risk[],
  event: Extract<RunEvent, { type: 'risk.raised' | 'risk.dismissed' }>,
): readonly Risk[] {
  const { stage, risk_id: id } = event.detail;
  if (event.type === 'risk.dismissed')
    return risks.map((risk) => (risk.id === id ? { ...risk, dismissed: true } : risk));
  return [...risks, { id, stage, type: event.detail.type, message: event.detail.message, dismissed: false }];
}

function begun(origin: RunOrigin): Running {
  return {
    status: 'running',
    gate: null,
    origin,
    stages: planPipeline(origin.stages),
    currentStage: null,
    risks: [],
    closedGates: {},
    facts: {},
  };
}

function gateClosed(run: Begun, id: string, gate: ClosedGate): Begun {
  const closedGates = { ...run.closedGates, [id]: gate };
  return run.status === 'running' ? { ...run, closedGates, gate: null } : { ...run, closedGates };
}

function closed(run: Begun, status: Closed['status'], outcome: string): Closed {
  return { ...journey(run), status, outcome };
}

/** What stays when the status changes; what only one status knows is left behind. */
function journey({ origin, stages, currentStage, risks, closedGates, facts, acting }: Begun): Journey {
  return { origin, stages, currentStage, risks, closedGates, facts, ...(acting === undefined ? {} : { acting }) };
}

function without(list: readonly string[], value: string): readonly string[] {
  return list.filter((other) => other !== value);
}

/** The stage of that key, or undefined. */
export function findStage(run: Begun, key: string): Stage | undefined {
  return run.stages.find(({ definition }) => definition.key === key);
}

/** The stage the run stands at. */
export function currentStage(run: Begun): Stage {
  const stage = run.stages.find(({ definition }) => definition.key === run.currentStage);
  if (stage === undefined) throw new Error('A run stands at a stage from its first command on.');
  return stage;
}

/** The gate of that id that is no longer pending, or undefined. */
export function findClosedGate(run: Begun, id: string): ClosedGate | undefined {
  return own(run.closedGates, id);
}
