/**
 * Claims that wait for jobs: between two looks they hold nothing but a timer. However many wait for the same handlers, they cost what one costs:
 *
 *   first look   at once, each for itself: where there is enough for all, nobody waits for anybody
 *   wait         for rows to be written, or a while: delayed jobs and retries get due without anybody saying so
 *   next looks   one after the other; who comes after one that found nothing, and nothing was written since, need not look
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { RowSignal, type RowsSeen } from '../../platform/event-store/row-signal.js';
import { Turns } from '../../platform/event-store/turns.js';
import { type Claim, type ClaimedJob, JobClaims, type Reserved } from './job-claims.js';
import { jobs } from './job.projection.js';

const LOOK_EVERY_MS = 250;

/** For so long a look in vain speaks for others. */
const IN_VAIN_MS = 200;

/** Between two looks in vain, however much is written that is for other handlers. */
const REST_MS = 10;

/** Different lists of handlers of which the last look in vain is known; more are forgotten. */
const KNOWN = 1000;

type LookInVain = Readonly<{ seen: RowsSeen; atMs: number }>;

@Injectable()
export class WaitingClaims {
  private readonly turns = new Turns();
  private readonly inVain = new Map<string, LookInVain>();

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
    let seen = this.signal.seen(jobs.name);
    let taken = ended.aborted ? [] : await this.claims.claim(claim);
    for (;;) {
      const leftMs = until - performance.now();
      if (taken.length > 0 || leftMs <= 0 || ended.aborted) return taken;
      await this.signal.next(seen, Math.min(leftMs, LOOK_EVERY_MS), ended);
      seen = this.signal.seen(jobs.name);
      taken = await this.claims.start(await this.look(claim, ended), claim);
    }
  }

  private look(claim: Claim, ended: AbortSignal): Promise<readonly Reserved[]> {
    const key = JSON.stringify([claim.caller?.tenantId, claim.handlers.toSorted()]);
    return this.turns.take(key, async () => {
      await this.rest(key);
      const seen = this.signal.seen(jobs.name);
      if (ended.aborted || this.isInVain(key, seen)) return [];
      const reserved = await this.claims.reserve(claim);
      if (reserved.length === 0) this.remember(key, seen);
      else this.inVain.delete(key);
      return reserved;
    });
  }

  private async rest(key: string): Promise<void> {
    const last = this.inVain.get(key);
    if (last === undefined || this.isInVain(key, this.signal.seen(jobs.name))) return;
    const restMs = REST_MS - (performance.now() - last.atMs);
    if (restMs > 0) await pause(restMs);
  }

  private isInVain(key: string, { wakes, timelineWakes }: RowsSeen): boolean {
    const last = this.inVain.get(key);
    if (last === undefined || performance.now() - last.atMs > IN_VAIN_MS) return false;
    return last.seen.wakes === wakes && last.seen.timelineWakes === timelineWakes;
  }

  private remember(key: string, seen: RowsSeen): void {
    if (this.inVain.size >= KNOWN) this.inVain.clear();
    this.inVain.set(key, { seen, atMs: performance.now() });
  }
}
