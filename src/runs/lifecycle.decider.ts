import { refuse } from '../kernel/domain-error.js';
import type { Evaluation } from '../kernel/expression.js';
import { supersedeGate } from './gates.decider.js';
import { asRunning, requiredReason, statedReason } from './guards.decider.js';
import { isSameJson } from '../kernel/json-values.js';
import type { Cancel, Park, StartRun, Unpark } from './run-command.decider.js';
import { currentStage, evolve, type Begun, type Running, type RunState } from './run-state.decider.js';
import type { RunEvent, RunOrigin } from './run.events.js';
import { getNextStage, planPipeline } from './stage.plan.js';
import { askAnew, enterStage } from './stages.decider.js';

export function startRun(state: RunState, { data, now }: StartRun): readonly RunEvent[] {
  const { key, version, contentHash, name, stages } = data.template;
  const template = { key, version, content_hash: contentHash, name };
  const origin: RunOrigin = { template, subject: data.subject, input: data.input, stages };
  if (state.status !== 'not_started') return answerStarted(state, origin);
  const first = getNextStage(planPipeline(stages), null);
  if (first === null) throw refuse('stage-locked', `Every stage of "${name}" is locked; there is nothing to run.`);
  return [{ type: 'pipeline_run.started', detail: origin }, ...enterStage(first, null, now)];
}

export function park(run: Begun, { data }: Park): readonly RunEvent[] {
  if (run.status === 'parked') return [];
  const running = asRunning(run);
  const reason = requiredReason(data.reason, 'parking a run');
  const detail = { stage: currentStage(run).definition.key, gate_id: null };
  return [...supersedeGate(running, reason), { type: 'pipeline_run.parked', detail, reason }];
}

/** Back to the same stage and state; a gate that was open or decided "park" asks afresh. */
export function unpark(run: Begun, command: Unpark, evaluate: Evaluation): readonly RunEvent[] {
  if (run.status !== 'parked') {
    asRunning(run);
    return [];
  }
  const reason = requiredReason(command.data.reason, 'unparking a run');
  const detail = { stage: currentStage(run).definition.key };
  const unparked: RunEvent = { type: 'pipeline_run.unparked', detail, reason };
  return [unparked, ...askAnew(runningAfter(run, unparked), command, evaluate)];
}

/** Ends a run for good. Another outcome than the one it was cancelled with is not a repeat: it is refused, not dropped. */
export function cancel(run: Begun, { data }: Cancel): readonly RunEvent[] {
  const outcome = statedReason(data.outcome);
  if (run.status === 'cancelled' && (outcome ?? run.outcome) === run.outcome) return [];
  const open =
    run.status === 'completed' || run.status === 'cancelled' || run.status === 'running' ? asRunning(run) : null;
  const reason = requiredReason(data.reason, 'cancelling a run');
  const detail = { outcome: outcome ?? 'cancelled' };
  const superseded = open === null ? [] : supersedeGate(open, reason);
  return [...superseded, { type: 'pipeline_run.cancelled', detail, reason }];
}

function answerStarted({ origin: { template, subject, input } }: Begun, asked: RunOrigin): readonly RunEvent[] {
  const isRepeat =
    isSameJson(template, asked.template) && isSameJson(subject, asked.subject) && isSameJson(input, asked.input);
  if (isRepeat) return [];
  throw refuse('run-already-open', 'A run of that id was started with something else. Start it under another id.');
}

function runningAfter(run: Begun, event: RunEvent): Running {
  const state = evolve(run, event);
  if (state.status !== 'running') throw new Error(`${event.type} must leave the run running.`);
  return state;
}
