import { addSeconds } from '../../src/kernel/instant.js';
import type { Recorded } from '../../src/kernel/recorded-event.js';
import { type WebhookCommand, type WebhookState, webhookDecider } from '../../src/webhooks/webhook.decider.js';
import { type WebhookEvent, type WebhookTerms, webhookCatalogue } from '../../src/webhooks/webhook.events.js';
import { given } from './given.js';

export const terms: WebhookTerms = {
  origin: 'https://crm.example',
  url_id: 'url-1',
  secret_id: 'secret-1',
  categories: ['run'],
  event_types: [],
  description: null,
};

export const create: WebhookCommand = { type: 'create_webhook', data: { ...terms, from_position: 7 } };
type Asked = Extract<WebhookCommand, { type: 'change_webhook' }>['data'];
export const change = (asked: Asked['terms'], more: Omit<Asked, 'terms'> = {}): WebhookCommand => ({
  type: 'change_webhook',
  data: { terms: asked, ...more },
});
export const pause = change({}, { status: 'paused', reason: 'Maintenance.' });
export const resume = change({}, { status: 'active' });
export const gone: WebhookCommand = { type: 'receiver_gone', data: { url_id: 'url-1', reason: 'It is gone.' } };
export const rotate: WebhookCommand = { type: 'rotate_secret', data: { secret_id: 'secret-2' } };
export const remove: WebhookCommand = { type: 'delete_webhook' };

const moved = {
  origin: 'https://erp.example',
  url_id: 'url-2',
  event_types: ['gate.opened'],
  description: 'to the ERP',
};

/** Commands that lead, together, to every event of a webhook. */
export const webhookStory: readonly WebhookCommand[] = [
  create,
  change({ ...moved, categories: [] }),
  pause,
  resume,
  rotate,
  remove,
];

/** The events these commands lead to, one after the other. */
export function webhookEvents(...commands: readonly WebhookCommand[]): readonly WebhookEvent[] {
  const events: WebhookEvent[] = [];
  let state: WebhookState = webhookDecider.initialState;
  for (const command of commands) {
    const next = webhookDecider.decide(state, command);
    for (const event of next) state = webhookDecider.evolve(state, event);
    events.push(...next);
  }
  return events;
}

/** A webhook with this history, ready for one command. */
export const webhookAfter = (...commands: readonly WebhookCommand[]) =>
  given(webhookDecider, webhookEvents(...commands));

/** The same events as they stand on the webhook's stream, a second apart. */
export function recordedWebhook(...commands: readonly WebhookCommand[]): readonly Recorded<WebhookEvent>[] {
  return webhookEvents(...commands).map((event, index) => {
    const at = addSeconds('2026-03-01T12:00:00.000Z', index);
    return {
      ...event,
      ...webhookCatalogue[event.type],
      id: `event-${index + 1}`,
      tenantId: 'tenant-1',
      streamId: 'webhook-1',
      streamType: 'webhook',
      streamVersion: index + 1,
      correlationId: 'flow-1',
      causationId: 'command-1',
      actor: { type: 'user', id: 'ada' },
      context: {},
      occurredAt: at,
      recordedAt: at,
    };
  });
}
