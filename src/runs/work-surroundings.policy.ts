import type { Evaluation } from '../kernel/expression.js';
import type { GraphSurroundings } from '../work/contract.js';
import { MAX_FACTS_LENGTH } from './records.decider.js';
import type { RunCommand } from './run-command.decider.js';
import { currentStage, type Begun } from './run-state.decider.js';
import { isWorkThrough, workOf } from './stage-work.decider.js';
import type { Stage } from './stage.plan.js';

/** The current stage, if its graph has something to do. */
export function stageAtWork(run: Begun): Stage | null {
  if (run.status !== 'running') return null;
  const stage = currentStage(run);
  return stage.state === 'in_progress' && !isWorkThrough(stage) ? stage : null;
}

/** What the graph of a stage goes by. `idsUsed`: how many of the command's ids are taken; none where it is left out. */
export function surroundings(
  run: Begun,
  stage: Stage,
  { runId, now, freshId }: RunCommand,
  { evaluate, idsUsed = 0 }: Readonly<{ evaluate: Evaluation; idsUsed?: number }>,
): GraphSurroundings {
  const { input } = run.origin;
  const { graph: definition } = workOf(stage);
  const ofRun = { runId, input, facts: run.facts, maxFactsLength: MAX_FACTS_LENGTH };
  return { ...ofRun, definition, stage: stage.definition.key, now, freshId, idsUsed, evaluate };
}
