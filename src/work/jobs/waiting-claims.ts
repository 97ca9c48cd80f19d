import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { RowSignal } from '../../platform/event-store/row-signal.js';
import { type Claim, type ClaimedJob, JobClaims } from './job-claims.js';
import { jobs } from './job.projection.js';

/** Delayed and retried jobs get due without anybody saying so. */
const LOOK_EVERY_MS = 500;

/** Claims that wait for jobs: between two looks they hold nothing but a timer. */
@Injectable()
export class WaitingClaims implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    private readonly claims: JobClaims,
    private readonly signal: RowSignal,
  ) {}

  /** Whoever waits is answered with nothing. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /**
   * Takes what is due, waiting so many seconds for something to be; empty where nothing came, `gone` aborted, or the service stops. A claim
   * under way when its client goes away is finished: its jobs run again after their lease.
   */
  async claim(claim: Claim, waitSeconds: number, gone: AbortSignal): Promise<readonly ClaimedJob[]> {
    const until = performance.now() + waitSeconds * 1000;
    const ended = AbortSignal.any([gone, this.stopping.signal]);
    for (;;) {
      const seen = this.signal.seen(jobs.name);
      const taken = await this.claims.claim(claim);
      const leftMs = until - performance.now();
      if (taken.length > 0 || leftMs <= 0 || ended.aborted) return taken;
      await this.signal.next(seen, Math.min(leftMs, LOOK_EVERY_MS), ended);
      if (ended.aborted) return [];
    }
  }
}
