/**
 * How this process works on jobs: as any other worker does, but by function calls.
 *
 *   claiming   as many jobs as it has room for, waiting for some where there are none
 *   working    each an attempt of its own (attempt.ts), side by side
 *   reporting  those of one batch together (gathered-completions.ts); its runner's place is free: the next jobs are claimed while ends are written, so that both go in the same transactions. No more
 *              than there are places, so that a slow database is not given more and more
 *   stopping   begins when the service does: nothing more is claimed, attempts under way have their time to finish
 *   stopped    what was not done by then is left to its lease
 *
 * Any number of processes may do this. Crash anywhere: leases run out and the jobs run again.
 */
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/command-context.js';
import { systemCaller } from '../../platform/event-store/system-caller.js';
import { Shutdown } from '../../platform/http/shutdown.js';
import { newId } from '../../platform/new-id.js';
import { ActOnJob } from '../jobs/act-on-job.js';
import { CompleteJobs } from '../jobs/complete-jobs.js';
import { Heartbeats } from '../jobs/heartbeats.js';
import type { AskedOfJob } from '../jobs/job-command.decider.js';
import type { ClaimedJob } from '../jobs/job-claims.js';
import { WaitingClaims } from '../jobs/waiting-claims.js';
import { attempt, type Reports } from './attempt.js';
import { GatheredCompletions } from './gathered-completions.js';
import type { Runner } from './runner.js';

/** What a worker of this process goes by. */
export type WorkerOptions = Readonly<{
  /** Who does what: runners by the name of their handler. */
  runners: Readonly<Record<string, Runner>>;
  /** Jobs at once. */
  concurrency: number;
  /** How long attempts may take to finish when the service stops. */
  patienceSeconds: number;
  /** How long a job waits after this process was lost. Defaults to 10. */
  leaseSeconds?: number;
}>;

const LEASE_SECONDS = 10;

/** A claim that found nothing for so long is made anew; nothing else comes of it. */
const WAIT_SECONDS = 60;

const PAUSE_AFTER_FAILURE_MS = 1000;

@Injectable()
export class WorkerLoop implements OnApplicationShutdown {
  private readonly logger = new Logger('Worker');
  private readonly workerId = `${hostname()}/${String(process.pid)}`;
  private readonly attempts = new Set<Promise<void>>();
  private readonly completions = new GatheredCompletions((tenantId, jobs) =>
    this.commands.execute(new CompleteJobs(jobs, systemCaller(tenantId, this.workerId))),
  );
  /** Attempts whose runner works. */
  private runningCount = 0;
  /** Called when attempts had their time. */
  private readonly givenUp = new Set<() => void>();
  private running: Promise<void> | null = null;
  private isFailing = false;
  /** Ends the wait for room. */
  private wake: () => void = () => undefined;

  constructor(
    private readonly claims: WaitingClaims,
    private readonly heartbeats: Heartbeats,
    private readonly commands: CommandBus,
    private readonly shutdown: Shutdown,
  ) {}

  start(options: WorkerOptions): void {
    this.running ??= this.run(options);
  }

  /** Attempts had their time while requests were finished; the database goes after this. */
  async onApplicationShutdown(): Promise<void> {
    await this.running;
  }

  private async run(options: WorkerOptions): Promise<void> {
    const { signal } = this.shutdown;
    signal.addEventListener('abort', () => this.wake(), { once: true });
    while (!signal.aborted) {
      if (this.room(options) > 0) for (const job of await this.claim(options, signal)) this.begin(job, options);
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
    await this.finish(options.patienceSeconds);
  }

  /** For so many runners there is a place, and one for their reports. */
  private room({ concurrency }: WorkerOptions): number {
    return Math.min(concurrency - this.runningCount, 2 * concurrency - this.attempts.size);
  }

  /** A claim that fails is a database out of reach: it is reported once and made again for as long as it takes. */
  private async claim(options: WorkerOptions, signal: AbortSignal): Promise<readonly ClaimedJob[]> {
    const { runners, leaseSeconds = LEASE_SECONDS } = options;
    const claim = {
      caller: null,
      handlers: Object.keys(runners),
      limit: this.room(options),
      workerId: this.workerId,
      leaseSeconds,
    };
    try {
      const jobs = await this.claims.claim(claim, WAIT_SECONDS, signal);
      this.isFailing = false;
      return jobs;
    } catch (error) {
      if (!this.isFailing) this.logger.error(error, 'Claiming jobs failed; it is tried again until it works.');
      this.isFailing = true;
      await pause(PAUSE_AFTER_FAILURE_MS, undefined, { signal }).catch(() => undefined);
      return [];
    }
  }

  private begin(job: ClaimedJob, { runners, leaseSeconds = LEASE_SECONDS }: WorkerOptions): void {
    const runner = runners[job.handler];
    if (runner === undefined) throw new Error(`Nobody asked for jobs of ${job.handler}.`);
    const { givenUp, logger } = this;
    const reports = this.reportsOn(job);
    const left = (): void => {
      this.runningCount -= 1;
      this.wake();
    };
    this.runningCount += 1;
    const working = attempt(job, { runner, reports, leaseSeconds, givenUp, left, logger });
    this.attempts.add(working);
    void working.finally(() => {
      this.attempts.delete(working);
      this.wake();
    });
  }

  private giveUp(): void {
    for (const giveUp of [...this.givenUp]) giveUp();
  }

  private contextOf(tenantId: string, correlationId: string): CommandContext {
    const caller = systemCaller(tenantId, this.workerId);
    return { caller, commandId: newId(), correlationId, now: new Date().toISOString(), dryRun: false };
  }

  private async finish(patienceSeconds: number): Promise<void> {
    const patience = setTimeout(() => this.giveUp(), patienceSeconds * 1000);
    await Promise.all(this.attempts);
    clearTimeout(patience);
  }

  private reportsOn({ id, tenantId, batchId, attempt: count, correlationId }: ClaimedJob): Reports {
    const ask = (asked: AskedOfJob): Promise<unknown> =>
      this.commands.execute(new ActOnJob(id, asked, this.contextOf(tenantId, correlationId)));
    return {
      beat: () => this.heartbeats.beat(tenantId, id, count),
      complete: (output) =>
        batchId === null
          ? ask({ type: 'complete_job', data: { attempt: count, output } })
          : this.completions.complete({ tenantId, batchId }, { jobId: id, attempt: count, output }),
      fail: ({ message: error, retryable, retryAfterSeconds }) =>
        ask({ type: 'fail_job', data: { attempt: count, error, retryable, retryAfterSeconds, chance: Math.random() } }),
    };
  }
}
