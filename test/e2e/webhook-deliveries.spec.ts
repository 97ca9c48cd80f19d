import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { accepted } from '../support/founder-walk.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { startFounderRun } from '../support/service.js';
import { until } from '../support/wait.js';
import { type Delivery, type WebhookClient, startWebhookClient } from '../support/webhook-client.js';

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

const OF_RUNS = { categories: ['run', 'transition', 'milestone'] };
const statusesOf = (deliveries: readonly Delivery[], streamId: string) =>
  deliveries.filter(({ stream_id }) => stream_id === streamId).map(({ status }) => status);
const versionsOf = (runId: string) =>
  receiver
    .events()
    .filter(({ stream_id }) => stream_id === runId)
    .map(({ stream_version }) => stream_version);
const arrived = (runId: string, count: number) =>
  until(`${count} events of the run have arrived`, () => versionsOf(runId).length === count);

/** Until the receiver's attempts at one delivery are used up; none waits for its time. */
const die = (id: string) =>
  until('there is a dead letter', async () => {
    await webhooks.hurry();
    return (await webhooks.read(id)).dead_count > 0;
  });

describe('a delivery that fails', () => {
  it.each([
    [500, /^It answered 500\.$/],
    [404, /^It answered 404\.$/],
    [302, /^It answered 302\. Redirects are not followed/],
    ['break', /socket hang up|ECONNRESET/],
  ] as const)('is tried again under the same id with a time of its own: %s', async (reaction, error) => {
    receiver.answers((message) => (receiver.received.indexOf(message) === 0 ? reaction : 204));
    const { id } = await webhooks.create(receiver.url, { categories: ['subject'] });
    await webhooks.api.post('/projects', { name: 'x' });
    await until('it was tried', async () => error.test((await webhooks.deliveries(id))[0]?.last_error ?? ''));
    await until('it has arrived', async () => {
      await webhooks.hurry();
      return (await webhooks.deliveries(id, 'delivered')).length === 1;
    });
    const [first, second] = receiver.received;
    expect([second?.id, second?.text]).toEqual([first?.id, first?.text]);
    expect(await webhooks.deliveries(id)).toMatchObject([{ status: 'delivered', attempts: 2, last_status: 204 }]);
  });

  it('waits as long as its receiver asks for', async () => {
    receiver.answers({ status: 429, headers: { 'retry-after': '3600' } });
    const { id } = await webhooks.create(receiver.url, { categories: ['subject'] });
    await webhooks.api.post('/projects', { name: 'x' });
    await webhooks.comes(id, 'has failed', ({ last_error }) => last_error === 'It answered 429.');
    const { rests_until } = (await webhooks.read(id)) as unknown as { rests_until: string };
    expect(Date.parse(rests_until) - Date.now()).toBeGreaterThan(3500_000);
    const [delivery] = (await webhooks.deliveries(id)) as unknown as readonly { next_attempt_at: string }[];
    expect(Date.parse(delivery?.next_attempt_at ?? '') - Date.now()).toBeGreaterThan(3500_000);
  });

  it('becomes a dead letter that its stream waits behind, and no other', async () => {
    const [bad, good] = [await startFounderRun(webhooks.api), await startFounderRun(webhooks.api)];
    receiver.answers(({ event }) => (event.stream_id === bad.runId ? 500 : 204));
    const { id } = await webhooks.create(receiver.url, { ...OF_RUNS, from_position: 0 });
    await arrived(good.runId, 3);
    await die(id);
    expect(versionsOf(good.runId)).toEqual([1, 2, 3]);
    expect(versionsOf(bad.runId)).toEqual([1]);
    expect(statusesOf(await webhooks.deliveries(id), bad.runId)).toEqual(['dead', 'held', 'held']);
    expect(await webhooks.deliveries(id, 'dead')).toMatchObject([{ attempts: 3, last_status: 500 }]);
    expect(await webhooks.read(id)).toMatchObject({ dead_count: 1, held_count: 2, held_streams: [bad.runId] });
  });
});

describe('a dead letter', () => {
  const withOne = async () => {
    const { runId } = await startFounderRun(webhooks.api);
    receiver.answers(({ event }) => (event.stream_id === runId ? 500 : 204));
    const { id } = await webhooks.create(receiver.url, { ...OF_RUNS, from_position: 0 });
    await die(id);
    const [dead] = await webhooks.deliveries(id, 'dead');
    receiver.answers(204);
    return { id, runId, path: `/webhooks/${id}/deliveries/${String(dead?.id)}` };
  };

  it('is replayed, and what is held behind it follows in order', async () => {
    const { id, runId, path } = await withOne();
    expect(accepted(await webhooks.api.post<Delivery>(`${path}/replay`))).toMatchObject({ status: 'pending' });
    await arrived(runId, 3);
    expect(versionsOf(runId)).toEqual([1, 2, 3]);
    await until('it is written down', async () => (await webhooks.deliveries(id, 'held')).length === 0);
    const again = await webhooks.api.post(`${path}/replay`);
    expect(again.body).toMatchObject({ status: 409, code: 'delivery-closed', delivery_status: 'delivered' });
  });

  it('is skipped, and what is held behind it goes on without it', async () => {
    const { runId, path } = await withOne();
    const skipped = accepted(await webhooks.api.post<Delivery>(`${path}/skip`));
    expect(skipped).toMatchObject({ status: 'skipped', skipped_by: 'user admin' });
    await until('the others have arrived', () => versionsOf(runId).at(-1) === 3);
    expect(accepted(await webhooks.api.post<Delivery>(`${path}/skip`))).toEqual(skipped);
    expect((await webhooks.api.post(`${path}/replay`)).body).toMatchObject({ code: 'delivery-closed' });
  });

  it('is replayed with all others', async () => {
    const { id, runId } = await withOne();
    expect(accepted(await webhooks.api.post(`/webhooks/${id}/replay`))).toEqual({ replayed_count: 1 });
    await arrived(runId, 3);
    expect(accepted(await webhooks.api.post(`/webhooks/${id}/replay`))).toEqual({ replayed_count: 0 });
  });

  it.each(['replay', 'skip'])('that is not there cannot be decided about: %s', async (act) => {
    const { id } = await webhooks.create(receiver.url);
    const nothing = '00000000-0000-7000-8000-00000000dead';
    const { body } = await webhooks.api.post(`/webhooks/${id}/deliveries/${nothing}/${act}`);
    expect(body).toMatchObject({ status: 404, code: 'delivery-not-found' });
    const other = await webhooks.api.post(`/webhooks/${nothing}/deliveries/${nothing}/${act}`);
    expect(other.body).toMatchObject({ status: 404, code: 'webhook-not-found' });
  });
});

describe('a receiver', () => {
  it('that is gone is asked no more, until somebody says it is back', async () => {
    receiver.answers(410);
    const { id } = await webhooks.create(receiver.url, { categories: ['subject'] });
    await webhooks.api.post('/projects', { name: 'x' });
    await webhooks.comes(id, 'is paused', ({ status }) => status === 'paused');
    expect(await webhooks.read(id)).toMatchObject({ paused_because: 'The receiver answered 410 Gone.' });
    await until('it is written down', async () => (await webhooks.deliveries(id))[0]?.last_status === 410);
    receiver.answers(204);
    await webhooks.hurry();
    accepted(await webhooks.patch(id, { status: 'active' }));
    await webhooks.settled(id);
    expect(receiver.received.map(({ event }) => event.event_type)).toEqual(['project.created', 'project.created']);
  });

  it('that is down is tried now and then, and gets everything in order when it is back', async () => {
    const other = await startReceiver();
    receiver.answers('break');
    const runs = [];
    for (let count = 0; count < 8; count += 1) runs.push(await startFounderRun(webhooks.api));
    const { id } = await webhooks.create(receiver.url, { ...OF_RUNS, from_position: 0 });
    const well = await webhooks.create(other.url, { ...OF_RUNS, from_position: 0 });
    await webhooks.comes(id, 'is failing', ({ status }) => status === 'failing');
    await webhooks.settled(well.id); // Which nobody holds up.
    const tried = receiver.received.length;
    expect(tried).toBeLessThan(12); // Five at once, and a try; all else waits without using up its attempts.
    receiver.answers(204);
    await webhooks.hurry();
    await webhooks.settled(id);
    expect((await webhooks.read(id)).status).toBe('active');
    for (const { runId } of runs) expect(versionsOf(runId)).toEqual([1, 2, 3]);
    expect(receiver.events()).toHaveLength(other.events().length);
    other.close();
  });

  it('that never answers keeps nothing from the others', async () => {
    const silent = await startReceiver();
    silent.answers(() => new Promise(() => undefined));
    const runs = [];
    for (let count = 0; count < 8; count += 1) runs.push(await startFounderRun(webhooks.api));
    const { id } = await webhooks.create(silent.url, { ...OF_RUNS, from_position: 0 });
    await until('it has as much under way as it may', () => silent.received.length === 5);
    const well = await webhooks.create(receiver.url, { ...OF_RUNS, from_position: 0 });
    await webhooks.settled(well.id);
    for (const { runId } of runs) expect(versionsOf(runId)).toEqual([1, 2, 3]);
    expect(silent.received).toHaveLength(5);
    expect((await webhooks.read(id)).pending_count).toBeGreaterThanOrEqual(8);
    silent.close();
  });
});
