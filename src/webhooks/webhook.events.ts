import type { Catalogue, DomainEvent } from '../kernel/recorded-event.js';

/**
 * What a webhook is told, and where. Spelled as on the wire. A URL may be a secret in itself, so of it there is only the origin; `url_id` and
 * `secret_id` name what is kept, encrypted, beside the timeline.
 */
export type WebhookTerms = Readonly<{
  origin: string;
  url_id: string;
  secret_id: string;
  /** Only events of these; empty is all. */
  categories: readonly string[];
  /** Only events of these types; empty is all. */
  event_types: readonly string[];
  description: string | null;
}>;

/** Said again, so that the event tells by itself which receiver it is about. */
type Of = Readonly<{ origin: string }>;

type Created = DomainEvent<'webhook.created', WebhookTerms & Readonly<{ from_position: number }>>;
/** What is not in it stayed as it was. */
type Changed = DomainEvent<'webhook.changed', Partial<Omit<WebhookTerms, 'secret_id'>>>;
type Paused = DomainEvent<'webhook.paused', Of>;
type Resumed = DomainEvent<'webhook.resumed', Of>;
type SecretRotated = DomainEvent<'webhook.secret_rotated', Readonly<{ secret_id: string }>>;
type Deleted = DomainEvent<'webhook.deleted', Of>;

/** Everything that can happen to a webhook; deliveries are no events. */
export type WebhookEvent = Created | Changed | Paused | Resumed | SecretRotated | Deleted;

const filed = { category: 'policy', schemaVersion: 1 } as const;

/** How the store files each event of a webhook. */
export const webhookCatalogue: Catalogue<WebhookEvent> = {
  'webhook.created': filed,
  'webhook.changed': filed,
  'webhook.paused': filed,
  'webhook.resumed': filed,
  'webhook.secret_rotated': filed,
  'webhook.deleted': filed,
};
