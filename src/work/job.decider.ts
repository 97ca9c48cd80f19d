/**
 * The rules of one job, the same whether it stands alone or works for a node of a run.
 *
 *   QUEUED      -> RUNNING (claimed), CANCELED
 *   RUNNING     -> SUCCESS, QUEUED (failed with attempts left; or its lease was lost), FAILED, NEEDS_HUMAN, CANCELED
 *   NEEDS_HUMAN -> QUEUED, SUCCESS, FAILED, CANCELED, each by a person
 *
 * The attempt is the fence: whoever names another one than is running has lost its lease, and nothing it says counts.
 */
import { backoffSeconds } from '../kernel/backoff.js';
import { refuse } from '../kernel/domain-error.js';
import { addSeconds } from '../kernel/instant.js';
import type { JsonObject, JsonValue } from '../kernel/json.js';
import { isSameJson } from '../kernel/json-values.js';
import type { Backoff, JobEvent, JobOrder, JobStatus } from './job.events.js';
import { MAX_OUTPUT_LENGTH, lengthOf } from './output-limits.policy.js';

/** What the rules need to know of a job; its payload is a read model's. */
export type Job = Readonly<{
  id: string;
  /** What it works for; null for a job by itself. */
  stage: string | null;
  node: string | null;
  status: JobStatus;
  attempts: number;
  /** Attempts that failed since it was queued, or since a person had it run again. */
  failedCount: number;
  /** Attempts that ended with their lease, since then as well. */
  infraAttempts: number;
  maxAttempts: number;
  backoff: Backoff;
  onExhausted: JobOrder['on_exhausted'];
  workerId: string | null;
  /** Not before; null is at once. */
  nextRunAt: string | null;
  /** What it succeeded with, for a repeat of the same completion; undefined until then. */
  output?: JsonValue;
  /** Its worker itself said how the last attempt ended: the same word again is a repeat. */
  isReported?: true;
  /** What a person gave it to run on, until it does. */
  payload?: JsonObject;
}>;

/** Whoever loses its worker this often stops taking workers with it. */
const MAX_INFRA_ATTEMPTS = 20;

/** Characters of an error as it is recorded; what is longer is cut. */
const MAX_ERROR_LENGTH = 4000;

export type StartJob = Readonly<{ workerId: string; leaseSeconds: number; leaseExpiresAt: string }>;
export type Completion = Readonly<{ attempt: number; output: JsonValue }>;
export type FailJob = Readonly<{
  attempt: number;
  error: string;
  /** False: another attempt would fail too. Defaults to true. */
  retryable?: boolean | undefined;
  /** The wait that the other side asked for, instead of the backoff. */
  retryAfterSeconds?: number | undefined;
  /** Uniform in [0, 1), for the jitter. */
  chance: number;
}>;
export type ResolveJob = Readonly<{
  outcome: 'succeeded' | 'failed' | 'canceled';
  output?: JsonValue | undefined;
  reason: string;
}>;

/** Null where it cannot be taken: another worker was faster, it is over, or it is not due. */
export function startJob(
  job: Job,
  { workerId, leaseSeconds, leaseExpiresAt }: StartJob,
  now: string,
): Extract<JobEvent, { type: 'job.started' }> | null {
  if (!isDue(job, now)) return null;
  const lease = { worker_id: workerId, lease_seconds: leaseSeconds, lease_expires_at: leaseExpiresAt };
  return { type: 'job.started', detail: { ...naming(job), attempt: job.attempts + 1, ...lease } };
}

/** Whether a completion would be taken as it is: where not, `completeJob` says why, or that it is a repeat. */
export function isCompletable(job: Job, { attempt, output }: Completion): boolean {
  return job.status === 'RUNNING' && job.attempts === attempt && lengthOf(output) <= MAX_OUTPUT_LENGTH;
}

/** The same completion twice is one. @throws DomainError `lease-lost`, `output-too-large` */
export function completeJob(job: Job, { attempt, output }: Completion) {
  const isRepeat = job.status === 'SUCCESS' && job.attempts === attempt && isSameJson(job.output, output);
  return isRepeat ? [] : [succeeded(requireAttempt(job, attempt), output)];
}

/** An attempt that failed has failed, in whatever words it is said again. @throws DomainError `lease-lost` */
export function failJob(job: Job, failure: FailJob, now: string): readonly JobEvent[] {
  if (isReported(job, failure.attempt)) return [];
  const { attempts, maxAttempts, backoff, onExhausted } = requireAttempt(job, failure.attempt);
  const error = errorText(failure.error);
  const about = { ...naming(job), attempt: attempts };
  const failedCount = job.failedCount + 1;
  if (failure.retryable === false) return [{ type: 'job.failed', detail: { ...about, from: 'RUNNING', error } }];
  if (failedCount >= maxAttempts) return exhausted(job, onExhausted, error);
  const wait = failure.retryAfterSeconds ?? backoffSeconds(backoff, failedCount, failure.chance);
  const detail = { ...about, from: 'RUNNING', error, next_run_at: addSeconds(now, wait), payload: null } as const;
  return [{ type: 'job.retry_scheduled', detail }];
}

/** The handler itself asks for a person. @throws DomainError `lease-lost` */
export function needHuman(
  job: Job,
  { attempt, reason }: Readonly<{ attempt: number; reason: string }>,
): readonly JobEvent[] {
  if (job.status === 'NEEDS_HUMAN' && isReported(job, attempt)) return [];
  requireAttempt(job, attempt);
  return [{ type: 'job.needs_human', detail: { ...naming(job), attempt, error: errorText(reason) } }];
}

/** The lease ran out. Nothing where that attempt is over: whoever looked was late. */
export function loseLease(job: Job, { attempt }: Readonly<{ attempt: number }>): readonly JobEvent[] {
  if (job.status !== 'RUNNING' || job.attempts !== attempt) return [];
  const lost: JobEvent = {
    type: 'job.lease_lost',
    detail: { ...naming(job), attempt, worker_id: job.workerId ?? '' },
  };
  if (job.infraAttempts + 1 < MAX_INFRA_ATTEMPTS) return [lost];
  const error = `Its worker was lost ${String(MAX_INFRA_ATTEMPTS)} times.`;
  return [lost, ...exhausted(job, 'needs_human', error)];
}

/** Ends it whatever it does; a worker is told at its next heartbeat. @throws DomainError `job-closed` */
export function cancelJob(job: Job, reason: string): readonly JobEvent[] {
  if (job.status === 'CANCELED') return [];
  return [{ type: 'job.canceled', detail: { ...naming(job), from: requireOpen(job).status }, reason }];
}

/** A person has it run again at once, perhaps on another payload. @throws DomainError `job-closed`, `illegal-transition` */
export function retryJob(
  job: Job,
  { payload, reason }: Readonly<{ payload?: JsonObject | undefined; reason?: string | undefined }>,
  now: string,
): readonly JobEvent[] {
  if (isDue(job, now) && (payload === undefined || isSameJson(payload, job.payload))) return [];
  requireStatus(requireOpen(job), ['NEEDS_HUMAN', 'QUEUED'], 'QUEUED');
  const detail = { ...naming(job), attempt: job.attempts, from: job.status, error: null, next_run_at: now };
  return [
    {
      type: 'job.retry_scheduled',
      detail: { ...detail, payload: payload ?? null },
      ...(reason === undefined ? {} : { reason }),
    },
  ];
}

/** A person says how it ends. @throws DomainError `invalid-input`, `job-closed`, `illegal-transition`, `output-too-large` */
export function resolveJob(job: Job, { outcome, output: given, reason }: ResolveJob): readonly JobEvent[] {
  if (given !== undefined && outcome !== 'succeeded') throw outputLost(outcome);
  const output = given ?? null;
  const to = ({ succeeded: 'SUCCESS', failed: 'FAILED', canceled: 'CANCELED' } as const)[outcome];
  if (job.status === to && (to !== 'SUCCESS' || isSameJson(job.output, output))) return [];
  requireStatus(requireOpen(job), ['NEEDS_HUMAN'], to);
  switch (outcome) {
    case 'succeeded':
      return [{ ...succeeded(job, output), reason }];
    case 'failed': {
      const detail = { ...naming(job), attempt: job.attempts, from: job.status, error: reason };
      return [{ type: 'job.failed', detail, reason }];
    }
    case 'canceled':
      return cancelJob(job, reason);
  }
}

/** Whether nothing about it changes any more. */
export function isOver({ status }: Job): boolean {
  return status === 'SUCCESS' || status === 'FAILED' || status === 'CANCELED';
}

/** Folds one event of the job; `job.queued` begins it. */
export function evolveJob(job: Job | null, event: JobEvent): Job {
  if (event.type === 'job.queued') return queued(event.detail);
  if (job === null) throw new Error(`A job's first event cannot be ${event.type}.`);
  switch (event.type) {
    case 'job.started':
      return started(job, event.detail);
    case 'job.succeeded':
      return { ...job, status: 'SUCCESS', workerId: null, output: event.detail.output };
    case 'job.retry_scheduled':
      return againQueued(job, event.detail);
    case 'job.failed':
      return { ...reported(job), status: 'FAILED' };
    case 'job.needs_human':
      return { ...reported(job), status: 'NEEDS_HUMAN' };
    case 'job.canceled':
      return { ...job, status: 'CANCELED', workerId: null };
    case 'job.lease_lost':
      return { ...job, status: 'QUEUED', workerId: null, nextRunAt: null, infraAttempts: job.infraAttempts + 1 };
  }
}

function started(
  { isReported: _past, payload: _used, ...job }: Job,
  { attempt, worker_id: workerId }: Extract<JobEvent, { type: 'job.started' }>['detail'],
): Job {
  return { ...job, status: 'RUNNING', attempts: attempt, workerId, nextRunAt: null };
}

/** Out of the hands of its worker, by the worker's word where it was running. */
function reported(job: Job): Job {
  return { ...job, workerId: null, ...(job.status === 'RUNNING' ? { isReported: true as const } : {}) };
}

function queued({ job_id: id, stage, node, max_attempts, backoff, on_exhausted, run_at }: JobOrder): Job {
  const limits = { maxAttempts: max_attempts, backoff, onExhausted: on_exhausted };
  const counts = { attempts: 0, failedCount: 0, infraAttempts: 0 };
  return { id, stage, node, status: 'QUEUED', ...counts, ...limits, workerId: null, nextRunAt: run_at };
}

/** A person's retry begins the counts anew: they would be used up otherwise. */
function againQueued(job: Job, detail: Extract<JobEvent, { type: 'job.retry_scheduled' }>['detail']): Job {
  const { from, next_run_at: nextRunAt, payload } = detail;
  if (from === 'RUNNING') return { ...reported(job), status: 'QUEUED', failedCount: job.failedCount + 1, nextRunAt };
  const { isReported: _answered, ...rest } = job;
  const anew = { status: 'QUEUED', failedCount: 0, infraAttempts: 0, nextRunAt } as const;
  return { ...rest, ...anew, ...(payload === null ? {} : { payload }) };
}

/** As it is recorded; a character that the cut leaves half of could not be stored. */
function errorText(words: string): string {
  return words.slice(0, MAX_ERROR_LENGTH).toWellFormed();
}

function isDue({ status, nextRunAt }: Job, now: string): boolean {
  return status === 'QUEUED' && (nextRunAt === null || nextRunAt <= now);
}

function isReported(job: Job, attempt: number): boolean {
  return job.isReported === true && job.attempts === attempt && job.status !== 'RUNNING';
}

function naming({ id, stage, node }: Job) {
  return { job_id: id, stage, node };
}

function succeeded(job: Job, output: JsonValue): JobEvent {
  const length = lengthOf(output);
  if (length > MAX_OUTPUT_LENGTH) throw outputTooLarge(job, length);
  return { type: 'job.succeeded', detail: { ...naming(job), attempt: job.attempts, from: job.status, output } };
}

/** An output goes with success; with another outcome it would be lost without a word. */
function outputLost(outcome: string): Error {
  const errors = [{ pointer: '/output', detail: 'goes with the outcome succeeded only.' }];
  return refuse('invalid-input', `What was sent does not go with "${outcome}".`, { errors });
}

function outputTooLarge({ id, node }: Job, length: number): Error {
  const limit = MAX_OUTPUT_LENGTH;
  const whose = node === null ? 'The output of the job' : `The output of node ${node}`;
  const message = `${whose} has ${String(length)} characters as JSON; ${String(limit)} is the limit. Hand on where it is, not what it is.`;
  return refuse('output-too-large', message, { job_id: id, node, length, limit });
}

function exhausted(job: Job, then: Job['onExhausted'], error: string): readonly JobEvent[] {
  const about = { ...naming(job), attempt: job.attempts };
  return then === 'fail'
    ? [{ type: 'job.failed', detail: { ...about, from: job.status, error } }]
    : [{ type: 'job.needs_human', detail: { ...about, error } }];
}

function requireAttempt(job: Job, attempt: number): Job {
  if (job.status === 'RUNNING' && job.attempts === attempt) return job;
  const details = { job_id: job.id, attempt, current_attempt: job.attempts, status: job.status };
  const now = job.status === 'RUNNING' ? `attempt ${String(job.attempts)} is running` : `the job is ${job.status}`;
  throw refuse('lease-lost', `Attempt ${String(attempt)} has no lease any more: ${now}. Discard its result.`, details);
}

function requireOpen(job: Job): Job {
  if (!isOver(job)) return job;
  throw refuse('job-closed', `The job is ${job.status}; nothing about it changes any more.`, { status: job.status });
}

function requireStatus(job: Job, legal: readonly JobStatus[], to: JobStatus): void {
  if (legal.includes(job.status)) return;
  const message = `A job that is ${job.status} does not become ${to}; one that is ${legal.join(' or ')} may.`;
  throw refuse('illegal-transition', message, { from: job.status, to, legal });
}
