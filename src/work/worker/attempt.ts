/**
 * One attempt at a job, from its claim to its report.
 *
 *   running     the runner works, without any transaction open; the lease is prolonged at a third of its time
 *   reporting   its output, or its failure; tried again while the database is out of reach, for as long as a lease
 *   discarded   the lease is lost, the job was canceled, or the process stops: the runner's signal aborts, and nobody waits for a runner that
 *               ignores it
 *
 * Crash anywhere: the lease runs out and the job runs again. A report that arrived but whose answer was lost is sent again, which changes nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import { DomainError } from '../../kernel/domain-error.js';
import type { JsonValue } from '../../kernel/json.js';
import { type LateSignal, lateSignal } from './late-signal.js';
import { hopeless, JobFailure, type Runner, type Work } from './runner.js';

/** How the attempt speaks for its job; each is fenced on the attempt. */
export type Reports = Readonly<{
  /** Prolongs the lease; answers whether the job was canceled. @throws DomainError `lease-lost` */
  beat: () => Promise<Readonly<{ cancelRequested: boolean }>>;
  complete: (output: JsonValue) => Promise<unknown>;
  fail: (failure: JobFailure) => Promise<unknown>;
}>;

/** What an attempt goes by. */
export type AttemptOptions = Readonly<{
  runner: Runner;
  reports: Reports;
  leaseSeconds: number;
  /** What is called when the process waits no longer. */
  givenUp: Set<() => void>;
  /** Called once, when the runner is done or nobody waits for it any more: its place is free, though its report may be under way. */
  left: () => void;
  logger: Logger;
}>;

type Result = Readonly<{ output: JsonValue }> | Readonly<{ failure: JobFailure }>;

const LONGEST_PAUSE_MS = 2000;

/** Works on a job. Resolves when it is reported or nobody wants its result any more; never rejects. */
export async function attempt(work: Work, options: AttemptOptions): Promise<void> {
  const ended = Promise.withResolvers<Result | null>();
  const unwanted = lateSignal(() => ended.resolve(null));
  options.givenUp.add(unwanted.abort);
  const stopBeating = keepLease(work, options, unwanted);
  void resultOf(work, options.runner, unwanted).then(ended.resolve);
  const result = await ended.promise;
  options.left();
  if (result !== null && !unwanted.isAborted()) await report(work, result, options, unwanted);
  options.givenUp.delete(unwanted.abort);
  await stopBeating();
}

async function resultOf(work: Work, runner: Runner, unwanted: LateSignal): Promise<Result> {
  const circumstances = {
    get signal() {
      return unwanted.signal();
    },
  };
  try {
    return { output: await runner(work, circumstances) };
  } catch (error) {
    if (error instanceof JobFailure) return { failure: error };
    return { failure: new JobFailure(error instanceof Error ? error.message : String(error), { retryable: true }) };
  }
}

/** What was refused for another reason than the lease, such as an output that is too large, is refused again each time: it is a failure. */
async function report(work: Work, result: Result, options: AttemptOptions, unwanted: LateSignal): Promise<void> {
  const { reports } = options;
  const send = 'output' in result ? () => reports.complete(result.output) : () => reports.fail(result.failure);
  const refusal = await delivered(work, send, options, unwanted);
  if (refusal === null || isOver(refusal)) return;
  if ('output' in result) return report(work, { failure: hopeless(refusal.message) }, options, unwanted);
  options.logger.error(refusal, `The failure of job ${work.id} could not be reported; it runs again after its lease.`);
}

/** The refusal, or null where it was taken, or given up: then the lease runs out. */
async function delivered(
  { id }: Work,
  send: () => Promise<unknown>,
  { leaseSeconds, logger }: AttemptOptions,
  unwanted: LateSignal,
): Promise<DomainError | null> {
  const deadline = performance.now() + leaseSeconds * 1000;
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, LONGEST_PAUSE_MS)) {
    try {
      await send();
      return null;
    } catch (error) {
      if (error instanceof DomainError && error.code !== 'service-unavailable') return error;
      if (waitMs === 50)
        logger.error(error, `Job ${id} could not be reported; it is tried again until its lease is over.`);
    }
    await pause(waitMs, undefined, { signal: unwanted.signal() }).catch(() => undefined);
    if (unwanted.isAborted() || performance.now() > deadline) return null;
  }
}

function isOver(refusal: DomainError): boolean {
  return ['lease-lost', 'job-closed', 'run-closed', 'job-not-found'].includes(refusal.code);
}

/** Beats until told to stop; makes the result unwanted when the lease is lost or the job canceled. By bare timers: most jobs are over before the first. */
function keepLease(
  work: Work,
  { reports, leaseSeconds, logger }: AttemptOptions,
  unwanted: LateSignal,
): () => Promise<void> {
  let [isOver, heardAt, beating] = [false, performance.now(), Promise.resolve()];
  const beatLater = (): NodeJS.Timeout => setTimeout(() => void (beating = beat()), (leaseSeconds * 1000) / 3);
  const beat = async (): Promise<void> => {
    const heard = await heardOf(reports);
    if (isOver || unwanted.isAborted()) return;
    if (heard === 'wanted') heardAt = performance.now();
    const isLapsed = performance.now() - heardAt > leaseSeconds * 1000;
    if (heard === 'wanted' || (heard === 'unknown' && !isLapsed)) timer = beatLater();
    else {
      logger.warn(
        `Attempt ${String(work.attempt)} of job ${work.id} ${unwantedBecause[heard]}; its result is discarded.`,
      );
      unwanted.abort();
    }
  };
  let timer = beatLater();
  return () => {
    isOver = true;
    clearTimeout(timer);
    return beating;
  };
}

const unwantedBecause = {
  canceled: 'was canceled',
  lost: 'lost its lease',
  unknown: 'could not prolong its lease',
} as const;

/** `unknown`: the database is out of reach. */
async function heardOf({ beat }: Reports): Promise<'wanted' | keyof typeof unwantedBecause> {
  try {
    return (await beat()).cancelRequested ? 'canceled' : 'wanted';
  } catch (error) {
    return error instanceof DomainError && error.code !== 'service-unavailable' ? 'lost' : 'unknown';
  }
}
