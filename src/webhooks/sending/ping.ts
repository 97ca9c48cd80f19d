import { Injectable } from '@nestjs/common';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { refuse } from '../../kernel/domain-error.js';
import { newId } from '../../platform/new-id.js';
import { WebhookReader } from '../webhook/webhook-reader.js';
import { Sender } from './sender.js';

/** The `event_type` of a ping, by which receivers tell it from events. */
const PING = 'webhook.ping';

/** Sends pings, at once and once each, past the deliveries. */
@Injectable()
export class Ping {
  constructor(
    private readonly reader: WebhookReader,
    private readonly sender: Sender,
  ) {}

  /** @throws DomainError `webhook-not-found`, `webhook-url-refused` where this process does not have the key to know it */
  async send(webhookId: string, { caller: { tenantId }, now, dryRun }: CommandContext): Promise<Outcome> {
    const receiver = await this.reader.receiver(tenantId, webhookId);
    if (receiver === null)
      throw refuse(
        'webhook-url-refused',
        'It was encrypted with another vault key: give the webhook its URL and a secret anew.',
      );
    if (dryRun) return { kind: 'dry_run', body: { events: [] } };
    const id = newId();
    const body = JSON.stringify({ event_type: PING, webhook_id: webhookId, sent_at: now });
    const startedAt = performance.now();
    const { status, error } = await this.sender.post(receiver, { id, body });
    const outcome = error === null ? 'delivered' : 'failed';
    const duration = Math.round(performance.now() - startedAt);
    return { kind: 'ok', body: { outcome, message_id: id, status, error, duration_ms: duration } };
  }
}
