import { Inject, Injectable } from '@nestjs/common';
import { DatabaseClock } from '../../platform/database/database-clock.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { systemCaller } from '../../platform/event-store/system-caller.js';
import { newId } from '../../platform/new-id.js';
import type { AllowedHosts } from '../../platform/outbound/allowed-addresses.js';
import { taskOn } from '../commands/webhook-commands.js';
import { ALLOWED_HOSTS } from '../receiver-url.js';
import { type Receiver, WebhookSecrets } from '../webhook-secrets.js';
import { webhookStream } from '../webhook-stream.js';
import type { ClaimedDelivery } from './claimed-delivery.js';
import { DeliveryQueue } from './delivery-queue.js';
import { type Posted, post } from './post.js';
import { type RetrySettings, retryAfter } from './retry.js';

const GONE = 410;

const NEVER = new AbortController().signal;

/** Sends messages to webhooks and writes down what came of it. */
@Injectable()
export class Sender {
  constructor(
    private readonly queue: DeliveryQueue,
    private readonly secrets: WebhookSecrets,
    private readonly executor: CommandExecutor,
    private readonly clock: DatabaseClock,
    @Inject(ALLOWED_HOSTS) private readonly allowed: AllowedHosts,
  ) {}

  /**
   * Makes one attempt at a claimed delivery. Where `signal` aborts, and where this process was held up for too long, it is left to its lease.
   *
   * A receiver that says it is gone gets no more: its webhook is paused before the attempt is written down, so that a crash in between
   * only asks it once more.
   */
  async deliver(claimed: ClaimedDelivery, settings: RetrySettings, signal: AbortSignal): Promise<void> {
    const receiver = await this.secrets.receiver(claimed.tenantId, claimed.urlId, claimed.secretIds);
    if (receiver === null) return; // Gone since it was claimed.
    const timestamp = await this.timestamp();
    if (performance.now() > claimed.beginBeforeMs) return;
    const message = { id: claimed.eventId, body: claimed.body, timestamp };
    const posted = await post(receiver, message, { allowed: this.allowed, signal });
    if (signal.aborted) return;
    if (posted.status === GONE) await this.pause(claimed);
    const retry = retryAfter(posted.retryAfterSeconds, claimed.failedCount + 1, settings, Math.random());
    await this.queue.settle(claimed, posted, retry);
  }

  /** Posts a message at once, past the queue. */
  async post(receiver: Receiver, message: Readonly<{ id: string; body: string }>): Promise<Posted> {
    const timestamp = await this.timestamp();
    return post(receiver, { ...message, timestamp }, { allowed: this.allowed, signal: NEVER });
  }

  /** Unix seconds, by the database's clock. */
  private async timestamp(): Promise<number> {
    return Math.floor(Date.parse(await this.clock.now()) / 1000);
  }

  private async pause({ tenantId, webhookId, urlId }: ClaimedDelivery): Promise<void> {
    const context = {
      caller: systemCaller(tenantId, 'webhooks'),
      commandId: newId(),
      correlationId: newId(),
      now: await this.clock.now(),
      dryRun: false,
    };
    const data = { url_id: urlId, reason: 'The receiver answered 410 Gone.' };
    await this.executor.execute(webhookStream, taskOn(webhookId, { type: 'receiver_gone', data }, context));
  }
}
