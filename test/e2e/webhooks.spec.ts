import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openBackstage } from '../support/backstage.js';
import { accepted } from '../support/founder-walk.js';
import { asOwner } from '../support/read-model-fold.js';
import { type Receiver, expectedSignature, startReceiver } from '../support/receiver.js';
import { sealedPosition } from '../support/sealed-position.js';
import { startFounderRun } from '../support/service.js';
import { until } from '../support/wait.js';
import { type Webhook, type WebhookClient, startWebhookClient } from '../support/webhook-client.js';

type Listed = { items: readonly Readonly<Record<string, unknown>>[] };

let webhooks: WebhookClient;
let receiver: Receiver;
beforeAll(async () => {
  webhooks = await startWebhookClient();
});
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  receiver.close();
  await webhooks.deleteAll();
});
afterAll(() => webhooks.close());

const timeline = async (filter = '') => accepted(await webhooks.api.get<Listed>(`/timeline?limit=200${filter}`)).items;
const eventsOf = async (id: string) => {
  await until('its events are sealed', async () => (await timeline()).some((event) => event['stream_id'] === id));
  return (await timeline()).filter((event) => event['stream_id'] === id);
};
const everythingStored = () =>
  asOwner(webhooks.connection, async (client) => {
    const tables = ['stage_events', 'webhooks', 'webhook_secrets', 'webhook_deliveries', 'command_receipts'];
    const stored = [];
    for (const table of tables) stored.push((await client.query(`select ${table}::text as row from ${table}`)).rows);
    return JSON.stringify(stored);
  });

describe('a webhook', () => {
  it('gets every event as GET /timeline shows it, signed', async () => {
    const { id, secret, url } = await webhooks.create(receiver.url, { from_position: 0 });
    expect({ url, secret }).toEqual({ url: receiver.url, secret: expect.stringMatching(/^whsec_[\w+/]{43}=$/) });
    const { runId } = await startFounderRun(webhooks.api);
    await until('the run has arrived', () => receiver.events().some(({ stream_id }) => stream_id === runId));
    await webhooks.settled(id);
    const byPosition = receiver.events().toSorted((one, other) => one.position - other.position);
    expect(byPosition).toEqual(await timeline());
    for (const message of receiver.received) {
      expect(message.id).toBe(message.event.id);
      expect(message.signatures).toEqual([expectedSignature(message, secret)]);
      expect(Math.abs(message.timestamp - Date.now() / 1000)).toBeLessThan(60);
      expect(message.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Stageline/0.1.0' });
    }
  });

  it('begins at the head, and gets only what it asked for', async () => {
    const before = await startFounderRun(webhooks.api);
    await sealedPosition(webhooks.api, before.runId);
    const asked = { categories: ['run', 'transition'], event_types: ['stage.entered', 'risk.raised'] };
    const { id } = await webhooks.create(receiver.url, asked);
    const { runId } = await startFounderRun(webhooks.api);
    await until('the run has arrived', () => receiver.received.length > 0);
    await webhooks.settled(id);
    expect(receiver.received.map(({ event }) => [event.stream_id, event.event_type])).toEqual([
      [runId, 'stage.entered'],
    ]);
  });

  it('is listed and read without its secret, with how far it is', async () => {
    const { id, secret } = await webhooks.create(receiver.url, { description: 'to the CRM', categories: ['run'] });
    await webhooks.settled(id);
    const standing = await webhooks.read(id);
    expect(standing).toMatchObject({ id, url: receiver.url, status: 'active', description: 'to the CRM' });
    const { items } = accepted(await webhooks.api.get<Listed>('/webhooks'));
    expect(items).toMatchObject([{ id, url: receiver.url, categories: ['run'] }]);
    expect(JSON.stringify([standing, items])).not.toContain(secret);
  });

  it('leaves neither secret nor URL in anything that is stored in the clear', async () => {
    const headers = { 'idempotency-key': 'once' };
    const asked = { url: receiver.url };
    const made = accepted(await webhooks.api.post<Webhook>('/webhooks', asked, { headers }));
    const again = await webhooks.api.post<Webhook>('/webhooks', asked, { headers });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual({ ...made, url: null, secret: null });
    const rotated = accepted(
      await webhooks.api.post<Webhook>(
        `/webhooks/${made.id}/rotate-secret`,
        {},
        { headers: { 'idempotency-key': 'r' } },
      ),
    );
    accepted(
      await webhooks.api.send('PATCH', `/webhooks/${made.id}`, {
        body: { description: 'x' },
        headers: { 'idempotency-key': 'p' },
      }),
    );
    const stored = await everythingStored();
    for (const secret of [made.secret, rotated.secret, 'in-the-url']) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(secret.replace('whsec_', ''));
    }
    expect(stored).toContain(new URL(receiver.url).origin);
  });

  it('leaves a trace of whatever is done to it', async () => {
    const { id } = await webhooks.create(receiver.url);
    accepted(await webhooks.patch(id, { categories: ['run'], status: 'paused', reason: 'Maintenance.' }));
    accepted(await webhooks.patch(id, { categories: ['run'], status: 'paused' }));
    accepted(await webhooks.patch(id, { status: 'active' }));
    accepted(await webhooks.patch(id, { url: 'http://127.0.0.1:1/elsewhere' }));
    await webhooks.api.post(`/webhooks/${id}/rotate-secret`);
    expect((await webhooks.api.send('DELETE', `/webhooks/${id}`)).status).toBe(204);
    await until('all is sealed', async () => (await eventsOf(id)).at(-1)?.['event_type'] === 'webhook.deleted');
    const events = await eventsOf(id);
    expect(events.map(({ event_type, reason }) => [event_type, reason])).toEqual([
      ['webhook.created', null],
      ['webhook.changed', null],
      ['webhook.paused', 'Maintenance.'],
      ['webhook.resumed', null],
      ['webhook.changed', null],
      ['webhook.secret_rotated', null],
      ['webhook.deleted', null],
    ]);
    expect(events[4]?.['detail']).toEqual({ origin: 'http://127.0.0.1:1', url_id: expect.any(String) });
    expect(new Set(events.map(({ category }) => category))).toEqual(new Set(['policy']));
  });

  it('does nothing where it is only asked what it would do', async () => {
    const { body } = await webhooks.api.post('/webhooks?dry_run=true', { url: receiver.url });
    expect(body).toMatchObject({ events: [{ event_type: 'webhook.created' }], webhook: { url: null } });
    const { id } = await webhooks.create(receiver.url);
    for (const path of ['rotate-secret', 'test', 'replay'])
      expect((await webhooks.api.post(`/webhooks/${id}/${path}?dry_run=true`)).status).toBe(200);
    expect((await webhooks.api.send('DELETE', `/webhooks/${id}?dry_run=true`)).status).toBe(200);
    expect(await webhooks.read(id)).toMatchObject({ id, status: 'active' });
    expect(receiver.received.filter(({ event }) => event.event_type === 'webhook.ping')).toEqual([]);
  });

  it('stops when it is paused, and goes on where it stopped', async () => {
    const { id } = await webhooks.create(receiver.url, { categories: ['run'] });
    expect(accepted(await webhooks.patch(id, { status: 'paused' })).status).toBe('paused');
    const { runId } = await startFounderRun(webhooks.api);
    const other = await startReceiver();
    const watch = await webhooks.create(other.url, { from_position: 0 });
    await webhooks.settled(watch.id);
    expect(receiver.received).toEqual([]);
    expect((await webhooks.read(id)).lag).toBeGreaterThan(0);
    accepted(await webhooks.patch(id, { status: 'active' }));
    await until('the run has arrived', () => receiver.events().some(({ stream_id }) => stream_id === runId));
    other.close();
  });

  it('is gone when it is deleted, with all that was to be sent', async () => {
    receiver.answers(500);
    const { id } = await webhooks.create(receiver.url, { from_position: 0 });
    await until('it was tried', () => receiver.received.length > 0);
    expect((await webhooks.api.send('DELETE', `/webhooks/${id}`)).status).toBe(204);
    for (const path of ['', '/deliveries'])
      expect((await webhooks.api.get(`/webhooks/${id}${path}`)).body).toMatchObject({ code: 'webhook-not-found' });
    await asOwner(webhooks.connection, async (client) => {
      await client.query('select forget_webhooks(3600, 1000)');
      const { rows } = await client.query<{ count: string }>(
        `select (select count(*) from webhook_deliveries where webhook_id = $1) + (select count(*) from webhook_secrets where webhook_id = $1)
          + (select count(*) from webhook_progress where webhook_id = $1) as count`,
        [id],
      );
      expect(rows).toEqual([{ count: '0' }]);
    });
  });
});

describe('a webhook of another tenant', () => {
  it('is not there, and gets nothing of ours', async () => {
    const backstage = await openBackstage(webhooks.connection);
    const tenant = '00000000-0000-7000-8000-0000000000bb';
    const theirs = webhooks.api.as(await backstage.keyIn(tenant, 'admin'));
    const { id } = await webhooks.create(receiver.url);
    const mine = accepted(await theirs.post<Webhook>('/webhooks', { url: receiver.url, from_position: 0 }));
    expect(accepted(await theirs.get<Listed>('/webhooks')).items.map((one) => one['id'])).toEqual([mine.id]);
    for (const path of ['', '/deliveries'])
      expect((await theirs.get(`/webhooks/${id}${path}`)).body).toMatchObject({ code: 'webhook-not-found' });
    for (const path of ['replay', 'test', 'rotate-secret', `deliveries/${id}/skip`])
      expect((await theirs.post(`/webhooks/${id}/${path}`)).body).toMatchObject({ code: 'webhook-not-found' });
    for (const method of ['PATCH', 'DELETE'])
      expect((await theirs.send(method, `/webhooks/${id}`, method === 'PATCH' ? { body: {} } : {})).status).toBe(404);
    await until('theirs has arrived', () => receiver.received.some(({ event }) => event.stream_id === mine.id));
    const ofTheirs = receiver.received.filter(({ signatures }, index) => {
      const message = receiver.received[index];
      return message !== undefined && signatures.includes(expectedSignature(message, mine.secret));
    });
    expect(new Set(ofTheirs.map(({ event }) => event.tenant_id))).toEqual(new Set([tenant]));
    expect((await theirs.send('DELETE', `/webhooks/${mine.id}`)).status).toBe(204);
    await backstage.close();
  });
});

describe('the secret of a webhook', () => {
  it('signs beside the next one for a day', async () => {
    const { id, secret: first } = await webhooks.create(receiver.url, { categories: ['subject'] });
    const { secret: second } = accepted(await webhooks.api.post<Webhook>(`/webhooks/${id}/rotate-secret`));
    expect(second).not.toBe(first);
    await webhooks.api.post('/projects', { name: 'x' });
    await until('it has arrived', () => receiver.received.length === 1);
    const [message] = receiver.received;
    expect(message?.signatures).toEqual([second, first].map((secret) => message && expectedSignature(message, secret)));
    await asOwner(webhooks.connection, (client) =>
      client.query(`update webhooks set secret_rotated_at = secret_rotated_at - interval '25 hours' where id = $1`, [
        id,
      ]),
    );
    await webhooks.api.post('/projects', { name: 'y' });
    await until('the next has arrived', () => receiver.received.length === 2);
    expect(receiver.received[1]?.signatures).toHaveLength(1);
  });
});

describe('a ping', () => {
  it('says whether the receiver takes messages', async () => {
    const { id, secret } = await webhooks.create(receiver.url, { categories: ['risk_change'] });
    const taken = accepted(await webhooks.api.post(`/webhooks/${id}/test`));
    const [ping] = receiver.received;
    expect(taken).toMatchObject({ outcome: 'delivered', status: 204, error: null, message_id: ping?.id });
    expect(ping?.event).toEqual({ event_type: 'webhook.ping', webhook_id: id, sent_at: expect.any(String) });
    expect(ping?.signatures).toEqual([ping && expectedSignature(ping, secret)]);
    receiver.answers(503);
    const refused = accepted(await webhooks.api.post(`/webhooks/${id}/test`));
    expect(refused).toMatchObject({ outcome: 'failed', status: 503, error: 'It answered 503.' });
    receiver.answers('break');
    expect(accepted(await webhooks.api.post(`/webhooks/${id}/test`))).toMatchObject({
      outcome: 'failed',
      status: null,
    });
  });
});

describe('setting up a webhook', () => {
  it.each([
    [{}, '/url'],
    [{ url: 'nowhere' }, '/url'],
    [{ url: 'ftp://example.com/' }, '/url'],
    [{ url: 'file:///etc/passwd' }, '/url'],
    [{ url: 'https://me:pass@example.com/' }, '/url'],
    [{ url: 'https://example.com/#top' }, '/url'],
    [{ url: 'http://127.0.0.1:1/', categories: ['weather'] }, '/categories'],
    [{ url: 'http://127.0.0.1:1/', event_types: [''] }, '/event_types'],
    [{ url: 'http://127.0.0.1:1/', from_position: -1 }, '/from_position'],
    [{ url: 'http://127.0.0.1:1/', from_position: 1_000_000 }, '/from_position'],
    [{ url: 'http://127.0.0.1:1/', secret: 'mine' }, '/secret'],
  ])('is refused as %j', async (asked, pointer) => {
    const { body } = await webhooks.api.post<{ errors: readonly object[] }>('/webhooks', asked);
    expect(body).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ pointer }] });
  });

  it('is refused with a URL that is too long', async () => {
    const { body } = await webhooks.api.post('/webhooks', { url: `${receiver.url}${'x'.repeat(2000)}` });
    expect(body).toMatchObject({ status: 400, code: 'invalid-input' });
  });

  it.each([
    'http://localhost/',
    'http://127.0.0.2/',
    'http://2130706434/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'https://nowhere.invalid/',
  ])('is refused where it would reach the inside, or nothing: %s', async (url) => {
    const { body } = await webhooks.api.post('/webhooks', { url });
    expect(body).toMatchObject({ status: 422, code: 'webhook-url-refused' });
    const { id } = await webhooks.create(receiver.url);
    expect((await webhooks.patch(id, { url })).body).toMatchObject({ status: 422, code: 'webhook-url-refused' });
  });

  it.each(['GET', 'PATCH', 'DELETE'])('answers that there is none, to %s', async (method) => {
    const path = '/webhooks/00000000-0000-7000-8000-00000000dead';
    const { body } = await webhooks.api.send(method, path, method === 'PATCH' ? { body: {} } : {});
    expect(body).toMatchObject({ status: 404, code: 'webhook-not-found' });
  });
});
