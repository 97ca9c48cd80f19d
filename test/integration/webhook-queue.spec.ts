import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { dataSourceOptions, sessionOptions } from '../../src/platform/database/data-source.js';
import { Database } from '../../src/platform/database/database.js';
import { DatabaseClock } from '../../src/platform/database/database-clock.js';
import type { CommandExecutor } from '../../src/platform/event-store/command-executor.js';
import { vaultKeyFrom } from '../../src/platform/vault/vault-key.js';
import { type ClaimedDelivery } from '../../src/webhooks/sending/claimed-delivery.js';
import { DeliveryQueue } from '../../src/webhooks/sending/delivery-queue.js';
import { Sender } from '../../src/webhooks/sending/sender.js';
import { WebhookSecrets } from '../../src/webhooks/webhook-secrets.js';
import { startFounderRun, startTestService } from '../support/service.js';
import { until } from '../support/wait.js';

type Service = Awaited<ReturnType<typeof startTestService>>;

const vaultKey = randomBytes(32).toString('base64');
const retry = { waitSeconds: 60, restSeconds: null, mostAttempts: 3 };
const arrived = { status: 204, error: null, retryAfterSeconds: undefined };
const failed = { status: 500, error: 'It answered 500.', retryAfterSeconds: undefined };

let service: Service;
let dataSource: DataSource;
let database: Database;
let owner: pg.Client;
let queue: DeliveryQueue;
beforeAll(async () => {
  // Nobody sends: the queue is in the hands of the test.
  service = await startTestService({
    STAGELINE_ROLES: 'api,sealer',
    STAGELINE_VAULT_KEY: vaultKey,
    STAGELINE_HTTP_ALLOW_PRIVATE: 'on',
  });
  dataSource = await new DataSource(
    dataSourceOptions(service.connection, 'stageline_app', { poolSize: 8 }),
  ).initialize();
  database = new Database(dataSource);
  queue = queueWith(vaultKey);
  owner = new pg.Client({ ...service.connection, options: sessionOptions('stageline_owner') });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await dataSource.destroy();
  await service.close();
});

function secretsWith(key: string): WebhookSecrets {
  const vault = vaultKeyFrom(key);
  if (vault === null) throw new Error('It is no key.');
  return new WebhookSecrets(database, vault);
}

function queueWith(key: string): DeliveryQueue {
  return new DeliveryQueue(database, secretsWith(key));
}

/** A webhook, the only one, that is behind by the events of so many runs. */
async function webhookBehind(runs: number): Promise<string> {
  const { items } = (await service.api.get<{ items: readonly { id: string }[] }>('/webhooks')).body;
  for (const { id } of items) await service.api.send('DELETE', `/webhooks/${id}`);
  const asked = { url: 'http://127.0.0.1:1/', categories: ['run', 'transition'] };
  const { id } = (await service.api.post<{ id: string }>('/webhooks', asked)).body;
  for (let count = 0; count < runs; count += 1) await startFounderRun(service.api);
  await spreadAll(runs);
  return id;
}

async function spreadAll(runs: number): Promise<void> {
  const open = `select count(*)::int as count from webhook_deliveries d join webhooks w on w.id = d.webhook_id and w.status = 'active'
    where d.event_type = 'stage.entered'`;
  await until('the runs are sealed, and deliveries of them are made', async () => {
    await queue.spread();
    return ((await owner.query<{ count: number }>(open)).rows[0]?.count ?? 0) >= runs;
  });
}

const secondsOfRest = async (id: string) =>
  Number(
    (
      await owner.query<{ rest: string }>(
        'select extract(epoch from rests_until - now()) as rest from webhook_progress where webhook_id = $1',
        [id],
      )
    ).rows[0]?.rest,
  );

const statuses = async (id: string) =>
  (
    await owner.query<{ stream_version: string; status: string }>(
      'select stream_version, status from webhook_deliveries where webhook_id = $1 order by stream_id, position',
      [id],
    )
  ).rows.map(({ stream_version, status }) => `${stream_version} ${status}`);

describe('the queue of deliveries', () => {
  it('hands out the first of each stream, and the next when it has arrived', async () => {
    const id = await webhookBehind(1);
    const [first, ...others] = await queue.claim(10, 5);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ webhookId: id, attempt: 1, failedCount: 0, isProbe: false });
    expect(await queue.claim(10, 5)).toEqual([]);
    expect(await queue.settle(first as ClaimedDelivery, arrived, retry)).toBe(true);
    const [second] = await queue.claim(10, 5);
    expect(second?.position).toBeGreaterThan(first?.position ?? 0);
    await queue.settle(second as ClaimedDelivery, arrived, retry);
    expect(await statuses(id)).toEqual(['1 delivered', '2 delivered', '3 pending']);
  });

  it('has five under way to one webhook at most, whoever asks', async () => {
    await webhookBehind(8);
    const both = await Promise.all([queue.claim(100, 100), queue.claim(100, 100)]);
    const more = await queue.claim(100, 100);
    const claimed = [...both.flat(), ...more];
    expect(claimed).toHaveLength(5);
    expect(new Set(claimed.map(({ position }) => position)).size).toBe(5);
  });

  it('hears only the latest attempt', async () => {
    await webhookBehind(1);
    const [lost] = await queue.claim(1, 1);
    await owner.query(
      'update webhook_deliveries set leased_until = now(), next_attempt_at = now() where leased_until is not null',
    );
    const [again] = await queue.claim(1, 1);
    expect(again).toMatchObject({ position: lost?.position, attempt: 2, eventId: lost?.eventId });
    expect(await queue.settle(lost as ClaimedDelivery, arrived, retry)).toBe(false);
    expect(await queue.settle(again as ClaimedDelivery, arrived, retry)).toBe(true);
    expect(await queue.settle(again as ClaimedDelivery, failed, retry)).toBe(false);
  });

  it('is failing after five failures in a row, and then tried one at a time', async () => {
    const id = await webhookBehind(7);
    for (const claimed of await queue.claim(100, 100)) await queue.settle(claimed, failed, retry);
    expect((await service.api.get<{ status: string }>(`/webhooks/${id}`)).body.status).toBe('failing');
    expect(await queue.claim(100, 100)).toEqual([]); // It rests.
    await owner.query('update webhook_progress set rests_until = now()');
    expect(await queue.claim(100, 0)).toEqual([]); // There is no place for those that fail.
    const [probe, ...others] = await queue.claim(100, 100);
    expect([probe?.isProbe, others]).toEqual([true, []]);
    await queue.settle(probe as ClaimedDelivery, arrived, retry);
    expect((await queue.claim(100, 0)).length).toBe(5); // All that waited for another attempt is due.
  });

  it('keeps the rest that a receiver asked for, whatever becomes of what was under way beside it', async () => {
    const id = await webhookBehind(4);
    const [first, second, third, fourth] = (await queue.claim(100, 100)) as ClaimedDelivery[];
    const rest = { ...retry, restSeconds: 600 };
    await queue.settle(first as ClaimedDelivery, failed, rest);
    await queue.settle(second as ClaimedDelivery, arrived, retry);
    await queue.settle(third as ClaimedDelivery, failed, retry);
    await queue.settle(fourth as ClaimedDelivery, failed, { ...retry, restSeconds: 1 });
    expect(await secondsOfRest(id)).toBeGreaterThan(590);
    expect(await queue.claim(100, 100)).toEqual([]);
  });

  it('rests while it is failing also where the receiver asks for no rest', async () => {
    const id = await webhookBehind(5);
    for (const claimed of await queue.claim(100, 100))
      await queue.settle(claimed, failed, { ...retry, restSeconds: 0 });
    expect(await secondsOfRest(id)).toBeGreaterThan(50);
  });

  it('sends nothing after a delivery that was skipped under way while that may still arrive', async () => {
    const id = await webhookBehind(1);
    const [first] = await queue.claim(1, 1);
    await database.call(SKIP, [DEFAULT_TENANT_ID, id, first?.eventId]);
    expect(await statuses(id)).toEqual(['1 skipped', '2 pending', '3 held']);
    await database.call(REFRESH, [DEFAULT_TENANT_ID, id]);
    expect(await queue.claim(100, 100)).toEqual([]);
    expect(await queue.settle(first as ClaimedDelivery, arrived, retry)).toBe(false);
    await owner.query(
      'update webhook_deliveries set leased_until = now(), next_attempt_at = now() where leased_until is not null',
    );
    expect(await queue.claim(100, 100)).toMatchObject([{ attempt: 1 }]);
  });

  it('is not worked on by a process that was held up until its lease may be over', async () => {
    await webhookBehind(1);
    const [first] = (await queue.claim(1, 1)) as [ClaimedDelivery];
    expect(first.beginBeforeMs - performance.now()).toBeLessThan(20_000);
    const noCommands = {} as CommandExecutor;
    const sender = new Sender(queue, secretsWith(vaultKey), noCommands, new DatabaseClock(database), 'all');
    const deliver = async (claimed: ClaimedDelivery) => {
      await sender.deliver(claimed, { attempts: 3, backoffSeconds: 1 }, new AbortController().signal);
      const { rows } = await owner.query<{ failed_count: number }>(
        'select failed_count from webhook_deliveries where webhook_id = $1 and position = $2',
        [claimed.webhookId, claimed.position],
      );
      return rows[0]?.failed_count;
    };
    expect(await deliver({ ...first, beginBeforeMs: performance.now() - 1 })).toBe(0);
    expect(await deliver(first)).toBe(1); // Nobody listens there.
  });

  it('is left alone by a process with another vault key, which knows how many it cannot send to', async () => {
    await webhookBehind(1);
    const other = queueWith(randomBytes(32).toString('base64'));
    expect(await other.claim(100, 100)).toEqual([]);
    expect(await other.unopenedCount()).toBe(1);
    expect(await queue.unopenedCount()).toBe(0);
  });

  it('makes no further deliveries where too many have not arrived, and goes on later', async () => {
    const id = await webhookBehind(2);
    await owner.query('update webhook_progress set position = 0 where webhook_id = $1', [id]);
    await owner.query('delete from webhook_deliveries where webhook_id = $1', [id]);
    const spread = async (most: number) =>
      (await owner.query<{ moved: boolean }>('select spread_timeline($1, 5, $2) as moved', [id, most])).rows[0]?.moved;
    while (await spread(3));
    const waiting = (await statuses(id)).length;
    expect(waiting).toBeGreaterThanOrEqual(3);
    while (await spread(10_000));
    expect((await statuses(id)).length).toBeGreaterThan(waiting);
  });

  it('neither loses nor reorders anything while deliveries are made and settled at once', async () => {
    const id = await webhookBehind(1);
    await owner.query('update webhook_progress set position = 0 where webhook_id = $1', [id]);
    await owner.query('delete from webhook_deliveries where webhook_id = $1', [id]);
    const order: ClaimedDelivery[] = [];
    let isSpreading = true;
    const sending = async () => {
      for (let idle = 0; isSpreading || idle < 3;) {
        const claimed = await queue.claim(3, 3);
        idle = claimed.length === 0 ? idle + 1 : 0;
        for (const one of claimed) {
          order.push(one);
          await queue.settle(one, arrived, retry);
        }
      }
    };
    const spreading = async () => {
      let moved = true;
      while (moved) moved = (await database.call<{ moved: boolean }>(SPREAD, [id, 1, 10_000]))[0]?.moved === true;
      isSpreading = false;
    };
    await Promise.all([sending(), sending(), sending(), spreading()]);
    const expected = await database.query<{ count: number }>(DEFAULT_TENANT_ID, EVENTS, []);
    expect(order).toHaveLength(expected[0]?.count ?? 0);
    expect((await statuses(id)).every((status) => status.endsWith('delivered'))).toBe(true);
    const streams = Map.groupBy(order, ({ body }) => (JSON.parse(body) as { stream_id: string }).stream_id);
    for (const claims of streams.values()) {
      const positions = claims.map(({ position }) => position);
      expect(positions).toEqual(positions.toSorted((one, other) => one - other));
    }
  });

  it('forgets what arrived long ago, and secrets that nothing names', async () => {
    const id = await webhookBehind(1);
    const [first] = await queue.claim(1, 1);
    await queue.settle(first as ClaimedDelivery, arrived, retry);
    await owner.query("insert into webhook_secrets values ($1, $2, $3, $4, $5, now() - interval '2 hours')", [
      newId(),
      newId(),
      DEFAULT_TENANT_ID,
      'none',
      {},
    ]);
    await queue.forget(3600);
    expect(await statuses(id)).toContain('1 delivered');
    expect((await owner.query(`select from webhook_secrets where key_id = 'none'`)).rowCount).toBe(0);
    expect((await owner.query('select from webhook_secrets where webhook_id = $1', [id])).rowCount).toBe(2);
    await owner.query(`update webhook_deliveries set delivered_at = delivered_at - interval '2 hours'`);
    await queue.forget(3600);
    expect(await statuses(id)).not.toContain('1 delivered');
  });
});

const SPREAD = { name: 'spread_one', text: 'select spread_timeline($1, $2, $3) as moved' };
const SKIP = { name: 'skip_one', text: `select skip_delivery($1, $2, $3, 'ada')` };
const REFRESH = { name: 'refresh_one', text: 'select refresh_webhook($1, $2)' };
const EVENTS = {
  name: 'events_of_runs',
  text: `select count(*)::int as count from sealed_events where category in ('run', 'transition')`,
};
