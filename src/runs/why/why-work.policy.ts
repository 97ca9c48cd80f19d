import { commandRoles } from '../call-roles.policy.js';
import { currentStage } from '../run-state.decider.js';
import type { Activity, LiveJob, LiveNode } from './live-work.policy.js';
import { asks, because, timeOf, waitFor, type Candidate, type Known, type Remedy, type Wait } from './wait.policy.js';

/** What goes on in a graph as something to wait for. */
export function waitOnWork(known: Known, activity: Activity): Candidate {
  switch (activity.kind) {
    case 'needs_human':
      return () => ({ ...ofJob(known, activity), ...person(known, activity) });
    case 'unclaimed':
      return () => ({ ...ofJob(known, activity), ...unclaimed(known, activity) });
    case 'running':
      return () => ({ ...ofJob(known, activity), ...running(known, activity) });
    case 'retrying':
      return () => ({ ...ofJob(known, activity), ...retrying(known, activity) });
    case 'delay':
      return () => delay(known, activity.node, activity.dueAt);
    case 'continue':
      return () => goingOn(activity.dueAt);
  }
}

type Told = Pick<Wait, 'moving' | 'summary' | 'unblock'> & Partial<Pick<Wait, 'since' | 'waits_for' | 'changes_at'>>;

function person(known: Known, { node, job: { id } }: LiveJob): Told {
  const error = detailsOf(known, id)?.error ?? null;
  const resolve = 'Say how it ends: succeeded, with an output, or failed, or canceled; and why.';
  return {
    waits_for: 'person',
    moving: false,
    summary: `The job of node ${nameOf(node)} needs a person${because(error)}`,
    unblock: [
      asks('resolve-job', resolve, `/jobs/${id}/resolve`, commandRoles),
      asks('retry-job', 'Or have it run again, perhaps on another payload.', `/jobs/${id}/retry`, commandRoles),
    ],
  };
}

/** A job whose pause is over waits for a worker from then on. */
function unclaimed(known: Known, { node, job: { id, nextRunAt }, handler }: LiveJob): Told {
  const changed = changedAt(known, id);
  const since = nextRunAt !== null && nextRunAt > changed ? nextRunAt : changed;
  const summary = `The job of node ${nameOf(node)} waits for a worker that claims "${handler}"; nobody has taken it yet.`;
  return { since, moving: false, summary, unblock: [startWorker(handler)] };
}

function startWorker(handler: string): Remedy {
  if (handler.startsWith('action:'))
    return { action: 'start-worker', message: 'Run a process of this service that has the role worker.', who: [] };
  return asks('start-worker', `Run a worker that claims "${handler}".`, '/jobs/claim', ['worker']);
}

function running(known: Known, { node, job: { id, attempts, workerId } }: LiveJob): Told {
  const lease = detailsOf(known, id)?.leaseExpiresAt ?? null;
  const isLost = lease !== null && lease < known.now;
  const until = lease === null ? '' : isLost ? `, whose lease was over at ${lease}` : `, with a lease until ${lease}`;
  const who = `Worker ${workerId ?? 'unknown'} is at the job of node ${nameOf(node)}, attempt ${String(attempts)}${until}.`;
  const advice = isLost ? 'It goes back to the queue by itself, for another worker.' : 'Let the worker finish.';
  return { changes_at: lease, moving: true, summary: who, unblock: [waitFor(advice)] };
}

function retrying(known: Known, { node, job: { id, nextRunAt } }: LiveJob): Told {
  const error = detailsOf(known, id)?.error ?? null;
  return {
    changes_at: nextRunAt,
    moving: true,
    summary: `The job of node ${nameOf(node)} runs again at ${String(nextRunAt)}, after it failed${because(error)}`,
    unblock: [
      waitFor('It runs again by itself.'),
      asks('retry-job', 'Or have it run again at once.', `/jobs/${id}/retry`, commandRoles),
    ],
  };
}

/** Unless something is due before, its graph runs out of time. */
function ofJob(known: Known, { node, job, handler }: LiveJob) {
  const { leaseExpiresAt = null, error = null } = detailsOf(known, job.id) ?? {};
  return {
    waits_for: 'job',
    since: changedAt(known, job.id),
    changes_at: currentStage(known.state).work?.timesOutAt ?? null,
    job: {
      id: job.id,
      node: node.id,
      node_name: node.name,
      handler,
      status: job.status,
      attempts: job.attempts,
      max_attempts: job.maxAttempts,
      worker: job.workerId,
      lease_expires_at: job.status === 'RUNNING' ? leaseExpiresAt : null,
      next_run_at: job.nextRunAt,
      error,
    },
  } as const;
}

function delay(known: Known, node: LiveNode, dueAt: string): ReturnType<Candidate> {
  const isDue = dueAt <= known.now;
  return {
    ...timed(dueAt),
    since: node.startedAt ?? timeOf(known, 'stage.entered'),
    summary: isDue
      ? `The delay of node ${nameOf(node)} was over at ${dueAt}; it goes on at once.`
      : `Node ${nameOf(node)} waits until ${dueAt}.`,
    timer: { purpose: 'node_delay', node: node.id, node_name: node.name, due_at: dueAt },
  };
}

function goingOn(dueAt: string): ReturnType<Candidate> {
  return {
    ...timed(dueAt),
    since: dueAt,
    summary: 'The graph has more to begin than one step takes; it goes on at once.',
    timer: { purpose: 'continue', node: null, node_name: null, due_at: dueAt },
  };
}

/** What only takes time. */
export function timed(dueAt: string) {
  const unblock = [waitFor('It goes on by itself.')];
  return { waits_for: 'timer', changes_at: dueAt, moving: true, unblock } as const;
}

/** As the queue has it, unless it has moved on since the rules were asked. */
function detailsOf({ jobs }: Known, id: string) {
  return jobs.get(id);
}

function changedAt(known: Known, id: string): string {
  return detailsOf(known, id)?.changedAt ?? timeOf(known, 'stage.started', 'stage.reopened', 'pipeline_run.resumed');
}

function nameOf({ id, name }: LiveNode): string {
  return `"${name}" (${id})`;
}
