import { refuse } from '../kernel/domain-error.js';
import type { StageDefinition } from '../templates/contract.js';
import type { GraphState } from '../work/contract.js';
import type { Override, StageResult } from './run.events.js';
import { stagePercent, templateWeights } from './weights.plan.js';

/** `completed`: its work is done, its gate (if any) is due. `gated`: its gate was passed. */
export type StageState = 'created' | 'in_progress' | 'completed' | 'gated';

/** One stage of one run, as far as it has come. */
export type Stage = Readonly<{
  definition: StageDefinition;
  /** 1-based, locked stages counted. */
  number: number;
  state: StageState;
  /** What each milestone that was not dropped weighs; always sums to the stage's whole. */
  weights: Readonly<Record<string, number>>;
  completed: readonly string[];
  met: readonly string[];
  result: StageResult | null;
  focus: readonly string[];
  override: Override | null;
  /** It was approved since it was completed last. */
  isApproved?: true;
  /** Who did its work: ids of the actors of what was done in it since it began, systems and workers left out. */
  workedBy: readonly string[];
  /** How far its graph has come; null before it began, and where there is none. */
  work: GraphState | null;
  /** How often each rule of its gate has decided, over all visits to the stage; by the number of the rule, from 1. */
  ruleCounts?: Readonly<Record<number, number>>;
  /** It was sent back, or a rule of its gate decided, since it was completed last: it waits for something to be done. */
  isSentBack?: true;
  /** How often its graph was begun or resumed, over all visits to the stage. */
  workAttempts: number;
}>;

/** Every legal move of a stage, in one place: `onward` by command or by passing its gate, `back` only by a decision. */
export const legalMoves: Readonly<
  Record<StageState, Readonly<{ onward: readonly StageState[]; back: readonly StageState[] }>>
> = {
  created: { onward: ['in_progress'], back: [] },
  in_progress: { onward: ['completed'], back: ['created'] },
  completed: { onward: ['gated'], back: ['in_progress', 'created'] },
  gated: { onward: [], back: ['created'] },
};

/** The stages of a run before anything happened, in order. */
export function planPipeline(definitions: readonly StageDefinition[]): readonly Stage[] {
  return definitions.map((definition, index) => createStage(definition, index + 1));
}

/** A stage as it was at the start; what was suggested for it, and what is counted over all visits, may be kept. */
export function createStage(
  definition: StageDefinition,
  number: number,
  { focus, workAttempts, ruleCounts }: Pick<Stage, 'focus' | 'workAttempts' | 'ruleCounts'> = {
    focus: [],
    workAttempts: 0,
  },
): Stage {
  const weights = templateWeights(definition.milestones);
  const nothingDone = { completed: [], met: [], result: null, override: null, workedBy: [], work: null };
  const kept = { focus, workAttempts, ...(ruleCounts === undefined ? {} : { ruleCounts }) };
  return { definition, number, state: 'created', weights, ...nothingDone, ...kept };
}

/** The first stage that can be entered after this one, or of all where `after` is null; null after the last. */
export function getNextStage(stages: readonly Stage[], after: Stage | null): Stage | null {
  return stages.find((stage) => !isLocked(stage) && stage.number > (after?.number ?? 0)) ?? null;
}

/** Whether a stage may go on to this state. */
export function canProgress(from: StageState, to: StageState): boolean {
  return legalMoves[from].onward.includes(to);
}

/** The state after a move onward; refuses an illegal one with from, to and what is legal. */
export function updateStageState(stage: Stage, to: StageState): StageState {
  if (!canProgress(stage.state, to)) throw illegalMove(stage, to, legalMoves[stage.state].onward);
  return to;
}

/** The refusal of a move, naming what would be legal. */
export function illegalMove(stage: Stage, to: StageState, legal: readonly StageState[]): Error {
  const { key, name } = stage.definition;
  const way =
    legal.length === 0 ? 'No command moves it on from there.' : `From there it goes to ${legal.join(' or ')}.`;
  const message = `Stage "${name}" is ${stage.state}, so it cannot be ${to}. ${way}`;
  return refuse('illegal-transition', message, { stage: key, from: stage.state, to, legal });
}

/** A locked stage is shown and never entered. */
export function isLocked(stage: Stage): boolean {
  return stage.definition.locked === true;
}

/** How far the stage has come, 0 to 100. */
export function stageProgress(stage: Stage): number {
  return stagePercent(stage.weights, stage.completed, stage.state);
}
