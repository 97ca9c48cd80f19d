import type { Evaluation } from '../../kernel/expression.js';
import { rerunOf } from '../../work/contract.js';
import { commandRoles } from '../call-roles.policy.js';
import { currentStage, type Begun } from '../run-state.decider.js';
import { liveWork } from './live-work.policy.js';
import {
  asks,
  because,
  byOf,
  lastOf,
  standing,
  timeOf,
  type Candidate,
  type Known,
  type Remedy,
  type Wait,
} from './wait.policy.js';
import { keepingGate } from './why-gate.policy.js';
import { keepingStage } from './why-stage.policy.js';

/**
 * The one thing a run waits for. Its status has the first word: what is over waits for nothing, what failed or ran out of time for its
 * resumption, what is parked to be unparked. A running one waits for what keeps its stage (`keepingStage` has the order) or, where that is
 * completed, for its gate. What is open besides is counted.
 */
export function whyWaiting(known: Known, evaluate: Evaluation): Wait {
  const [first, ...others] = keeping(known, known.state, evaluate);
  if (first === undefined) throw new Error('There is always something to say of a run.');
  const wait = first();
  const count = others.length;
  return { ...wait, summary: wait.summary + besides(count), others: count };
}

/** Ids of the jobs that `whyWaiting` wants to know more of: of the one it may name. */
export function jobsWanted(state: Begun, now: string): readonly string[] {
  const [first] = state.currentStage === null ? [] : liveWork(currentStage(state), now);
  return first !== undefined && 'job' in first ? [first.job.id] : [];
}

function keeping(known: Known, run: Begun, evaluate: Evaluation): readonly Candidate[] {
  switch (run.status) {
    case 'running': {
      const { state } = currentStage(run);
      const isOpen = state === 'created' || state === 'in_progress';
      return isOpen ? keepingStage(known, evaluate) : [keepingGate(known, run)];
    }
    case 'parked':
      return [() => parked(known), ...keptWhileParked(known, evaluate)];
    case 'failed':
    case 'timeout':
      return [() => broken(known, run.status)];
    case 'completed':
    case 'cancelled':
      return [() => ended(known, run)];
  }
}

function besides(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ' Besides it, one other thing is open.' : ` Besides it, ${String(count)} other things are open.`;
}

/** What it will wait for once it is back; a gate opens anew then. */
function keptWhileParked(known: Known, evaluate: Evaluation): readonly Candidate[] {
  const { state } = currentStage(known.state);
  if (state === 'completed' || state === 'gated') return [];
  return keepingStage(known, evaluate);
}

function parked(known: Known): ReturnType<Candidate> {
  const event = lastOf(known, 'pipeline_run.parked');
  const isWorked = liveWork(currentStage(known.state), known.now).some(({ kind }) => kind === 'running');
  const work = isWorked ? ' A worker is still at a job; its result is kept, and what follows from it waits.' : '';
  const { actor, reason = null, detail } = event ?? {};
  return {
    waits_for: 'unpark',
    since: event?.occurredAt ?? timeOf(known, 'stage.entered'),
    ...standing,
    summary: `The run was parked${actor === undefined ? '' : ` by ${actor.type} ${actor.id}`}${because(reason)}${work}`,
    unblock: [
      ofRun(known, 'unpark', 'Unpark it, with a reason.'),
      ofRun(known, 'cancel', 'Or cancel it, with a reason.'),
    ],
    ...(actor === undefined ? {} : { parked: { by: byOf(actor), reason, gate_id: detail?.gate_id ?? null } }),
  };
}

/** So many ids are listed of what would run again. */
const LISTED_NODES = 50;

function broken(known: Known, status: 'failed' | 'timeout'): ReturnType<Candidate> {
  const { definition, work } = currentStage(known.state);
  const event = lastOf(known, 'pipeline_run.failed', 'pipeline_run.timeout');
  const failed = event?.type === 'pipeline_run.failed' ? event.detail.nodes : [];
  const rerun = work === null || definition.graph === undefined ? [] : rerunOf(work, definition.graph);
  const names = failed.slice(0, 3).join(', ') + (failed.length > 3 ? ' and others' : '');
  const what = status === 'failed' ? `failed at ${names}` : 'ran out of time';
  return {
    waits_for: 'resume',
    since: event?.occurredAt ?? timeOf(known, 'stage.entered'),
    ...standing,
    summary: `The run ${what} in stage "${definition.name}"; resumed, ${String(rerun.length)} of its nodes run again.`,
    unblock: [
      ofRun(known, 'resume', 'Resume it, with a reason; ?dry_run=true shows what would run again.'),
      ofRun(known, 'cancel', 'Or cancel it, with a reason.'),
    ],
    broken: {
      attempt: work?.attempt ?? 0,
      failed: failed.slice(0, LISTED_NODES),
      rerun: rerun.slice(0, LISTED_NODES),
      rerun_count: rerun.length,
    },
  };
}

function ended(known: Known, { status, outcome }: Extract<Begun, { outcome: string }>): ReturnType<Candidate> {
  const event = lastOf(known, 'pipeline_run.completed', 'pipeline_run.cancelled');
  const reason = event?.reason ?? null;
  const as = outcome === status ? '' : ` as ${outcome}`;
  return {
    waits_for: 'nothing',
    since: event?.occurredAt ?? timeOf(known, 'stage.entered'),
    ...standing,
    summary: `The run is ${status}${as}${because(reason)} It waits for nothing.`,
    unblock: [],
    ...(event === undefined ? {} : { ended: { by: byOf(event.actor), reason, outcome } }),
  };
}

function ofRun({ runId }: Known, act: string, message: string): Remedy {
  return asks(act, message, `/pipeline/${runId}/${act}`, commandRoles);
}
