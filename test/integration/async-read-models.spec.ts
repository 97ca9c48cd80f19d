import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { openEngine } from '../support/projection-engine.js';
import { note } from '../support/store.js';
import { until } from '../support/wait.js';

let opened: Awaited<ReturnType<typeof openEngine>>;
let engine: Awaited<ReturnType<typeof opened.engine>>;
const [first, second] = [newId(), newId()];
beforeEach(async () => {
  opened = await openEngine();
  engine = await opened.engine();
  await engine.versions.review();
});
afterEach(() => opened.close());

/** Catches up again and again until it is told to stop. */
function keepFollowing({ catchUp }: Pick<typeof engine, 'catchUp'>) {
  const stopping = new AbortController();
  const following = (async () => {
    while (!stopping.signal.aborted) await catchUp();
  })();
  const stop = async () => {
    stopping.abort();
    await following;
  };
  return { stop };
}

describe('a read model that follows the timeline', () => {
  it('has everything up to its checkpoint, whether it remembers a stream or not', async () => {
    await opened.write(first, 1, 'a');
    await opened.seal();
    await engine.catchUp();
    await opened.write(first, 2, 'b');
    await opened.write(second, 1, 'c');
    await opened.seal();
    expect(await opened.books()).toEqual({ [first]: '1: a (1)' });
    const other = await opened.engine(); // Remembers nothing.
    await other.catchUp();
    await opened.write(first, 3, 'd');
    await opened.seal();
    await engine.catchUp(); // What it remembers is from before the other process went on.
    expect(await opened.books()).toEqual({ [first]: '3: d (3)', [second]: '1: c (1)' });
    expect(await engine.freshness.reach('books', 4)).toEqual({ asOfPosition: 4, headPosition: 4 });
  });

  it('does not fold events beyond the page', async () => {
    await opened.write(first, 1, 'a');
    await opened.seal();
    await opened.write(first, 2, 'not sealed');
    await engine.catchUp();
    expect(await opened.books()).toEqual({ [first]: '1: a (1)' });
  });

  it('moves its checkpoint over what is not for it', async () => {
    await opened.store.append([
      { streamId: first, expectedVersion: 0, events: [note(first, 1, { streamType: 'other' })], rows: {} },
    ]);
    await opened.seal();
    await engine.catchUp();
    expect(await engine.freshness.reach('books', 1)).toEqual({ asOfPosition: 1, headPosition: 1 });
  });

  it('is right when processes race for its pages', async () => {
    const engines = [engine, await opened.engine(), await opened.engine()];
    const writing = async () => {
      for (let version = 1; version <= 40; version += 1) {
        await opened.write(first, version, String(version));
        await opened.seal();
      }
    };
    const following = engines.map(keepFollowing);
    await writing();
    for (const each of following) await each.stop();
    await engine.catchUp();
    expect(await opened.books()).toEqual({ [first]: '40: 40 (40)' });
  });

  it('is right when it is rebuilt over and over while it follows', async () => {
    const following = [engine, await opened.engine()].map(keepFollowing);
    const rebuilding = (async () => {
      for (let round = 0; round < 10; round += 1) {
        await engine.projections.requestRebuild('books');
        await engine.rebuilder.rebuildAll();
        const [listed] = await engine.projections.list();
        expect(listed?.rebuild).toMatchObject({
          status: 'done',
          report: { only_live: 0, only_rebuilt: 0, different: 0, differences_expected: false },
        });
      }
    })();
    let isOver = false;
    const ended = rebuilding.finally(() => (isOver = true));
    let version = 0;
    const isRebuilding = () => !isOver;
    while (isRebuilding()) {
      version += 1;
      await opened.write(first, version, String(version));
      await opened.write(second, version, String(version));
      await opened.seal();
    }
    await ended;
    for (const each of following) await each.stop();
    await engine.catchUp();
    const last = `${String(version)}: ${String(version)} (${String(version)})`;
    expect(await opened.books()).toEqual({ [first]: last, [second]: last });
  }, 60_000);

  it('says when it is not there yet', async () => {
    await opened.write(first, 1, 'a');
    await opened.seal();
    await expect(engine.freshness.reach('books', 1)).rejects.toMatchObject({
      code: 'not-yet-projected',
      details: { as_of_position: 0, head_position: 1 },
    });
  }, 15_000);

  it('is shown as it was at a moment, by the same fold', async () => {
    await opened.write(first, 1, 'a');
    await opened.seal();
    const [event] = await opened.store.read(DEFAULT_TENANT_ID, first);
    await until('the clock has moved on', () => new Date().toISOString() > String(event?.recordedAt));
    await opened.write(first, 2, 'b');
    await opened.seal();
    const { rows, ...standing } = await engine.timeTravel.rowsAsOf('books', DEFAULT_TENANT_ID, event?.recordedAt ?? '');
    expect(rows).toMatchObject([{ id: first, streamVersion: 1, last: 'a' }]);
    expect(standing).toEqual({ asOfPosition: 1, headPosition: 2 });
    expect((await engine.timeTravel.rowsAsOf('books', newId(), event?.recordedAt ?? '')).rows).toEqual([]);
  });
});

describe('an event that a read model cannot take', () => {
  const parkedOf = (name: string) => engine.parked.list(name, DEFAULT_TENANT_ID, 10, null);

  beforeEach(async () => {
    opened.bug.text = 'poison';
    await opened.write(first, 1, 'a');
    await opened.write(first, 2, 'poison');
    await opened.write(second, 1, 'b');
    await opened.seal();
    expect(await engine.catchUp()).toEqual([first]);
  });

  it('parks its stream with later events, while others go on', async () => {
    await opened.write(first, 3, 'c');
    await opened.write(second, 2, 'd');
    await opened.seal();
    expect(await engine.catchUp()).toEqual([]);
    expect(await opened.books()).toEqual({ [first]: '1: a (1)', [second]: '2: d (2)' });
    const [event] = (await opened.store.read(DEFAULT_TENANT_ID, first)).slice(1);
    expect(await parkedOf('books')).toMatchObject([
      {
        stream_id: first,
        stream_version: '2',
        event_id: event?.id,
        event_type: 'note.added',
        error: 'Cannot read "poison".',
        attempts: 1,
      },
    ]);
    expect(await engine.projections.list()).toMatchObject([
      { name: 'books', status: 'degraded', parked_streams: 1, lag: 0 },
    ]);
  });

  it('stays parked when it fails again, and goes on with the others when it does not', async () => {
    await opened.write(first, 3, 'c');
    await opened.seal();
    await engine.catchUp();
    expect(await engine.parked.retry('books', DEFAULT_TENANT_ID, first)).toBe('Cannot read "poison".');
    expect(await parkedOf('books')).toMatchObject([{ attempts: 2 }]);
    opened.bug.text = null;
    expect(await engine.parked.retry('books', DEFAULT_TENANT_ID, first)).toBeNull();
    expect(await parkedOf('books')).toEqual([]);
    await opened.write(first, 4, 'd');
    await opened.seal();
    await engine.catchUp();
    expect(await opened.books()).toMatchObject({ [first]: '4: d (4)' });
    await expect(engine.parked.retry('books', DEFAULT_TENANT_ID, first)).rejects.toMatchObject({
      code: 'stream-not-parked',
    });
  });

  it('is shown as it stood before that event where the past is asked for, and the others with it', async () => {
    const { rows } = await engine.timeTravel.rowsAsOf('books', DEFAULT_TENANT_ID, new Date().toISOString());
    expect(Object.fromEntries(rows.map(({ id, last }) => [id, last]))).toEqual({ [first]: 'a', [second]: 'b' });
  });

  it('is nobody else’s to see or retry', async () => {
    expect(await engine.parked.list('books', newId(), 10, null)).toEqual([]);
    await expect(engine.parked.retry('books', newId(), first)).rejects.toMatchObject({ code: 'stream-not-parked' });
  });

  it('loses nothing when it is retried while its stream moves', async () => {
    opened.bug.text = null;
    const following = keepFollowing(engine);
    const retrying = engine.parked.retry('books', DEFAULT_TENANT_ID, first);
    for (let version = 3; version <= 30; version += 1) {
      await opened.write(first, version, String(version));
      await opened.seal();
    }
    expect(await retrying).toBeNull();
    await following.stop();
    await engine.catchUp();
    expect(await opened.books()).toMatchObject({ [first]: '30: 30 (30)' });
  });

  it('blocks a rebuild, which leaves the live rows as they are and lists the stream', async () => {
    await engine.projections.requestRebuild('books');
    await engine.rebuilder.rebuildAll();
    expect(await opened.books()).toEqual({ [first]: '1: a (1)', [second]: '1: b (1)' });
    expect(await engine.projections.list()).toMatchObject([{ status: 'blocked', rebuild: { status: 'blocked' } }]);
    expect(await parkedOf('books')).toMatchObject([{ in_rebuild: false }, { in_rebuild: true, stream_id: first }]);

    opened.bug.text = null;
    await engine.projections.requestRebuild('books');
    await engine.rebuilder.rebuildAll();
    expect(await engine.projections.list()).toMatchObject([
      { status: 'live', parked_streams: 0, rebuild: { status: 'done' } },
    ]);
    expect(await parkedOf('books')).toEqual([]);
    await opened.write(first, 3, 'c');
    await opened.seal();
    await engine.catchUp();
    expect(await opened.books()).toEqual({ [first]: '3: c (3)', [second]: '1: b (1)' });
  });
});

describe('events of newer software', () => {
  it.each([
    ['of a type that is not known', { type: 'book.burnt' }],
    ['of a known type in a later shape', { schemaVersion: 2 }],
  ])('park their stream: %s', async (_what, newer) => {
    await opened.store.append([{ streamId: first, expectedVersion: 0, events: [note(first, 1, newer)], rows: {} }]);
    await opened.seal();
    expect(await engine.catchUp()).toEqual([first]);
    const [parked] = await engine.parked.list('books', DEFAULT_TENANT_ID, 10, null);
    expect(parked?.error).toMatch(/newer software wrote it/);
  });
});
