import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { RepeatedWork } from '../../platform/background/repeated-work.js';
import { DeliveryQueue } from './delivery-queue.js';

const LOOK_EVERY_MS = 60_000;

/** Forgets deliveries that arrived long ago and what deleted webhooks left; says where this process lacks the key of webhooks. */
@Injectable()
export class WebhookRetention implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Webhooks');
  private rounds: RepeatedWork | null = null;
  private isStopping = false;
  private hasWarned = false;

  constructor(private readonly queue: DeliveryQueue) {}

  /** `keepSeconds`: how long deliveries that arrived stay listed. */
  start(keepSeconds: number): void {
    const work = (): Promise<void> => this.forgetAll(keepSeconds);
    this.rounds ??= new RepeatedWork({ work, everyMs: LOOK_EVERY_MS, logger: this.logger });
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.rounds?.stop();
  }

  private async forgetAll(keepSeconds: number): Promise<void> {
    await this.warnOfUnopened();
    while (!this.isStopping && (await this.queue.forget(keepSeconds)));
  }

  private async warnOfUnopened(): Promise<void> {
    const count = this.hasWarned ? 0 : await this.queue.unopenedCount();
    if (count === 0) return;
    this.hasWarned = true;
    this.logger.warn(
      `${String(count)} webhooks are encrypted with another vault key, so that this process cannot send to them. ` +
        'Give all processes the same STAGELINE_VAULT_KEY; where the key is lost, give each webhook its URL and a secret anew.',
    );
  }
}
