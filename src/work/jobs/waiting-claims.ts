import { Injectable } from '@nestjs/common';
import { RowSignal } from '../../platform/event-store/row-signal.js';
import { type Claim, type ClaimedJob, JobClaims } from './job-claims.js';
import { jobs } from './job.projection.js';

/** Delayed and retried jobs get due without anybody saying so. */
const LOOK_EVERY_MS = 500;

/** Claims that wait for jobs: between two looks they hold nothing but a timer. */
@Injectable()
export class WaitingClaims {
  constructor(
    private readonly claims: JobClaims,
    private readonly signal: RowSignal,
  ) {}

  /**
   * Takes what is due, waiting so many seconds for something to be; empty where nothing came, or once `ended` is aborted: by whoever asked, or
   * because the service stops. Jobs that are taken in the moment their worker goes away run again after their lease.
   */
  async claim(claim: Claim, waitSeconds: number, ended: AbortSignal): Promise<readonly ClaimedJob[]> {
    const until = performance.now() + waitSeconds * 1000;
    while (!ended.aborted) {
      const seen = this.signal.seen(jobs.name);
      const taken = await this.claims.claim(claim);
      const leftMs = until - performance.now();
      if (taken.length > 0 || leftMs <= 0) return taken;
      await this.signal.next(seen, Math.min(leftMs, LOOK_EVERY_MS), ended);
    }
    return [];
  }
}
