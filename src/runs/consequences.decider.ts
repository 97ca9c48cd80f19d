import { refuse } from '../kernel/domain-error.js';
import type { Evaluation } from '../kernel/expression.js';
import type { Decision } from '../templates/contract.js';
import { inTurn, unlockedStage } from './guards.decider.js';
import { completeTied, dropMilestones } from './milestones.decider.js';
import type { DecideGate } from './run-command.decider.js';
import { currentStage, findStage, type Running } from './run-state.decider.js';
import type { OpenedGate, RunEvent } from './run.events.js';
import { sendStageBack, stageReopened } from './send-back.decider.js';
import { getNextStage, isLocked, type Stage } from './stage.plan.js';
import { enterStage, goOn, leaveStage } from './stages.decider.js';

type Consequence = (run: Running, gate: OpenedGate, command: DecideGate, evaluate: Evaluation) => readonly RunEvent[];

/** What each decision leads to, on the run as `gate.decided` leaves it. */
export const consequences: Readonly<Record<Decision, Consequence>> = {
  proceed: (run, gate, { now: at }) =>
    inTurn(
      run,
      (now) => completeTied(now, 'proceed'),
      () => [stageGated(gate)],
      (now) => leaveStage(now, at),
    ),

  approve: (run, gate, command, evaluate) =>
    inTurn(
      run,
      (now) => (currentStage(now).definition.gate?.gate_type === 'decision' ? [] : [stageGated(gate)]),
      (now) => goOn(now, command, evaluate),
    ),

  send_back: (run, _gate, { data, now: at }) => sendStageBack(run, data.sendBack, at),

  narrow: (run, _gate, { data, now: at }) =>
    inTurn(
      run,
      (now) => [stageReopened(currentStage(now), at)],
      (now) => dropMilestones(now, data.scope?.drop_milestones ?? []),
      (now) => completeTied(now, 'narrow'),
    ),

  pivot: (run, gate, { data, now: at }) =>
    inTurn(
      run,
      (now) => resetFrom(now, pivotTarget(now, data.toStage)),
      (now) => enterStage(pivotTarget(now, data.toStage), findStage(now, gate.stage) ?? null, at),
    ),

  park: (_run, gate, { data }) => [
    {
      type: 'pipeline_run.parked',
      detail: { stage: gate.stage, gate_id: gate.gate_id },
      ...(data.reason === undefined ? {} : { reason: data.reason }),
    },
  ],
};

/** The stage a pivot goes back to: the one named, at or before where the run stands; the first if none is. */
export function pivotTarget(run: Running, named: string | undefined): Stage {
  const current = currentStage(run);
  const target = named === undefined ? getNextStage(run.stages, null) : unlockedStage(run, named);
  if (target !== null && target.number <= current.number) return target;
  const legal = run.stages
    .filter((stage) => !isLocked(stage) && stage.number <= current.number)
    .map(({ definition }) => definition.key);
  const message = `A pivot goes back, from "${current.definition.key}" to one of ${legal.join(', ')}.`;
  throw refuse('illegal-transition', message, { from: current.definition.key, to: named ?? null, legal });
}

function resetFrom(run: Running, target: Stage): readonly RunEvent[] {
  return run.stages
    .filter((stage) => stage.number >= target.number && stage.state !== 'created')
    .map(({ definition: { key } }) => ({ type: 'stage.reset', detail: { stage: key }, toStage: key }));
}

function stageGated({ stage, gate_id }: OpenedGate): RunEvent {
  return { type: 'stage.gated', detail: { stage, gate_id }, toStage: stage };
}
