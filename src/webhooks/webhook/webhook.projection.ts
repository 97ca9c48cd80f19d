import type { Projected, Projection } from '../../kernel/projection.js';
import type { WebhookEvent } from '../webhook.events.js';

/** One webhook as it was set up; how far it is stands elsewhere. */
export type WebhookRow = Readonly<{
  id: string;
  tenantId: string;
  streamVersion: number;
  origin: string;
  urlId: string;
  secretId: string;
  previousSecretId: string | null;
  secretRotatedAt: string | null;
  categories: readonly string[];
  eventTypes: readonly string[];
  description: string | null;
  fromPosition: number;
  status: 'active' | 'paused' | 'deleted';
  pausedBecause: string | null;
  createdAt: string;
  updatedAt: string;
}>;

/** One row per webhook, deleted ones included. */
export const webhooks: Projection<WebhookRow, WebhookEvent> = {
  name: 'webhooks',
  version: 1,
  keysOf: ({ streamId }) => [streamId],
  on: {
    'webhook.created': (_row, event) => created(event),
    'webhook.changed': (row, event) =>
      row && {
        ...row,
        ...seen(event),
        origin: event.detail.origin ?? row.origin,
        urlId: event.detail.url_id ?? row.urlId,
        categories: event.detail.categories ?? row.categories,
        eventTypes: event.detail.event_types ?? row.eventTypes,
        description: event.detail.description === undefined ? row.description : event.detail.description,
      },
    'webhook.paused': (row, event) =>
      row && { ...row, ...seen(event), status: 'paused', pausedBecause: event.reason ?? null },
    'webhook.resumed': (row, event) => row && { ...row, ...seen(event), status: 'active', pausedBecause: null },
    'webhook.secret_rotated': (row, event) =>
      row && {
        ...row,
        ...seen(event),
        secretId: event.detail.secret_id,
        previousSecretId: row.secretId,
        secretRotatedAt: event.recordedAt,
      },
    'webhook.deleted': (row, event) => row && { ...row, ...seen(event), status: 'deleted' },
  },
};

function created(event: Projected<Extract<WebhookEvent, { type: 'webhook.created' }>>): WebhookRow {
  const { streamId, tenantId, recordedAt, detail } = event;
  return {
    id: streamId,
    tenantId,
    ...seen(event),
    origin: detail.origin,
    urlId: detail.url_id,
    secretId: detail.secret_id,
    previousSecretId: null,
    secretRotatedAt: null,
    categories: detail.categories,
    eventTypes: detail.event_types,
    description: detail.description,
    fromPosition: detail.from_position,
    status: 'active',
    pausedBecause: null,
    createdAt: recordedAt,
  };
}

const seen = ({
  streamVersion,
  recordedAt: updatedAt,
}: Pick<Projected<WebhookEvent>, 'streamVersion' | 'recordedAt'>) => ({
  streamVersion,
  updatedAt,
});
