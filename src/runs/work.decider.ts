import { refuse } from '../kernel/domain-error.js';
import type { Evaluation } from '../kernel/expression.js';
import { itemAt } from '../kernel/vector.js';
import {
  graphIndex,
  jobEvents,
  jobOf,
  settleNode,
  startJob,
  wakeGraph,
  type Job,
  type JobEvent,
} from '../work/contract.js';
import { expireGate, remindOfGate } from './gate-clock.decider.js';
import { inTurn, requiredReason, runParked } from './guards.decider.js';
import type { AboutJob, Resume, RunCommand, StartJobs, Wake } from './run-command.decider.js';
import { currentStage, findStage, type Begun, type Running } from './run-state.decider.js';
import type { RunEvent } from './run.events.js';
import { workOf, workResumes } from './stage-work.decider.js';
import type { Stage } from './stage.plan.js';
import { stageAtWork, surroundings } from './work-surroundings.policy.js';

/** Workers take jobs. A parked run's wait, and what is not there to be taken any more is left out. */
export function startJobs(run: Begun, command: StartJobs, evaluate: Evaluation): readonly RunEvent[] {
  if (run.status !== 'running') return [];
  const steps = command.data.jobs.map((named) => (now: Running) => {
    const found = findJob(now, named);
    const started = found === null ? null : startJob(found.job, command.data, command.now);
    return started === null || found === null
      ? []
      : settled(now, found.stage, named.node, [started], command, evaluate);
  });
  return inTurn(run, ...steps);
}

/** What became of a job. A parked run takes results in; what follows from them waits. */
export function settleJob(run: Begun, command: AboutJob, evaluate: Evaluation): readonly RunEvent[] {
  const found = findJob(run, command.data);
  if (found === null) return answerUnknown(run, command);
  const events = jobEvents(found.job, command);
  if (events.length === 0) return [];
  if (run.status === 'parked' && isOfPerson[command.type]) throw runParked();
  return settled(run, found.stage, command.data.node, events, command, evaluate);
}

const isOfPerson: Readonly<Record<AboutJob['type'], boolean>> = {
  complete_job: false,
  fail_job: false,
  need_human: false,
  lose_lease: false,
  cancel_job: true,
  retry_job: true,
  resolve_job: true,
};

/** Time passed. Timers of a parked run wait for its return; what is due then happens once. */
export function wake(run: Begun, command: Wake, evaluate: Evaluation): readonly RunEvent[] {
  if (run.status !== 'running') return [];
  return inTurn(
    run,
    (now) => expireGate(now, command, evaluate),
    (now) => remindOfGate(now, command),
    (now) => wakeWork(now, command, evaluate),
  );
}

/** A further attempt of what failed or ran out of time; another node may be named to begin from. */
export function resume(run: Begun, { data, now }: Resume): readonly RunEvent[] {
  const { status } = run;
  const { fromNode } = data;
  if (status === 'parked') throw runParked();
  const stage = currentStage(run);
  if (status !== 'failed' && status !== 'timeout') {
    if (status === 'running' && stage.work?.resumedFrom === (fromNode ?? null)) return []; // Resumed already.
    throw notToBeResumed(status);
  }
  if (fromNode !== undefined && !graphIndex(workOf(stage).graph).placeOf.has(fromNode))
    throw refuse('node-not-found', `Stage "${stage.definition.name}" has no node ${fromNode}.`);
  const reason = requiredReason(data.reason, 'resuming a run');
  const named = fromNode === undefined ? {} : { from_node: fromNode };
  const detail = {
    stage: stage.definition.key,
    ...workResumes(stage, now, fromNode === undefined ? [] : [fromNode]),
    ...named,
  };
  return [{ type: 'pipeline_run.resumed', detail, reason }];
}

/** What a run's status may become; only a failed or timed-out run is resumed. */
const legalStatuses: Readonly<Record<'running' | 'completed' | 'cancelled', readonly string[]>> = {
  running: ['parked', 'completed', 'failed', 'timeout', 'cancelled'],
  completed: [],
  cancelled: [],
};

function notToBeResumed(from: keyof typeof legalStatuses): Error {
  const message = `Only a failed or timed-out run can be resumed; this one is ${from}.`;
  return refuse('illegal-transition', message, { from, to: 'running', legal: legalStatuses[from] });
}

function wakeWork(run: Running, command: Wake, evaluate: Evaluation): readonly RunEvent[] {
  const stage = stageAtWork(run);
  if (stage === null) return [];
  const { work } = workOf(stage);
  if (work.timesOutAt > command.now) return wakeGraph(work, surroundings(run, stage, command, { evaluate }));
  const { attempt, timesOutAt: times_out_at } = work;
  return [{ type: 'pipeline_run.timeout', detail: { stage: stage.definition.key, attempt, times_out_at } }];
}

function settled(
  run: Begun,
  stage: Stage,
  node: string,
  events: readonly JobEvent[],
  command: RunCommand,
  evaluate: Evaluation,
): readonly RunEvent[] {
  return settleNode(workOf(stage).work, surroundings(run, stage, command, { evaluate }), node, events);
}

function findJob(
  run: Begun,
  named: Readonly<{ stage: string; node: string; jobId: string }>,
): Readonly<{ stage: Stage; job: Job }> | null {
  const stage = findStage(run, named.stage);
  if (stage === undefined || stage.work === null) return null;
  const { work, graph } = workOf(stage);
  const place = graphIndex(graph).placeOf.get(named.node);
  const job = place === undefined ? undefined : jobOf(itemAt(work.nodes, place));
  return job?.id === named.jobId ? { stage, job } : null;
}

/** The node has another job by now, or none: whoever holds this one has lost it. */
function answerUnknown(run: Begun, { type, data }: AboutJob): readonly RunEvent[] {
  if (type === 'lose_lease') return []; // As for every attempt that is over: whoever looked was late.
  const details = { job_id: data.jobId, status: run.status };
  if (isOfPerson[type]) throw refuse('job-closed', 'The job belongs to an attempt that is over.', details);
  throw refuse('lease-lost', 'The job belongs to an attempt that is over. Discard its result.', details);
}
