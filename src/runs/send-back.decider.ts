import { refuse } from '../kernel/domain-error.js';
import { own } from '../kernel/json-values.js';
import { graphIndex } from '../work/contract.js';
import { inTurn } from './guards.decider.js';
import { milestoneReopened, requireMilestones } from './milestones.decider.js';
import { currentStage, type Running } from './run-state.decider.js';
import type { RunEvent, SendBack } from './run.events.js';
import { isWholeStage } from './send-back.policy.js';
import { stageProgress, type Stage } from './stage.plan.js';
import { isCutOff, workResumes } from './stage-work.decider.js';

/** Has people do the whole stage again or, where some of it is named, only that; the rest keeps what it led to. */
export function sendStageBack(run: Running, sendBack: SendBack | undefined, now: string): readonly RunEvent[] {
  return isWholeStage(sendBack) ? wholeBack(run, now) : partsBack(run, sendBack ?? {}, now);
}

/** Has a stage worked on again. A graph that was cut off, because its stage was completed without it, goes on with what was unfinished. */
export function stageReopened(
  stage: Stage,
  now: string,
  rerun: readonly string[] = [],
): Extract<RunEvent, { type: 'stage.reopened' }> {
  const { key } = stage.definition;
  const progress = stageProgress({ ...stage, state: 'in_progress' });
  const runsAgain = stage.work !== null && (rerun.length > 0 || isCutOff(stage));
  const work = runsAgain ? { work: workResumes(stage, now, rerun) } : {};
  return { type: 'stage.reopened', detail: { stage: key, progress_percent: progress, ...work }, toStage: key };
}

/** What is named has to be something, each with a reason. */
export function checkSendBack(sendBack: SendBack | undefined): void {
  const errors = (['milestones', 'nodes'] as const).flatMap((field) => {
    const named = sendBack?.[field];
    if (named === undefined) return [];
    const pointer = `/send_back/${field}`;
    if (Object.keys(named).length === 0)
      return [{ pointer, detail: 'names nothing: leave it out, and the whole stage is sent back.' }];
    const unsaid = Object.keys(named).filter((key) => named[key]?.trim() === '');
    return unsaid.map((key) => ({ pointer: `${pointer}/${key}`, detail: 'says no reason.' }));
  });
  if (errors.length > 0) throw refuse('invalid-input', 'Say what is to be done again, and why.', { errors });
}

function wholeBack(run: Running, now: string): readonly RunEvent[] {
  const stage = currentStage(run);
  const everyNode = stage.definition.graph?.nodes.map(({ id }) => id) ?? [];
  const { detail, ...reopened } = stageReopened(stage, now, everyNode);
  const cleared = stage.result === null ? {} : { clears_result: true as const };
  return inTurn(
    run,
    () => [{ ...reopened, detail: { ...detail, ...cleared } }],
    ...stage.completed.toSorted().map((key) => (at: Running) => [milestoneReopened(currentStage(at), key)]),
    () => stage.met.map((criterion) => ({ type: 'criterion.unmet', detail: { stage: detail.stage, criterion } })),
  );
}

function partsBack(run: Running, { milestones = {}, nodes = {} }: SendBack, now: string): readonly RunEvent[] {
  const stage = currentStage(run);
  const named = Object.keys(milestones).toSorted();
  requireMilestones(stage, named);
  requireNodes(stage, Object.keys(nodes));
  const done = named.filter((key) => stage.completed.includes(key));
  return inTurn(
    run,
    () => [stageReopened(stage, now, Object.keys(nodes))],
    ...done.map((key) => (at: Running): readonly RunEvent[] => [
      { ...milestoneReopened(currentStage(at), key), reason: own(milestones, key)?.trim() ?? '' },
    ]),
  );
}

function requireNodes({ definition: { graph, name } }: Stage, ids: readonly string[]): void {
  const unknown = ids.filter((id) => graph === undefined || !graphIndex(graph).placeOf.has(id));
  if (unknown.length === 0) return;
  const nodes = graph?.nodes.map(({ id }) => id) ?? [];
  throw refuse('node-not-found', `Stage "${name}" has no node ${unknown.join(', ')}.`, { nodes });
}
