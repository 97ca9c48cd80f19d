import { type StreamType, inline } from '../platform/event-store/stream-type.js';
import { webhooks } from './webhook/webhook.projection.js';
import { type WebhookCommand, type WebhookState, webhookDecider } from './webhook.decider.js';
import { type WebhookEvent, webhookCatalogue } from './webhook.events.js';

/** A webhook's stream: its rules and the read model written with each append. */
export const webhookStream: StreamType<WebhookState, WebhookCommand, WebhookEvent> = {
  name: 'webhook',
  decider: webhookDecider,
  catalogue: webhookCatalogue,
  stateVersion: 1,
  projections: [inline(webhooks)],
};
