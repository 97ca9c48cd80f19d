import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { v7 as newId } from 'uuid';
import { appendParameters } from '../../src/platform/event-store/append-parameters.js';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { note, openStore, sealAll } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
beforeEach(async () => {
  opened = await openStore();
});
afterEach(() => opened.close());

const parameters = (streamId: string, expectedVersion: number) =>
  appendParameters([{ streamId, expectedVersion, events: [note(streamId, expectedVersion + 1)], rows: {} }]);
const appendOn = (client: pg.Client, streamId: string, expectedVersion: number) => {
  const values = parameters(streamId, expectedVersion);
  const places = values.map((_, index) => `$${String(index + 1)}`).join(', ');
  return client.query(`select * from append_events(${places})`, values);
};
const timeline = async () => {
  const { events } = await opened.reader.read(DEFAULT_TENANT_ID, { after: 0, limit: 1000 });
  return events.map(({ streamId, streamVersion, position }) => ({ streamId, streamVersion, position }));
};
/** What a reader does that trusts the sequence: everything above the last number it saw. */
const naiveRead = async (client: pg.Client, after: number) => {
  const { rows } = await client.query<{ stream_id: string; sequence: string }>(
    'select stream_id, sequence from stage_events where sequence > $1 order by sequence',
    [after],
  );
  return rows;
};
const waitsForLock = async (client: pg.Client) => {
  for (let look = 0; look < 500; look += 1) {
    const { rows } = await client.query("select from pg_locks where locktype = 'advisory' and not granted");
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('Nobody waits for a stream lock.');
};

describe('the global order', () => {
  it('never loses the event of a transaction that commits late, which a naive reader misses', async () => {
    const [slow, fast] = [await opened.superuser(), await opened.superuser()];
    const [late, early] = [newId(), newId()];
    await slow.query('begin');
    await appendOn(slow, late, 0); // Takes the lower sequence number, and is not committed yet.
    await appendOn(fast, early, 0);

    const seen = await naiveRead(fast, 0);
    expect(await opened.sealer.tick()).toBe(0);
    expect(await timeline()).toEqual([]); // Ours waits: something earlier may still come.
    await slow.query('commit');

    const missed = await naiveRead(fast, Number(seen.at(-1)?.sequence));
    expect([...seen, ...missed].map(({ stream_id: id }) => id)).toEqual([early]); // The naive reader never sees `late`.
    await sealAll(opened);
    expect(await timeline()).toEqual([
      { streamId: late, streamVersion: 1, position: 1 },
      { streamId: early, streamVersion: 1, position: 2 },
    ]);
  });

  it('does not let a transaction that began earlier put version 2 before version 1', async () => {
    const [older, newer] = [await opened.superuser(), await opened.superuser()];
    const streamId = newId();
    await older.query('begin');
    await older.query('select pg_current_xact_id()'); // Holds a low transaction id before it reaches the stream.
    await appendOn(newer, streamId, 0);
    await expect(appendOn(older, streamId, 1)).rejects.toMatchObject({ code: '40001' });
    await older.query('rollback');

    await appendOn(older, streamId, 1); // Tried again in a new transaction.
    await sealAll(opened);
    expect((await timeline()).map(({ streamVersion }) => streamVersion)).toEqual([1, 2]);
  });

  it('makes the second writer of a stream wait before it takes a transaction id', async () => {
    const [first, second, watch] = [await opened.superuser(), await opened.superuser(), await opened.superuser()];
    const streamId = newId();
    await first.query('begin');
    await appendOn(first, streamId, 0);
    const waiting = appendOn(second, streamId, 1);
    await waitsForLock(watch);
    const { rows } = await watch.query(
      "select from pg_stat_activity where backend_xid is not null and state = 'active' and datname = current_database()",
    );
    expect(rows).toEqual([]);
    await first.query('commit');
    await waiting;
    await sealAll(opened);
    expect((await timeline()).map(({ streamVersion }) => streamVersion)).toEqual([1, 2]);
  });

  it('lets one of two sealers in at a time, so that no position is given twice', async () => {
    const rival = await opened.process();
    const streams = Array.from({ length: 40 }, () => newId());
    const appending = Promise.all(
      streams.map(async (streamId) => {
        for (let version = 0; version < 5; version += 1) {
          await opened.store.append([
            { streamId, expectedVersion: version, events: [note(streamId, version + 1)], rows: {} },
          ]);
        }
      }),
    );
    let done = false;
    void appending.finally(() => (done = true));
    const seal = async (sealer: typeof rival.sealer) => {
      while (!done) await sealer.tick();
    };
    await Promise.all([appending, seal(opened.sealer), seal(rival.sealer)]);
    await sealAll(opened);

    const sealed = await timeline();
    expect(sealed.map(({ position }) => position)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    for (const streamId of streams) {
      expect(sealed.filter((event) => event.streamId === streamId).map(({ streamVersion }) => streamVersion)).toEqual([
        1, 2, 3, 4, 5,
      ]);
    }
    expect(await opened.verification.verify()).toMatchObject({ valid: true, checkedEvents: 200 });
  });

  it('has nothing to do for a second sealer while the first holds the state', async () => {
    const holder = await opened.superuser();
    await appendOn(holder, newId(), 0);
    await holder.query('begin');
    await holder.query('select from seal_state for update');
    expect(await opened.sealer.tick()).toBe(0);
    await holder.query('commit');
    await sealAll(opened); // Transactions of other specs on this server may hold it back for a moment.
    expect(await timeline()).toHaveLength(1);
  });

  it('says how long the oldest event has been waiting while a transaction holds it back', async () => {
    const [writer, holder] = [await opened.superuser(), await opened.superuser()];
    expect(await opened.sealer.oldestWaitSeconds()).toBe(0);
    await holder.query('begin');
    await holder.query('select pg_current_xact_id()');
    await appendOn(writer, newId(), 0);
    expect(await opened.sealer.tick()).toBe(0);
    expect(await opened.sealer.oldestWaitSeconds()).toBeGreaterThan(0);
    await holder.query('commit');
    await sealAll(opened);
    expect(await opened.sealer.oldestWaitSeconds()).toBe(0);
  });
});
