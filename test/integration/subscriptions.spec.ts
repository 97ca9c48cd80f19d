import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/platform/event-store/command-context.js';
import { ConcurrencyError } from '../../src/platform/event-store/errors.js';
import { type Process, note, openStore, sealAll } from '../support/store.js';
import { until } from '../support/wait.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let other: Process;

beforeAll(async () => {
  opened = await openStore();
  other = await opened.process();
  const owner = await opened.superuser();
  await owner.query('create table counted (position bigint not null)');
  await owner.query('grant insert, select on counted to stageline_app');
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
const counted = async () => {
  const rows = await opened.database.system((manager) =>
    manager.query<{ position: string }[]>('select position from counted order by position'),
  );
  return rows.map(({ position }) => Number(position));
};

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

describe('a checkpoint', () => {
  /** One page of work for a subscriber: counts each event of it. Answers whether there was any. */
  const countPage = async (process: Process, subscriber: { name: string; version: number }): Promise<boolean> => {
    const from = await process.subscriptions.checkpoint(subscriber);
    const { events, next } = await process.reader.read(DEFAULT_TENANT_ID, { after: from, limit: 10 });
    if (events.length === 0) return false;
    await process.subscriptions.advance(subscriber, { from, to: next }, async (manager) => {
      for (const { position } of events) await manager.query('insert into counted values ($1)', [position]);
    });
    return true;
  };

  it('lets two that race for the same pages count every event once', async () => {
    const subscriber = { name: 'counting', version: 1 };
    const work = async (process: Process): Promise<void> => {
      for (;;) {
        try {
          if (!(await countPage(process, subscriber))) return;
        } catch (error) {
          if (!(error instanceof ConcurrencyError)) throw error; // The other was faster: look again.
        }
      }
    };
    await Promise.all([work(opened), work(other)]);
    expect(await counted()).toEqual(upTo(await opened.reader.head()));
    expect(await opened.subscriptions.checkpoint(subscriber)).toBe(await opened.reader.head());
  }, 30_000);

  it('refuses a page that is counted already, and undoes the work', async () => {
    const before = await counted();
    const again = other.subscriptions.advance(
      { name: 'counting', version: 1 },
      { from: 0, to: 10 },
      async (manager) => {
        await manager.query('insert into counted values (1)');
      },
    );
    await expect(again).rejects.toThrow(ConcurrencyError);
    expect(await counted()).toEqual(before);
  });

  it('stays where it is when the work of its page fails, and the work with it', async () => {
    const subscriber = { name: 'failing', version: 1 };
    const before = await counted();
    const failing = opened.subscriptions.advance(subscriber, { from: 0, to: 10 }, async (manager) => {
      await manager.query('insert into counted values (-1)');
      throw new Error('The work failed.');
    });
    await expect(failing).rejects.toThrow('The work failed.');
    expect(await opened.subscriptions.checkpoint(subscriber)).toBe(0);
    expect(await counted()).toEqual(before);
  });

  it('begins anew when the subscriber’s version is raised', async () => {
    expect(await opened.subscriptions.checkpoint({ name: 'counting', version: 2 })).toBe(0);
  });
});
