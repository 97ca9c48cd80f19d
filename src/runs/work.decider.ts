import { refuse } from '../kernel/domain-error.js';
import type { Evaluation } from '../kernel/expression.js';
import { itemAt } from '../kernel/vector.js';
import {
  advanceGraph,
  cancelJob,
  completeJob,
  cutOffGraph,
  failJob,
  graphIndex,
  isThrough,
  loseLease,
  needHuman,
  rerunOf,
  resolveJob,
  retryJob,
  settleNode,
  startJob,
  wakeGraph,
  type GraphSurroundings,
  type Job,
  type JobEvent,
} from '../work/contract.js';
import { expireGate } from './gates.decider.js';
import { inTurn, requiredReason, risksOf, runParked } from './guards.decider.js';
import { assessReadiness } from './readiness.policy.js';
import { MAX_FACTS_LENGTH } from './records.decider.js';
import type { AboutJob, Resume, RunCommand, StartJobs, Wake } from './run-command.decider.js';
import { currentStage, evolve, findStage, type Begun, type RunState, type Running } from './run-state.decider.js';
import type { RunEvent } from './run.events.js';
import { workBegins, workOf } from './stage-work.decider.js';
import type { Stage } from './stage.plan.js';
import { completeReady } from './stages.decider.js';

/** Workers take jobs. A parked run's wait, and what is not there to be taken any more is left out. */
export function startJobs(run: Begun, command: StartJobs, evaluate: Evaluation): readonly RunEvent[] {
  if (run.status !== 'running') return [];
  const steps = command.data.jobs.map((named) => (now: Running) => {
    const found = findJob(now, named);
    const started = found === null ? null : startJob(found.job, command.data, command.now);
    return started === null || found === null ? [] : settled(now, found.stage, named.node, [started], command, evaluate);
  });
  return inTurn(run, ...steps);
}

/** What became of a job. A parked run takes results in; what follows from them waits. */
export function settleJob(run: Begun, command: AboutJob, evaluate: Evaluation): readonly RunEvent[] {
  const found = findJob(run, command.data);
  if (found === null) throw noLease(run, command);
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
    (now) => expireGate(now, command),
    (now) => wakeWork(now, command, evaluate),
  );
}

/** A further attempt of what failed or ran out of time; another node may be named to begin from. */
export function resume(run: Begun, command: Resume): readonly RunEvent[] {
  if (run.status === 'parked') throw runParked();
  if (run.status !== 'failed' && run.status !== 'timeout') throw notToBeResumed(run.status);
  const stage = currentStage(run);
  const { work, graph } = workOf(stage);
  const { fromNode } = command.data;
  if (fromNode !== undefined && !graphIndex(graph).placeOf.has(fromNode))
    throw refuse('node-not-found', `Stage "${stage.definition.name}" has no node ${fromNode}.`);
  const reason = requiredReason(command.data.reason, 'resuming a run');
  const rerun = rerunOf(work, graph, fromNode);
  const kept_count = graph.nodes.length - rerun.length;
  const begun = workBegins(stage, command.now);
  return [{ type: 'pipeline_run.resumed', detail: { stage: stage.definition.key, ...begun, rerun, kept_count }, reason }];
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

/**
 * What follows by itself from what a command led to: the graph goes on, a graph that is through fails its run or lets its stage go on, and what
 * is still live where nothing may be any more is cut off.
 */
export function goOn(
  state: RunState,
  events: readonly RunEvent[],
  command: RunCommand,
  evaluate: Evaluation,
): readonly RunEvent[] {
  if (state.status === 'not_started' || (events.length === 0 && command.type !== 'wake')) return [];
  const told: RunEvent[] = [];
  let run: Begun = state;
  for (const step of [cutOffLeftovers, advanceWork, endWork]) {
    const next = step(run, command, evaluate);
    told.push(...next);
    run = next.reduce<RunState>(evolve, run) as Begun;
  }
  return told;
}

function cutOffLeftovers(run: Begun, command: RunCommand, evaluate: Evaluation): readonly RunEvent[] {
  const isOver = run.status !== 'running' && run.status !== 'parked';
  return run.stages
    .filter(({ state, work }) => work !== null && work.liveCount > 0 && (isOver || state !== 'in_progress'))
    .flatMap((stage) => {
      const why = isOver ? `The run is ${run.status}.` : 'Its stage was completed without it.';
      return cutOffGraph(workOf(stage).work, surroundings(run, stage, command, evaluate), why);
    });
}

function advanceWork(run: Begun, command: RunCommand, evaluate: Evaluation): readonly RunEvent[] {
  const stage = stageAtWork(run);
  if (stage === null) return [];
  const { work } = workOf(stage);
  const isDue = work.continuesAt === null || (command.type === 'wake' && work.continuesAt <= command.now);
  if (!isDue || work.begunCount === work.ready.length) return [];
  return advanceGraph(work, surroundings(run, stage, command, evaluate));
}

function endWork(run: Begun, command: RunCommand): readonly RunEvent[] {
  if (run.status !== 'running') return [];
  const stage = currentStage(run);
  if (stage.state !== 'in_progress' || (stage.work !== null && !isThrough(stage.work))) return [];
  if (stage.work !== null && stage.work.failedCount > 0) return [runFailed(stage)];
  if (stage.definition.advance !== 'auto' || !assessReadiness(stage, risksOf(run, stage)).ready) return [];
  return completeReady(run, command);
}

function runFailed(stage: Stage): RunEvent {
  const { work, graph } = workOf(stage);
  const nodes = graph.nodes.filter((_node, place) => itemAt(work.nodes, place).status === 'failed');
  const detail = { stage: stage.definition.key, attempt: work.attempt, nodes: nodes.map(({ id }) => id) };
  return { type: 'pipeline_run.failed', detail };
}

function wakeWork(run: Running, command: Wake, evaluate: Evaluation): readonly RunEvent[] {
  const stage = stageAtWork(run);
  if (stage === null) return [];
  const { work } = workOf(stage);
  if (work.timesOutAt > command.now) return wakeGraph(work, surroundings(run, stage, command, evaluate));
  const { attempt, timesOutAt: times_out_at } = work;
  return [{ type: 'pipeline_run.timeout', detail: { stage: stage.definition.key, attempt, times_out_at } }];
}

/** The current stage, if its graph has something to do. */
function stageAtWork(run: Begun): Stage | null {
  if (run.status !== 'running') return null;
  const stage = currentStage(run);
  return stage.state === 'in_progress' && stage.work !== null && !isThrough(stage.work) ? stage : null;
}

function settled(
  run: Begun,
  stage: Stage,
  node: string,
  events: readonly JobEvent[],
  command: RunCommand,
  evaluate: Evaluation,
): readonly RunEvent[] {
  return settleNode(workOf(stage).work, surroundings(run, stage, command, evaluate), node, events);
}

function jobEvents(job: Job, { type, data, now }: AboutJob): readonly JobEvent[] {
  switch (type) {
    case 'complete_job':
      return completeJob(job, data);
    case 'fail_job':
      return failJob(job, data, now);
    case 'need_human':
      return needHuman(job, data);
    case 'lose_lease':
      return loseLease(job, data);
    case 'cancel_job':
      return cancelJob(job, data.reason);
    case 'retry_job':
      return retryJob(job, data, now);
    case 'resolve_job':
      return resolveJob(job, data);
  }
}

function findJob(
  run: Begun,
  named: Readonly<{ stage: string; node: string; jobId: string }>,
): Readonly<{ stage: Stage; job: Job }> | null {
  const stage = findStage(run, named.stage);
  if (stage?.work == null) return null;
  const { work, graph } = workOf(stage);
  const place = graphIndex(graph).placeOf.get(named.node);
  const job = place === undefined ? undefined : itemAt(work.nodes, place).job;
  return job?.id === named.jobId ? { stage, job } : null;
}

/** The node has another job by now, or none: whoever holds this one has lost it. */
function noLease(run: Begun, { type, data }: AboutJob): Error {
  const details = { job_id: data.jobId, status: run.status };
  if (isOfPerson[type]) return refuse('job-closed', 'The job belongs to an attempt that is over.', details);
  return refuse('lease-lost', 'The job belongs to an attempt that is over. Discard its result.', details);
}

function surroundings(run: Begun, stage: Stage, command: RunCommand, evaluate: Evaluation): GraphSurroundings {
  const { input } = run.origin;
  const { runId, now, freshId } = command;
  const { key } = stage.definition;
  const definition = workOf(stage).graph;
  return { runId, definition, stage: key, input, facts: run.facts, maxFactsLength: MAX_FACTS_LENGTH, now, freshId, evaluate };
}
