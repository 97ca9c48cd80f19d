/**
 * How events reach webhooks.
 *
 *   spread   whatever was sealed since becomes deliveries, one for each webhook it is for; rows and the webhook's position move together. In each
 *            stream the first that has not arrived is pending, the others are held behind it
 *   claim    as many as this process has room for, each for the time of its lease
 *   post     side by side, no transaction open; the same id and body at every attempt, the time and so the signature of its own
 *   settle   arrived: the next of its stream is due. Failed: due again later, or dead. Heard only from the latest attempt
 *
 * Any number of processes may do this: a lock on the webhook's progress lets one at a time change its deliveries, for as long as a statement
 * takes. Crash before the post: the lease runs out and another process sends it. After it, before settling: the same, so that the receiver
 * may see a message twice, under one id; never one of a stream before an earlier one has arrived or was skipped.
 *
 * What one receiver can take from the others is bounded: five places over all processes, ten thousand deliveries that have not arrived, and
 * one place every now and then while it is failing; half of the places stay for those that are not.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { TimelineSignal } from '../../platform/event-store/timeline-signal.js';
import { Shutdown } from '../../platform/http/shutdown.js';
import type { ClaimedDelivery } from './claimed-delivery.js';
import { DeliveryQueue, type Spread } from './delivery-queue.js';
import type { RetrySettings } from './retry.js';
import { Sender } from './sender.js';

/** What the operator says of this process. */
export type LoopOptions = RetrySettings &
  Readonly<{
    /** Deliveries at once. */
    concurrency: number;
    /** How long those under way may take when the service stops. */
    patienceSeconds: number;
  }>;

/** Where there is nobody to send to, nothing that is sealed is news. */
const LOOK_EVERY_MS = 1000;

@Injectable()
export class WebhookLoop implements OnApplicationShutdown {
  private readonly logger = new Logger('Webhooks');
  private readonly underWay = new Map<Promise<void>, ClaimedDelivery>();
  private readonly givenUp = new AbortController();
  private freed = Promise.withResolvers<undefined>();
  private running: Promise<void> | null = null;
  private isFailing = false;

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly sender: Sender,
    private readonly timeline: TimelineSignal,
    private readonly shutdown: Shutdown,
  ) {}

  start(options: LoopOptions): void {
    this.running ??= this.run(options);
  }

  /** Deliveries had their time while requests were finished; the database goes after this. */
  async onApplicationShutdown(): Promise<void> {
    await this.running;
  }

  private async run(options: LoopOptions): Promise<void> {
    const { signal } = this.shutdown;
    while (!signal.aborted) {
      const { wakes } = this.timeline;
      this.freed = Promise.withResolvers();
      const { moved, activeCount } = await this.round(options).catch((error: unknown) => this.failed(error));
      if (activeCount === 0) await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      else if (!moved) await this.next(wakes, signal);
    }
    await this.finish(options.patienceSeconds);
  }

  private async round(options: LoopOptions): Promise<Spread> {
    const spread = await this.queue.spread();
    if (spread.activeCount > 0) await this.claim(options);
    this.isFailing = false;
    return spread;
  }

  private async claim(options: LoopOptions): Promise<void> {
    const room = options.concurrency - this.underWay.size;
    const probing = [...this.underWay.values()].filter(({ isProbe }) => isProbe).length;
    const probes = Math.max(0, Math.ceil(options.concurrency / 2) - probing);
    if (room > 0) for (const claimed of await this.queue.claim(room, probes)) this.begin(claimed, options);
  }

  private begin(claimed: ClaimedDelivery, options: LoopOptions): void {
    const sending = this.sender.deliver(claimed, options, this.givenUp.signal).catch((error: unknown) => {
      this.logger.error(
        error,
        'What became of a delivery could not be written down; it is sent again after its lease.',
      );
    });
    this.underWay.set(sending, claimed);
    void sending.finally(() => {
      this.underWay.delete(sending);
      this.freed.resolve(undefined);
    });
  }

  /** A round that fails is a database out of reach: it is reported once and tried for as long as it takes. */
  private failed(error: unknown): Spread {
    if (!this.isFailing) this.logger.error(error, 'Deliveries cannot be worked on; it is tried again until it works.');
    this.isFailing = true;
    return { moved: false, activeCount: 0 }; // Which is looked at again in a second.
  }

  /** Until something may have been sealed, a second has passed, or a place is free. */
  private async next(wakes: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.timeline.next(wakes, AbortSignal.any([signal, over.signal])), this.freed.promise]);
    over.abort();
  }

  private async finish(patienceSeconds: number): Promise<void> {
    const patience = setTimeout(() => this.givenUp.abort(), patienceSeconds * 1000);
    await Promise.all(this.underWay.keys());
    clearTimeout(patience);
  }
}
