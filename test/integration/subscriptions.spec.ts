import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { type Process, note, openStore, sealAll } from '../support/store.js';
import { until } from '../support/wait.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let other: Process;

beforeAll(async () => {
  opened = await openStore();
  other = await opened.process();
});
afterAll(() => opened.close());

const write = async (count: number) => {
  const streamId = newId();
  for (let version = 0; version < count; version += 1) {
    await opened.store.append([
      { streamId, expectedVersion: version, events: [note(streamId, version + 1)], rows: {} },
    ]);
  }
};
const upTo = (head: number) => Array.from({ length: head }, (_, index) => index + 1);

describe('following the timeline', () => {
  it('catches up, then goes live, and misses and repeats nothing under eight writers', async () => {
    await write(30);
    await sealAll(opened);
    const seen: number[] = [];
    const leaving = new AbortController();
    const following = (async () => {
      const pages = other.subscriptions.follow(DEFAULT_TENANT_ID, { after: 0, signal: leaving.signal });
      for await (const { events } of pages) seen.push(...events.map(({ position }) => position ?? 0));
    })();
    await until('the follower has caught up', () => seen.length === 30);
    const writing = { isDone: false };
    const writers = Promise.all(Array.from({ length: 8 }, () => write(25))).finally(() => {
      writing.isDone = true;
    });
    while (!writing.isDone) await opened.sealer.tick();
    await writers;
    await sealAll(opened);
    await until('the follower has everything', () => seen.length >= 230);
    leaving.abort();
    await following;
    expect(seen).toEqual(upTo(230));
  }, 30_000);
});
