import { refuse } from '../kernel/domain-error.js';
import {
  currentStage,
  evolve,
  findStage,
  type Begun,
  type Risk,
  type RunState,
  type Running,
} from './run-state.decider.js';
import type { RunEvent } from './run.events.js';
import { illegalMove, isLocked, legalMoves, type Stage, type StageState } from './stage.plan.js';

/** The run, if it takes commands. */
export function asRunning(run: Begun): Running {
  switch (run.status) {
    case 'running':
      return run;
    case 'parked':
      throw runParked();
    case 'failed':
    case 'timeout':
      throw refuse('run-closed', `The run ended: ${run.status}. Resume it, and it goes on.`, { status: run.status });
    case 'completed':
    case 'cancelled':
      throw refuse('run-closed', `The run is ${run.status}; nothing in it changes any more.`, { status: run.status });
  }
}

/** The refusal of a command that has to wait for the run to be unparked. */
export function runParked(): Error {
  return refuse('run-parked', 'The run is parked. Unpark it first; until then it can only be cancelled.');
}

/** The stage of that key, if it can be worked on at all. */
export function unlockedStage(run: Begun, key: string): Stage {
  const stage = findStage(run, key);
  if (stage === undefined) {
    const stages = run.stages.map(({ definition }) => definition.key);
    throw refuse('stage-not-found', `This run has no stage "${key}". It has ${stages.join(', ')}.`, { stages });
  }
  if (isLocked(stage)) throw refuse('stage-locked', `Stage "${stage.definition.name}" is locked; no run enters it.`);
  return stage;
}

/** The stage of that key, if the run stands there; `to` is the state the command needs or leads to. */
export function stageAtHand(run: Running, key: string, to: StageState): Stage {
  const stage = unlockedStage(run, key);
  const current = currentStage(run).definition;
  if (stage.definition.key === current.key) return stage;
  const { state } = stage;
  const message = `The run stands at "${current.name}" (${current.key}); only that stage can be worked on.`;
  const details = { stage: key, current_stage: current.key, from: state, to, legal: [] };
  throw refuse('illegal-transition', message, details);
}

/** The current stage, if work on it is under way. */
export function stageInProgress(run: Running, key: string): Stage {
  const stage = stageAtHand(run, key, 'in_progress');
  if (stage.state === 'in_progress') return stage;
  throw illegalMove(stage, 'in_progress', legalMoves[stage.state].onward);
}

/** What a person gave as their reason, trimmed; blank is none. */
export function statedReason(reason: string | undefined): string | undefined {
  const words = reason?.trim() ?? '';
  return words === '' ? undefined : words;
}

/** The reason, where there must be one. */
export function requiredReason(reason: string | undefined, act: string): string {
  const stated = statedReason(reason);
  if (stated === undefined) throw refuse('reason-required', `Say why: ${act} needs a reason.`);
  return stated;
}

/** The risks of one stage. */
export function risksOf(run: Begun, stage: Stage): readonly Risk[] {
  return run.risks.filter((risk) => risk.stage === stage.definition.key);
}

/** Decides step by step, each on the run as the steps before leave it. */
export function inTurn(
  run: Running,
  ...steps: readonly ((run: Running) => readonly RunEvent[])[]
): readonly RunEvent[] {
  const events: RunEvent[] = [];
  let state: RunState = run;
  for (const step of steps) {
    if (state.status !== 'running') break;
    const next = step(state);
    events.push(...next);
    state = next.reduce<RunState>(evolve, state);
  }
  return events;
}
