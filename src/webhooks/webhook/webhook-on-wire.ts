import type { WebhookRow } from './webhook.projection.js';
import type { WebhookResponse } from './webhook.response.js';

/** A webhook as it goes over the wire, without what is not in its events: its URL is added by who may show it. */
export function webhookOnWire(webhook: WebhookRow) {
  return {
    id: webhook.id,
    url: null,
    origin: webhook.origin,
    categories: webhook.categories,
    event_types: webhook.eventTypes,
    description: webhook.description,
    status: webhook.status,
    paused_because: webhook.pausedBecause,
    from_position: webhook.fromPosition,
    secret_rotated_at: webhook.secretRotatedAt,
    created_at: webhook.createdAt,
    updated_at: webhook.updatedAt,
  } satisfies WebhookResponse;
}
