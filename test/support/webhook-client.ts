import { accepted } from './founder-walk.js';
import { asOwner } from './read-model-fold.js';
import { startDocumentedService } from './service.js';
import { until } from './wait.js';

/** A webhook as the service answers it. */
export type Webhook = Readonly<{
  id: string;
  url: string | null;
  secret: string;
  status: string;
  paused_because: string | null;
  position: number;
  head_position: number;
  lag: number;
  pending_count: number;
  held_count: number;
  dead_count: number;
  held_streams: readonly string[];
  last_error: string | null;
}>;

export type Delivery = Readonly<{
  id: string;
  position: number;
  event_type: string;
  stream_id: string;
  status: string;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  skipped_by: string | null;
}>;

/** What is given up after three attempts, and retried after a second. */
const IMPATIENT = {
  STAGELINE_HTTP_ALLOW_PRIVATE: '127.0.0.1',
  STAGELINE_WEBHOOK_BACKOFF_SECONDS: '1',
  STAGELINE_WEBHOOK_ATTEMPTS: '3',
};

export type WebhookClient = Awaited<ReturnType<typeof startWebhookClient>>;

/** A service that sends to loopback, and what a test asks of its webhooks. */
export async function startWebhookClient(env: Readonly<Record<string, string>> = {}) {
  const service = await startDocumentedService({ ...IMPATIENT, ...env });
  const { api } = service;
  const read = async (id: string) => accepted(await api.get<Webhook>(`/webhooks/${id}`));
  const comes = (id: string, what: string, holds: (webhook: Webhook) => boolean) =>
    until(`the webhook ${what}`, async () => holds(await read(id)));
  return {
    ...service,
    read,
    comes,
    create: async (url: string, more: object = {}) => accepted(await api.post<Webhook>('/webhooks', { url, ...more })),
    patch: (id: string, body: object) => api.send<Webhook>('PATCH', `/webhooks/${id}`, { body }),
    deliveries: async (id: string, status = '') =>
      accepted(
        await api.get<{ items: readonly Delivery[] }>(
          `/webhooks/${id}/deliveries?limit=200${status && `&status=${status}`}`,
        ),
      ).items,
    /** Waits until the webhook is at the head and everything has arrived or is given up. */
    settled: (id: string) =>
      comes(id, 'has sent everything', ({ lag, pending_count, held_count, dead_count }) => {
        return lag === 0 && pending_count === 0 && (dead_count > 0 || held_count === 0);
      }),
    /** Lets no attempt wait for its time. */
    hurry: () =>
      asOwner(service.connection, async (client) => {
        await client.query(`update webhook_progress set rests_until = null`);
        await client.query(
          `update webhook_deliveries set next_attempt_at = now() where status = 'pending' and leased_until is null`,
        );
      }),
    deleteAll: async () => {
      const { items } = (await api.get<{ items: readonly Webhook[] }>('/webhooks')).body;
      for (const { id } of items) await api.send('DELETE', `/webhooks/${id}`);
    },
  };
}
