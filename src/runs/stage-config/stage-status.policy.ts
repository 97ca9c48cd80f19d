import type { Evaluation } from '../../kernel/expression.js';
import { itemsOf } from '../../kernel/vector.js';
import { assessReadiness, type Readiness } from '../readiness.policy.js';
import { isWorkThrough } from '../stage-work.decider.js';
import { currentStage, type Begun } from '../run-state.decider.js';
import { isLocked, type Stage } from '../stage.plan.js';

/** How a stage stands, in one word for boards. */
export const stageStatuses = [
  'locked', // It is shown and never entered.
  'created', // The run did not come to it yet, or came back from it.
  'in_progress', // Its graph is at work: nobody needs to do anything.
  'needs_human', // A job of its graph waits for a person.
  'blocked', // Something else keeps it from being ready.
  'ready', // Nothing does: it can be completed.
  'sent_back', // Nothing does either; it was sent back, and not completed since: only people know whether it was done again.
  'waiting_for_approval',
  'waiting_for_decision',
  'gate_closed', // The gate that it has to pass lapsed: somebody has to ask again.
  'passed',
  'parked',
  'failed',
  'timeout',
  'cancelled',
] as const;

export type StageStatus = (typeof stageStatuses)[number];

/** How a stage stands, with what keeps it from being ready: of the one where an open run stands, nothing of the others. */
export type StageStanding = Readonly<{ status: StageStatus }> & Pick<Readiness, 'blockedReasons' | 'requiredActions'>;

/** Computed from the run as it stands. */
export function standingOf(run: Begun, stage: Stage, evaluate: Evaluation): StageStanding {
  const nothing = { blockedReasons: [], requiredActions: [] };
  if (isLocked(stage)) return { status: 'locked', ...nothing };
  if (stage !== currentStage(run)) return { status: stage.state === 'created' ? 'created' : 'passed', ...nothing };
  if (run.status === 'completed') return { status: 'passed', ...nothing };
  if (run.status === 'cancelled') return { status: 'cancelled', ...nothing };
  const { blockedReasons, requiredActions } = atWork(stage) ? assessReadiness(run, stage, evaluate) : nothing;
  const status = run.status === 'running' ? statusOfCurrent(run.gate, stage, blockedReasons.length) : run.status;
  return { status, blockedReasons, requiredActions };
}

function atWork({ state }: Stage): boolean {
  return state === 'created' || state === 'in_progress';
}

function statusOfCurrent(
  gate: Readonly<{ gate_type: 'decision' | 'approval' }> | null,
  stage: Stage,
  reasonCount: number,
): StageStatus {
  if (gate !== null) return gate.gate_type === 'approval' ? 'waiting_for_approval' : 'waiting_for_decision';
  if (!atWork(stage)) return 'gate_closed';
  if (reasonCount === 0) return stage.isSentBack === true ? 'sent_back' : 'ready';
  if (stage.state === 'created' || isWorkThrough(stage)) return 'blocked';
  const jobs = itemsOf(stage.work?.nodes ?? []).flatMap(({ job }) => (job === undefined ? [] : [job.status]));
  return jobs.includes('NEEDS_HUMAN') ? 'needs_human' : 'in_progress';
}
