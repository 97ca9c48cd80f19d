import { refuse } from '../kernel/domain-error.js';
import type { Evaluation } from '../kernel/expression.js';
import { openGate } from './gate-opening.decider.js';
import { dueGate } from './gate-terms.policy.js';
import { inTurn, requiredReason, stageAtHand, unlockedStage } from './guards.decider.js';
import { assessReadiness, type Readiness } from './readiness.policy.js';
import type { Advance, CompleteStage, Deciding, RunCommand, StartStage } from './run-command.decider.js';
import { currentStage, type Running } from './run-state.decider.js';
import type { Override, RunEvent } from './run.events.js';
import { workBegins } from './stage-work.decider.js';
import { getNextStage, stageProgress, updateStageState, type Stage } from './stage.plan.js';

export function startStage(run: Running, { data, now }: StartStage): readonly RunEvent[] {
  const stage = stageAtHand(run, data.stage, 'in_progress');
  if (stage.state === 'in_progress') return [];
  updateStageState(stage, 'in_progress');
  return [stageStarted(stage, now)];
}

export function completeStage(run: Running, command: CompleteStage, evaluate: Evaluation): readonly RunEvent[] {
  const { data } = command;
  if (unlockedStage(run, data.stage).state === 'completed') {
    // A repeat, unless its gate lapsed and is to open anew. A stage without a gate may lie behind by now.
    return data.stage === run.currentStage ? askAnew(run, command, evaluate) : [];
  }
  const stage = stageAtHand(run, data.stage, 'completed');
  updateStageState(stage, 'completed');
  const readiness = assessReadiness(run, stage, evaluate);
  if (readiness.ready) return complete(run, command, evaluate, { override: null, trigger: null });
  if (data.override !== true) throw notReady(stage, readiness);
  const reason = overrideReason(command.by, data.reason);
  return complete(run, command, evaluate, { override: { reason, unmet: readiness.blockedReasons }, trigger: null });
}

/** Looks again at where the run stands and goes as far as the rules allow by themselves. */
export function advance(run: Running, command: Advance, evaluate: Evaluation): readonly RunEvent[] {
  const stage = currentStage(run);
  if (stage.state !== 'in_progress') return askAnew(run, command, evaluate);
  const readiness = assessReadiness(run, stage, evaluate);
  if (!readiness.ready) throw notReady(stage, readiness);
  return complete(run, command, evaluate, { override: null, trigger: command.data.trigger ?? 'manual_advance' });
}

/** Completes a stage that goes on by itself when it is ready. */
export function completeReady(
  run: Running,
  command: RunCommand,
  evaluate: Evaluation,
  trigger: string,
): readonly RunEvent[] {
  return complete(run, command, evaluate, { override: null, trigger });
}

/** From a completed stage to the gate that is due; where none is, to the next stage. */
export function goOn(run: Running, command: RunCommand, evaluate: Evaluation): readonly RunEvent[] {
  return dueGate(run, command.policy) === null ? leaveStage(run, command.now) : openGate(run, command, evaluate);
}

/** Where a stage is completed and no gate is open: the one that is due opens; where none is any more, the run goes on. */
export function askAnew(run: Running, command: RunCommand, evaluate: Evaluation): readonly RunEvent[] {
  return run.gate === null && currentStage(run).state === 'completed' ? goOn(run, command, evaluate) : [];
}

/** From a stage that is passed to the next one, or to the end. */
export function leaveStage(run: Running, now: string): readonly RunEvent[] {
  const stage = currentStage(run);
  const next = getNextStage(run.stages, stage);
  if (next === null) return [{ type: 'pipeline_run.completed', detail: { outcome: 'completed' } }];
  return enterStage(next, stage, now);
}

/** Enters a stage, and starts it where the template says so. */
export function enterStage(stage: Stage, from: Stage | null, now: string): readonly RunEvent[] {
  const { key, auto_start: autoStart } = stage.definition;
  const entered: RunEvent = {
    type: 'stage.entered',
    detail: { stage: key, stage_number: stage.number },
    ...(from === null ? {} : { fromStage: from.definition.key }),
    toStage: key,
  };
  return autoStart === true ? [entered, stageStarted(stage, now)] : [entered];
}

function complete(
  run: Running,
  command: RunCommand,
  evaluate: Evaluation,
  how: Readonly<{ override: Override | null; trigger: string | null }>,
): readonly RunEvent[] {
  const stage = currentStage(run);
  const { key } = stage.definition;
  const progress = stageProgress({ ...stage, state: 'completed' });
  const completed: RunEvent = {
    type: 'stage.completed',
    detail: { stage: key, progress_percent: progress, ...how },
    toStage: key,
    ...(how.override === null ? {} : { reason: how.override.reason }),
  };
  return inTurn(
    run,
    () => [completed],
    (now) => goOn(now, command, evaluate),
  );
}

function stageStarted(stage: Stage, now: string): RunEvent {
  const { key, graph } = stage.definition;
  const work = graph === undefined ? {} : { work: workBegins(stage, now) };
  return { type: 'stage.started', detail: { stage: key, ...work }, toStage: key };
}

function notReady(stage: Stage, { blockedReasons, requiredActions }: Readiness): Error {
  const advice = requiredActions.map(({ message }) => message).join(' ');
  const message = `Stage "${stage.definition.name}" is not ready. ${advice}`;
  const details = { blocked_reasons: blockedReasons, required_actions: requiredActions };
  return refuse('stage-not-ready', message, details);
}

const mayOverride: readonly string[] = ['approver', 'admin'];

function overrideReason(by: Deciding, reason: string | undefined): string {
  if (by.actor.type !== 'founder' && !by.roles.some((role) => mayOverride.includes(role))) {
    const allowed = [...mayOverride, 'founder'];
    throw refuse('forbidden', `Only ${allowed.join(', ')} may complete a stage that is not ready.`, { allowed });
  }
  return requiredReason(reason, 'completing a stage that is not ready');
}
