import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { v7 as newId } from 'uuid';
import Fastify, { type FastifyInstance } from 'fastify';
import { hashOf, newSecret } from '../../src/platform/auth/api-key.js';
import { MemoryApiKeyStore } from '../../src/platform/auth/api-key-store.fake.js';
import { someKey } from '../../src/platform/auth/api-key.fixture.js';
import { KeyRing } from '../../src/platform/auth/key-ring.js';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { Shutdown } from '../../src/platform/http/shutdown.js';
import { TimelineStream } from '../../src/timeline/timeline-stream.js';
import { note, openStore, sealAll } from '../support/store.js';
import { until } from '../support/wait.js';

const HEARTBEAT = ': still here\n\n';

let opened: Awaited<ReturnType<typeof openStore>>;
let fastify: FastifyInstance;
let keys: MemoryApiKeyStore;
let ring: KeyRing;
let address: string;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened.close());
beforeEach(async () => {
  keys = new MemoryApiKeyStore();
  ring = new KeyRing(keys);
  const limits = { heartbeatMs: 20, maxStreams: 2 };
  const stream = new TimelineStream(opened.subscriptions, new Shutdown(), ring, limits);
  fastify = Fastify({ forceCloseConnections: true });
  fastify.get('/', (request, reply) =>
    stream.send({ tenantId: DEFAULT_TENANT_ID, after: 0, filter: {} }, request, reply),
  );
  address = await fastify.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => fastify.close());

async function someoneWithKey() {
  const secret = newSecret();
  const key = { ...someKey(DEFAULT_TENANT_ID, 'viewer'), hash: hashOf(secret) };
  await keys.add(key);
  const leaving = new AbortController();
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${secret}` },
    signal: leaving.signal,
  });
  // A bare Fastify has no problem documents; the code is there.
  const refusal = response.status === 200 ? null : await response.json();
  const reader = refusal !== null ? undefined : response.body?.pipeThrough(new TextDecoderStream()).getReader();
  /** Reads until that many heartbeats were heard; false where the stream ends before. */
  const hears = async (count: number): Promise<boolean> => {
    for (let text = ''; text.split(HEARTBEAT).length <= count;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: '' };
      if (done) return false;
      text += value;
    }
    return true;
  };
  const leave = () => {
    leaving.abort();
  };
  return { key, status: response.status, refusal, hears, leave };
}

describe('following the timeline', () => {
  it('goes on while the key is good, and ends soon after it was revoked', async () => {
    const [revoked, other] = [await someoneWithKey(), await someoneWithKey()];
    expect(await revoked.hears(3)).toBe(true);
    await ring.revoke(DEFAULT_TENANT_ID, revoked.key.id, '2026-01-01T00:00:00.000Z');
    expect(await revoked.hears(100)).toBe(false);
    expect(await other.hears(3)).toBe(true);
  });

  it('goes on while the key cannot be looked up', async () => {
    const someone = await someoneWithKey();
    await ring.revoke(DEFAULT_TENANT_ID, (await someoneWithKey()).key.id, '2026-01-01T00:00:00.000Z'); // Forgets every key.
    keys.findByHash = () => Promise.reject(new Error('offline'));
    expect(await someone.hears(5)).toBe(true);
  });

  it('is refused beyond the limit, until somebody leaves', async () => {
    const [first, second, third] = [await someoneWithKey(), await someoneWithKey(), await someoneWithKey()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(third.refusal).toMatchObject({ code: 'service-unavailable' });
    second.leave();
    await until('there is room again', async () => (await someoneWithKey()).status === 200);
    expect(await first.hears(1)).toBe(true);
  });
});

describe('followers of one process', () => {
  it('share one look at the head per wake, and read a page only where it has something for them', async () => {
    const { database, subscriptions } = await opened.process();
    const [heads, pages] = [jest.spyOn(database, 'call'), jest.spyOn(database, 'query')];
    const leaving = new AbortController();
    const counts = { begun: 0, received: 0 };
    const follow = async () => {
      for await (const { events } of subscriptions.follow(DEFAULT_TENANT_ID, { after: 0, signal: leaving.signal })) {
        if (events.length === 0) counts.begun += 1;
        counts.received += events.length;
      }
    };
    const following = Promise.all(Array.from({ length: 40 }, follow));
    await until('all stand at the head and were woken for nothing', () => counts.begun >= 80);
    expect(pages).not.toHaveBeenCalled();
    expect(heads.mock.calls.length).toBeLessThan(50); // One each to begin with, then one for all.
    const streamId = newId();
    await opened.store.append([{ streamId, expectedVersion: 0, events: [note(streamId, 1)], rows: {} }]);
    await sealAll(opened);
    await until('all have the event', () => counts.received === 40);
    leaving.abort();
    await following;
    expect(pages).toHaveBeenCalledTimes(40);
    expect(heads.mock.calls.length).toBeLessThan(50);
  });

  it('do not sleep through a seal that came while they were busy', async () => {
    const { subscriptions } = await opened.process();
    const leaving = new AbortController();
    const head = await opened.reader.head();
    const pages = subscriptions.follow(DEFAULT_TENANT_ID, { after: head, signal: leaving.signal });
    const others = subscriptions.follow(DEFAULT_TENANT_ID, { after: head, signal: leaving.signal });
    await Promise.all([pages.next(), others.next()]);
    const woken = others.next(); // Waits, so that this process listens, while the first is busy with its page.
    const streamId = newId();
    await opened.store.append([{ streamId, expectedVersion: 0, events: [note(streamId, 1)], rows: {} }]);
    await sealAll(opened);
    await woken;
    const first = await Promise.race([pages.next(), others.next()]); // The other waits for a wake that is yet to come.
    leaving.abort();
    expect(first).toMatchObject({ value: { events: [{ streamId }] } });
  });
});
