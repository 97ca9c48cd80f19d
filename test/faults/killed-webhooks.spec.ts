import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestDatabase, createTestDatabase } from '../support/database.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { asOwner } from '../support/read-model-fold.js';
import { type Reaction, type Received, type Receiver, startReceiver } from '../support/receiver.js';
import { startFounderRun } from '../support/service.js';
import { type SpawnedService, spawnService, stop } from '../support/spawn-service.js';
import { until } from '../support/wait.js';
import type { Webhook } from '../support/webhook-client.js';

const PATIENCE_MS = 90_000;
const folders: string[] = [];
const vaultKey = randomBytes(32).toString('base64');
let database: TestDatabase;
let receiver: Receiver;
let services: SpawnedService[];
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  receiver = await startReceiver();
  services = [];
});
afterEach(async () => {
  const exits = await Promise.all(services.map(stop));
  receiver.close();
  expect(exits).toEqual(services.map(() => 0));
});
afterAll(async () => {
  await database.drop();
  for (const folder of folders) removeFolder(folder);
});

/** A process beside the others on the same database, with a data dir of its own. */
async function start(): Promise<SpawnedService> {
  const dataDir = makeFolder();
  folders.push(dataDir);
  const service = await spawnService({
    DATABASE_URL: database.url,
    STAGELINE_DATA_DIR: dataDir,
    STAGELINE_MIGRATE: 'off',
    STAGELINE_VAULT_KEY: vaultKey,
    STAGELINE_HTTP_ALLOW_PRIVATE: '127.0.0.1',
    STAGELINE_WEBHOOK_BACKOFF_SECONDS: '1',
    STAGELINE_WEBHOOK_ATTEMPTS: '100',
    STAGELINE_DB_POOL: '6',
  });
  services.push(service);
  return service;
}

const create = async ({ api }: SpawnedService, from: number): Promise<Webhook> =>
  (await api.post<Webhook>('/webhooks', { url: receiver.url, from_position: from })).body;
const head = async ({ api }: SpawnedService): Promise<number> =>
  (await api.get<{ items: readonly { head_position: number }[] }>('/projections')).body.items[0]?.head_position ?? 0;
const runs = async ({ api }: SpawnedService, count: number) => {
  for (let index = 0; index < count; index += 1) await startFounderRun(api);
};
/** Lets no failed attempt wait for its time; what is under way is left alone. */
const hurry = () =>
  asOwner(database.connection, async (client) => {
    await client.query('update webhook_progress set rests_until = null');
    await client.query(
      `update webhook_deliveries set next_attempt_at = now() where status = 'pending' and leased_until is null`,
    );
  });
const settled = ({ api }: SpawnedService, id: string, hurrying: () => Promise<void>) =>
  until(
    'everything has arrived',
    async () => {
      await hurrying();
      const { lag, pending_count, held_count } = (await api.get<Webhook>(`/webhooks/${id}`)).body;
      return lag === 0 && pending_count === 0 && held_count === 0;
    },
    PATIENCE_MS,
  );

/** The positions that should have arrived, and the versions of each stream in the order in which they did; repeats in a row are one. */
function expectEverythingInOrder(received: readonly Received[], from: number, to: number): void {
  const positions = new Set(received.map(({ event }) => event.position));
  expect([...positions].toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: to - from }, (_, index) => from + 1 + index),
  );
  for (const messages of Map.groupBy(received, ({ event }) => event.stream_id).values()) {
    const versions = messages.map(({ event }) => event.stream_version);
    expect(versions).toEqual(versions.toSorted((one, other) => one - other));
  }
}

/** A chance that is the same in every run of the test. */
function reactions(): () => Reaction {
  let state = 42;
  const reaction = (): Reaction => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return ([204, 204, 500, 'break', 204, 503] as const)[Math.floor(state / 65_536) % 6] ?? 204;
  };
  return reaction;
}

describe('two processes that send to a receiver that fails now and then', () => {
  it('deliver every event, and those of each run in order', async () => {
    const [one, other] = [await start(), await start()];
    const from = await head(one);
    receiver.answers(reactions());
    const { id } = await create(one, from);
    await Promise.all([runs(one, 10), runs(other, 10)]);
    await settled(other, id, hurry);
    expectEverythingInOrder(receiver.received, from, await head(one));
    expect(receiver.received.length).toBeGreaterThan(receiver.events().length);
  }, 120_000);
});

describe('a process that is killed while deliveries are under way', () => {
  it('leaves them to the others, who send them again under the same ids, and nothing else twice', async () => {
    const first = await start();
    const from = await head(first);
    let isHolding = true;
    receiver.answers(() => (isHolding ? new Promise<Reaction>(() => undefined) : 204));
    const { id } = await create(first, from);
    await runs(first, 6);
    await until('five are under way', () => receiver.received.length === 5);
    const underWay = receiver.received.map((message) => message.id);
    first.kill('SIGKILL');
    await first.exit;
    services = [];
    isHolding = false;

    const [second] = [await start(), await start()];
    await asOwner(database.connection, (client) =>
      client.query(
        `update webhook_deliveries set leased_until = now(), next_attempt_at = now() where leased_until is not null`,
      ),
    );
    await settled(second, id, () => Promise.resolve());
    expectEverythingInOrder(receiver.received, from, await head(second));
    const sent = Map.groupBy(receiver.received, (message) => message.id);
    const twice = [...sent].flatMap(([message, { length }]) => (length === 2 ? [message] : []));
    expect(twice.toSorted()).toEqual(underWay.toSorted());
    expect(receiver.received).toHaveLength(sent.size + underWay.length);
  }, 120_000);
});
