import type { CommandBus } from '@nestjs/cqrs';
import { v7 as newId } from 'uuid';
import { type Caller, DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import type { JsonObject, JsonValue } from '../../src/kernel/json.js';
import { DatabaseClock } from '../../src/platform/database/database-clock.js';
import { ActOnRunHandler } from '../../src/runs/commands/act-on-run.js';
import { ActOnRun, type Asked } from '../../src/runs/contract.js';
import type { StageDefinition } from '../../src/templates/contract.js';
import type { GraphDefinition } from '../../src/work/contract.js';
import { ActOnJob, ActOnJobHandler } from '../../src/work/jobs/act-on-job.js';
import { FoundJobs } from '../../src/work/jobs/found-jobs.js';
import { Heartbeats } from '../../src/work/jobs/heartbeats.js';
import { JobArchive } from '../../src/work/jobs/job-archive.js';
import { JobClaims } from '../../src/work/jobs/job-claims.js';
import { CompleteJobs, CompleteJobsHandler } from '../../src/work/jobs/complete-jobs.js';
import type { AskedOfJob, CompleteJob } from '../../src/work/jobs/job-command.decider.js';
import type { JobBatchResponse, JobResponse } from '../../src/work/jobs/job.response.js';
import { QueueJobs, QueueJobsHandler } from '../../src/work/jobs/queue-jobs.js';
import { UnsharedJobs } from '../../src/work/jobs/unshared-jobs.js';
import { type JobFilterQuery, ListJobs, ListJobsHandler } from '../../src/work/jobs/list-jobs.query.js';
import { LeaseSweeper } from '../../src/work/jobs/lease-sweeper.js';
import { type NewJob, QueueJob, QueueJobHandler } from '../../src/work/jobs/queue-job.js';
import { runExecutor } from './run-executor.js';
import { type Process, contextOf } from './store.js';

export const workerCaller: Caller = {
  ...contextOf().caller,
  actor: { type: 'worker', id: 'wanda' },
  roles: ['worker'],
};

/** Everything about jobs on the parts of one process, with a command bus that knows only what jobs need. */
export function jobWorkers({ database, executor, memory }: Pick<Process, 'database' | 'executor' | 'memory'>) {
  const runs = new ActOnRunHandler(runExecutor(executor));
  const bus = { execute: (command: unknown) => dispatch(command) } as unknown as CommandBus;
  const unshared = new UnsharedJobs(database);
  const found = new FoundJobs(database, unshared);
  const lists = new ListJobsHandler(database, unshared);
  const clock = new DatabaseClock(database);
  const onJobs = new ActOnJobHandler(executor, bus, found, clock);
  const queueing = new QueueJobHandler(executor, found, clock);
  const queueingMany = new QueueJobsHandler(executor, found, clock);
  const completing = new CompleteJobsHandler(executor, bus, found, clock);
  const dispatch = (command: unknown) => {
    if (command instanceof CompleteJobs) return completing.execute(command);
    return command instanceof ActOnRun ? runs.execute(command) : onJobs.execute(command as ActOnJob);
  };
  const claims = new JobClaims(database, bus, executor, memory, found);
  const context = (caller: Caller) => contextOf({ caller, commandId: newId() });

  const act = async (id: string, asked: AskedOfJob, caller = workerCaller) =>
    (await onJobs.execute(new ActOnJob(id, asked, context(caller)))).body as JobResponse;

  return {
    bus,
    clock,
    claims,
    found,
    act,
    heartbeats: new Heartbeats(database, found),
    sweeper: new LeaseSweeper(database, bus),
    archive: new JobArchive(database),
    queue: async (job: Partial<NewJob> = {}, caller = contextOf().caller) => {
      const asked = new QueueJob({ handler: 'draw', payload: {}, ...job }, context(caller));
      const outcome = await queueing.execute(asked);
      return { ...(outcome.body as JobResponse), kind: outcome.kind };
    },
    /** Queues so many jobs with one call. */
    queueBatch: async (jobs: readonly Partial<NewJob>[], caller = contextOf().caller) => {
      const all = jobs.map((job) => ({ handler: 'draw', payload: {}, ...job }));
      const outcome = await queueingMany.execute(new QueueJobs(all, context(caller)));
      return { ...(outcome.body as JobBatchResponse), kind: outcome.kind };
    },
    /** Hands in the results of jobs; answers for each the code it was refused with, or null. */
    completeMany: async (jobs: readonly CompleteJob[]) => {
      const refusals = await completing.execute(new CompleteJobs(jobs, workerCaller));
      return refusals.map((refusal) => refusal?.code ?? null);
    },
    /** A page of the default tenant's jobs. */
    list: (filter: Partial<JobFilterQuery>) => lists.execute(new ListJobs(DEFAULT_TENANT_ID, { limit: 50, ...filter })),
    claim: (handlers: readonly string[], limit = 1, leaseSeconds = 30, workerId = 'w1') =>
      claims.claim({ caller: workerCaller, handlers, limit, workerId, leaseSeconds }),
    complete: (id: string, attempt: number, output: JsonValue = null) =>
      act(id, { type: 'complete_job', data: { attempt, output } }),
    fail: (id: string, attempt: number, more: JsonObject = {}) =>
      act(id, { type: 'fail_job', data: { attempt, error: 'No ink.', chance: 0, ...more } }),
    onRun: (runId: string, asked: Asked) => runs.execute(new ActOnRun(runId, asked, contextOf())),
    /** Starts a run whose only stage has this graph. */
    startRun: async (graph: GraphDefinition, input: JsonObject = {}) => {
      const [runId, flow] = [newId(), contextOf()];
      const data = { template: templateOf(graph), subject: { type: 'none' as const }, input };
      const by = { actor: flow.caller.actor, roles: flow.caller.roles };
      const command = { type: 'start_run' as const, runId, data, by, now: await clock.now(), freshId: newId() };
      await runExecutor(executor).execute({ streamId: runId, command, context: flow, answer: () => ({ body: {} }) });
      return { runId, correlationId: flow.correlationId };
    },
  };
}

/** So many nodes side by side after the trigger, `draw-0` and on, each for this agent. */
export function agents(agent_id: string, count = 1): GraphDefinition {
  const names = Array.from({ length: count }, (_, index) => `draw-${String(index)}`);
  return {
    nodes: [
      { id: 'begin', type: 'trigger', name: 'Begin', config: {} },
      ...names.map((id) => ({
        id,
        type: 'agent' as const,
        name: id,
        config: { agent_id, task: 'Draw it.' },
      })),
    ],
    edges: names.map((id) => ({ id: `to-${id}`, from: 'begin', to: id })),
  };
}

function templateOf(graph: GraphDefinition) {
  const stage: StageDefinition = {
    key: 'work',
    name: 'Work',
    auto_start: true,
    advance: 'auto',
    milestones: {},
    exit_criteria: [],
    graph,
  };
  return { key: 'drawing', version: 1, contentHash: 'a'.repeat(64), name: 'Drawing', stages: [stage] };
}
