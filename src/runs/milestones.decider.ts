import { refuse } from '../kernel/domain-error.js';
import type { Decision, MilestoneDefinition } from '../templates/contract.js';
import { inTurn, stageInProgress } from './guards.decider.js';
import { own } from '../kernel/json-values.js';
import type { CompleteMilestone, MeetCriterion, ReopenMilestone, UnmeetCriterion } from './run-command.decider.js';
import { currentStage, type Running } from './run-state.decider.js';
import type { RunEvent } from './run.events.js';
import { stageProgress, type Stage } from './stage.plan.js';
import { redistribute } from './weights.plan.js';

export function completeMilestone(run: Running, { data }: CompleteMilestone): readonly RunEvent[] {
  const stage = stageInProgress(run, data.stage);
  const { completed_by: tie, title } = milestoneOf(stage, data.milestone);
  if (tie !== undefined) throw tied(title, `Only the decision "${tie.replace('gate:', '')}" at the gate completes it.`);
  return stage.completed.includes(data.milestone) ? [] : [milestoneCompleted(stage, data.milestone)];
}

export function reopenMilestone(run: Running, { data }: ReopenMilestone): readonly RunEvent[] {
  const stage = stageInProgress(run, data.stage);
  milestoneOf(stage, data.milestone);
  if (!stage.completed.includes(data.milestone)) return [];
  return [milestoneReopened(stage, data.milestone)];
}

/** Takes back that a milestone is complete. */
export function milestoneReopened(stage: Stage, key: string): RunEvent {
  const completed = without(stage.completed, key);
  return { type: 'milestone.reopened', detail: milestoneDetail({ ...stage, completed }, key) };
}

/** Refuses milestones that the stage does not have, or not any more. */
export function requireMilestones(stage: Stage, keys: readonly string[]): void {
  for (const key of keys) milestoneOf(stage, key);
}

export function meetCriterion(run: Running, { data }: MeetCriterion): readonly RunEvent[] {
  const stage = stageWithCriterion(run, data);
  return stage.met.includes(data.criterion)
    ? []
    : [{ type: 'criterion.met', detail: { stage: data.stage, criterion: data.criterion } }];
}

export function unmeetCriterion(run: Running, { data }: UnmeetCriterion): readonly RunEvent[] {
  const stage = stageWithCriterion(run, data);
  return stage.met.includes(data.criterion)
    ? [{ type: 'criterion.unmet', detail: { stage: data.stage, criterion: data.criterion } }]
    : [];
}

/** The milestones of the current stage that a decision completes by itself. */
export function completeTied(run: Running, decision: Decision): readonly RunEvent[] {
  const stage = currentStage(run);
  const due = Object.keys(stage.weights)
    .toSorted()
    .filter((key) => !stage.completed.includes(key) && tiesOf(stage, key).includes(`gate:${decision}`));
  return inTurn(run, ...due.map((key) => (now: Running) => [milestoneCompleted(currentStage(now), key)]));
}

/** Drops milestones of the current stage one by one; what they weighed goes to those that are left. */
export function dropMilestones(run: Running, milestones: readonly string[]): readonly RunEvent[] {
  const dropped = [...new Set(milestones)];
  checkDroppable(currentStage(run), dropped);
  return inTurn(run, ...dropped.map((key) => (now: Running) => [milestoneDropped(currentStage(now), key)]));
}

function checkDroppable(stage: Stage, dropped: readonly string[]): void {
  for (const key of dropped) {
    const { completed_by: tie, title } = milestoneOf(stage, key);
    if (tie !== undefined) throw tied(title, 'It belongs to the gate and cannot be dropped.');
  }
  if (dropped.length > 0 && dropped.length === Object.keys(stage.weights).length) {
    throw refuse('scope-too-narrow', 'At least one milestone of the stage must be left. Drop fewer.');
  }
}

function milestoneOf(stage: Stage, key: string): MilestoneDefinition {
  const milestone = own(stage.definition.milestones, key);
  if (milestone !== undefined && own(stage.weights, key) !== undefined) return milestone;
  const milestones = Object.keys(stage.weights).toSorted();
  const what =
    milestone === undefined ? `has no milestone "${key}"` : `no longer has milestone "${key}": it was dropped`;
  throw refuse('milestone-not-found', `Stage "${stage.definition.name}" ${what}.`, { milestones });
}

function stageWithCriterion(run: Running, data: Readonly<{ stage: string; criterion: string }>): Stage {
  const stage = stageInProgress(run, data.stage);
  const criteria = stage.definition.exit_criteria.map(({ key }) => key);
  if (criteria.includes(data.criterion)) return stage;
  const message = `Stage "${stage.definition.name}" has no exit criterion "${data.criterion}".`;
  throw refuse('criterion-not-found', message, { criteria });
}

function milestoneCompleted(stage: Stage, key: string): RunEvent {
  const completed = [...stage.completed, key];
  return { type: 'milestone.completed', detail: milestoneDetail({ ...stage, completed }, key) };
}

function milestoneDropped(stage: Stage, key: string): RunEvent {
  const left = Object.keys(stage.weights).filter((other) => other !== key);
  const weights = redistribute(stage.definition.milestones, left);
  const after = { ...stage, weights, completed: without(stage.completed, key) };
  const weight = own(stage.weights, key) ?? 0;
  return { type: 'milestone.dropped', detail: { ...milestoneDetail(after, key), weight, weights } };
}

function milestoneDetail(after: Stage, milestone: string) {
  const weight = own(after.weights, milestone) ?? 0;
  return { stage: after.definition.key, milestone, weight, progress_percent: stageProgress(after) };
}

function without(list: readonly string[], value: string): readonly string[] {
  return list.filter((other) => other !== value);
}

function tiesOf(stage: Stage, key: string): readonly (string | undefined)[] {
  const milestone = own(stage.definition.milestones, key);
  return [milestone?.completed_by, milestone?.also_completed_by];
}

function tied(title: string, why: string): Error {
  return refuse('milestone-tied-to-gate', `Milestone "${title}" is tied to the stage's gate. ${why}`);
}
