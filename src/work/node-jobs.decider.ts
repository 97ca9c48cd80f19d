/** Nodes that a worker does: from the job that is queued to what the end of the job means for its node. */
import { addSeconds } from '../kernel/instant.js';
import type { JsonObject } from '../kernel/json.js';
import { numberedId } from '../kernel/numbered-id.js';
import { incomingOf } from './graph-values.policy.js';
import type { Incoming, NodeEvent } from './graph.events.js';
import { cancelJob } from './job.decider.js';
import type { JobEvent } from './job.events.js';
import { jobOf } from './graph-state.decider.js';
import { type AtHand, type WorkEvent, timeGoesOn, told } from './node-at-hand.policy.js';
import { cancelled, completed, failed } from './node-ends.decider.js';
import { jobOrder } from './node-jobs.policy.js';
import { lengthOf } from './output-limits.policy.js';

/** Characters of what a job is given, as JSON. */
const MAX_PAYLOAD_LENGTH = 1_048_576;

export function queued(at: AtHand, input: JsonObject, because: readonly Incoming[]): readonly WorkEvent[] {
  const { runId, stage, definition, freshId, idsUsed } = at.about;
  const about = { runId, stage, definition, attempt: at.graph.attempt, jobId: numberedId(freshId, idsUsed) };
  const order = jobOrder(at.node, about, input);
  if (lengthOf(order.payload) > MAX_PAYLOAD_LENGTH) return inputTooLarge(at, because);
  return [
    told(at, 'pipeline_node.scheduled', { job_id: order.job_id, due_at: null, because }),
    { type: 'job.queued', detail: order },
  ];
}

function inputTooLarge(at: AtHand, because: readonly Incoming[]): readonly WorkEvent[] {
  const message = `What reaches it is longer than ${String(MAX_PAYLOAD_LENGTH)} characters as JSON. Hand on where it is, not what it is.`;
  const detail = { job_id: null, started_at: at.about.now, times_out_at: null, because };
  return [told(at, 'pipeline_node.started', detail), failed(at, { code: 'input-too-large', message })];
}

/** An event of its job, and what that means for the node. */
export function settled(at: AtHand, event: JobEvent): readonly WorkEvent[] {
  const meant = meaningOf(at, event);
  return meant === null ? [event] : [event, meant];
}

function meaningOf(at: AtHand, event: JobEvent): NodeEvent | null {
  switch (event.type) {
    case 'job.queued':
    case 'job.lease_lost':
      return null;
    case 'job.started':
      return at.state.startedAt === undefined ? started(at, event.detail.job_id) : null;
    case 'job.succeeded':
      return completed(at, event.detail.output);
    case 'job.retry_scheduled':
      return retrying(at, event);
    case 'job.needs_human':
      return asking(at, event.detail.error);
    case 'job.failed':
      return failed(at, { code: 'job-failed', message: event.detail.error });
    case 'job.canceled':
      return failed(at, { code: 'job-canceled', message: event.reason ?? 'Its job was canceled.' });
  }
}

function asking(at: AtHand, message: string): NodeEvent {
  return told(at, 'pipeline_node.waiting', { for: 'human', due_at: null, message, since: at.about.now });
}

function started(at: AtHand, jobId: string): NodeEvent {
  const because = incomingOf(at.graph, at.index, at.place);
  const detail = { job_id: jobId, started_at: at.about.now, times_out_at: timeLimit(at), because };
  return told(at, 'pipeline_node.started', detail);
}

/** It begins with the first attempt and is for all attempts together, but those after a person was waited for: they have it anew. */
function timeLimit({ node, about }: AtHand): string | null {
  const seconds = node.config['timeout_seconds'];
  return typeof seconds === 'number' ? addSeconds(about.now, seconds) : null;
}

/** A job that a person hurries on, or gives another payload before it ran, is not tried once more: nothing becomes of its node. */
function retrying(
  at: AtHand,
  { detail, reason }: Extract<JobEvent, { type: 'job.retry_scheduled' }>,
): NodeEvent | null {
  if (detail.from === 'QUEUED') return null;
  const error = detail.error ?? reason ?? 'A person has it run again.';
  const retry_count = (at.state.retryCount ?? 0) + 1;
  const times_out_at = detail.from === 'NEEDS_HUMAN' ? timeLimit(at) : null;
  return told(at, 'pipeline_node.retrying', {
    retry_count,
    error,
    next_run_at: detail.next_run_at,
    times_out_at,
    ...timeGoesOn(at),
  });
}

/** The node is out of time, and its job with it. */
export function timedOut(at: AtHand): readonly WorkEvent[] {
  const message = `It took longer than ${String(Number(at.node.config['timeout_seconds']))} seconds.`;
  return [...jobCanceled(at, message), failed(at, { code: 'timeout', message })];
}

/** The graph ends around the node; its worker hears of it with its next heartbeat. */
export function cutOff(at: AtHand, reason: string): readonly WorkEvent[] {
  return [...jobCanceled(at, reason), cancelled(at, reason)];
}

function jobCanceled({ state }: AtHand, reason: string): readonly JobEvent[] {
  const job = jobOf(state);
  return job === undefined ? [] : cancelJob(job, reason);
}
