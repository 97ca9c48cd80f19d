import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { RebuildSession } from '../../src/platform/projections/rebuild-session.js';
import { RebuildSteps, type Ticket } from '../../src/platform/projections/rebuild-steps.js';
import { openEngine } from '../support/projection-engine.js';
import { asOwner } from '../support/read-model-fold.js';
import { until } from '../support/wait.js';

let opened: Awaited<ReturnType<typeof openEngine>>;
const [first, second] = [newId(), newId()];
beforeEach(async () => {
  opened = await openEngine();
});
afterEach(() => opened.close());

const twoBooks = async () => {
  await opened.write(first, 1, 'a');
  await opened.write(first, 2, 'b');
  await opened.write(second, 1, 'c');
  await opened.seal();
};

describe('a projection whose version was raised', () => {
  it('is rebuilt by the next start, and then left alone by older software', async () => {
    const older = await opened.engine(1);
    await older.versions.review();
    await twoBooks();
    await older.catchUp();
    expect(await opened.books()).toEqual({ [first]: '2: b (2)', [second]: '1: c (1)' });

    const newer = await opened.engine(2);
    await newer.versions.review();
    expect(await newer.projections.list()).toMatchObject([
      { version: 2, status: 'rebuilding', rebuild: { reason: 'version-raised', status: 'requested' } },
    ]);
    await older.rebuilder.rebuildAll(); // It does not know how.
    expect(await newer.projections.list()).toMatchObject([{ rebuild: { status: 'requested' } }]);
    await newer.rebuilder.rebuildAll();
    expect(await opened.books()).toEqual({ [first]: '2: b (4)', [second]: '1: c (2)' });
    expect(await newer.projections.list()).toMatchObject([
      {
        status: 'live',
        previous_kept: true,
        rebuild: { status: 'done', report: { different: 2, differences_expected: true } },
      },
    ]);

    await opened.write(second, 2, 'd');
    await opened.seal();
    await older.catchUp();
    expect(await opened.books()).toMatchObject({ [second]: '1: c (2)' });
    await newer.catchUp();
    expect(await opened.books()).toMatchObject({ [second]: '2: d (4)' });
    await expect((await opened.engine(1)).versions.review()).rejects.toThrow(
      /books was built in version 2; this software knows version 1/,
    );
    await newer.versions.review();
    expect(await newer.projections.list()).toMatchObject([{ status: 'live' }]);
  });
});

describe('a read model that was never built', () => {
  it('is built from the first event, and follows from there', async () => {
    await twoBooks();
    const engine = await opened.engine();
    await engine.versions.review();
    expect(await engine.catchUp()).toEqual([]);
    expect(await opened.books()).toEqual({});
    await engine.rebuilder.rebuildAll();
    expect(await engine.projections.list()).toMatchObject([
      { status: 'live', position: 3, rebuild: { reason: 'never-built', status: 'done', report: null, events_done: 3 } },
    ]);
    await opened.write(second, 2, 'd');
    await opened.seal();
    await engine.catchUp();
    expect(await opened.books()).toEqual({ [first]: '2: b (2)', [second]: '2: d (2)' });
  });

  it('needs no rebuild where there is nothing to build it from', async () => {
    const engine = await opened.engine();
    await engine.versions.review();
    expect(await engine.projections.list()).toMatchObject([{ status: 'live', rebuild: null }]);
  });
});

describe('a rebuilt table', () => {
  it('has the columns, storage, keys, indexes, walls and grants of the one before', async () => {
    const engine = await opened.engine();
    await engine.versions.review();
    await twoBooks();
    await engine.catchUp();
    const before = await shapeOf('books');
    await engine.projections.requestRebuild('books');
    await engine.rebuilder.rebuildAll();
    expect(await shapeOf('books')).toEqual(before);
    expect(await shapeOf('books_previous')).toEqual(before);
  });
});

describe('a rebuild that was taken over', () => {
  it('can do nothing any more, wherever it was', async () => {
    const engine = await opened.engine();
    await engine.versions.review();
    await twoBooks();
    await engine.catchUp();
    await engine.projections.requestRebuild('books');
    const zombie = await RebuildSession.open(opened.connection);
    const successor = await RebuildSession.open(opened.connection);
    const claim = { name: 'claim', text: "select * from claim_rebuild('{books}', '{1}', $1)" };
    const [ticket] = await zombie.step<Ticket>(claim, ['30 seconds']);
    if (ticket === undefined) throw new Error('There is a rebuild to claim.');
    const steps = new RebuildSteps(zombie, ticket);
    await steps.begin();
    expect(await successor.step(claim, ['30 seconds'])).toEqual([]); // It lives.
    expect(await successor.step(claim, ['0 seconds'])).toMatchObject([{ id: ticket.id, attempt: 2 }]);

    const taken = { code: 'SL020' };
    await expect(steps.begin()).rejects.toMatchObject(taken);
    await expect(steps.load([{ id: first }])).rejects.toMatchObject(taken);
    await expect(steps.index()).rejects.toMatchObject(taken);
    await expect(steps.put([{ id: first }])).rejects.toMatchObject(taken);
    await expect(steps.compare()).rejects.toMatchObject(taken);
    await expect(steps.unaccounted([])).rejects.toMatchObject(taken);
    await expect(steps.lock(100)).rejects.toMatchObject(taken);
    await expect(steps.switch(3, null)).rejects.toMatchObject(taken);
    await expect(steps.block([])).rejects.toMatchObject(taken);

    await successor.close(); // As a killed process would.
    await engine.rebuilder.rebuildAll();
    expect(await engine.projections.list()).toMatchObject([{ status: 'live', rebuild: { status: 'done' } }]);
    expect(await opened.books()).toEqual({ [first]: '2: b (2)', [second]: '1: c (1)' });
    await zombie.close();
  });
});

describe('a rebuild by older software', () => {
  const claim = { name: 'claim', text: "select * from claim_rebuild('{books}', '{1}', '30 seconds')" };
  const olderRebuild = async () => {
    const older = await opened.engine(1);
    await older.versions.review();
    await twoBooks();
    await older.catchUp();
    await older.projections.requestRebuild('books');
    const session = await RebuildSession.open(opened.connection);
    const [ticket] = await session.step<Ticket>(claim, []);
    if (ticket === undefined) throw new Error('There is a rebuild to claim.');
    const steps = new RebuildSteps(session, ticket);
    await steps.begin();
    return { older, session, steps };
  };

  it('ends where newer software starts, which begins it anew in its own version', async () => {
    const { session, steps } = await olderRebuild();
    const newer = await opened.engine(2);
    await newer.versions.review();
    await expect(steps.index()).rejects.toMatchObject({ code: 'SL020' });
    await newer.rebuilder.rebuildAll();
    expect(await opened.books()).toEqual({ [first]: '2: b (4)', [second]: '1: c (2)' });
    expect(await newer.projections.list()).toMatchObject([
      { status: 'live', rebuild: { version: 2, reason: 'version-raised', status: 'done' } },
    ]);
    await session.close();
  });

  it.each([
    ['a column', 'alter table books add column pages integer'],
    ['an index', 'create index ix_books_last on books (tenant_id, last)'],
    ['a check', 'alter table books add constraint ck_books_notes check (notes > 0)'],
  ])('does not take %s away that a migration added meanwhile', async (_what, alteration) => {
    const { older, session, steps } = await olderRebuild();
    await steps.index();
    await asOwner(opened.connection, (client) => client.query(alteration));
    const altered = await shapeOf('books');
    await expect(session.transaction(() => steps.lock(1000))).rejects.toMatchObject({ code: 'SL021' });
    await session.close(); // As a killed process would: the rebuild is begun anew, over the table as it is now.
    await older.rebuilder.rebuildAll();
    expect(await older.projections.list()).toMatchObject([{ rebuild: { status: 'done' } }]);
    expect(await shapeOf('books')).toEqual(altered);
  });

  it('is begun anew where the table was altered before the switch', async () => {
    const older = await opened.engine(1);
    await older.versions.review();
    await twoBooks();
    await older.catchUp();
    const reader = await opened.superuser();
    await reader.query('begin; lock table books in access share mode');
    await older.projections.requestRebuild('books');
    const rebuilding = older.rebuilder.rebuildAll();
    await until('the switch waits', async () => {
      const { rows } = await reader.query("select from pg_locks where relation = 'books'::regclass and not granted");
      return rows.length > 0;
    });
    await reader.query('alter table books add column pages integer; commit');
    await rebuilding;
    expect(await older.projections.list()).toMatchObject([{ status: 'live', rebuild: { status: 'done' } }]);
    const { rows } = await reader.query(
      "select from pg_attribute where attrelid = 'books'::regclass and attname = 'pages'",
    );
    expect(rows).toHaveLength(1);
    expect(await opened.books()).toEqual({ [first]: '2: b (2)', [second]: '1: c (1)' });
  }, 30_000);
});

describe('a switch', () => {
  it('gives way to whoever reads for long, and comes when they are through', async () => {
    const engine = await opened.engine();
    await engine.versions.review();
    await twoBooks();
    await engine.catchUp();
    const reader = await opened.superuser();
    await reader.query('begin; lock table books in access share mode');
    await engine.projections.requestRebuild('books');
    const rebuilding = engine.rebuilder.rebuildAll();
    const waited = async () => {
      const { rows } = await reader.query("select from pg_locks where relation = 'books'::regclass and not granted");
      return rows.length > 0;
    };
    await until('the switch waits', waited);
    await until('it gives way', async () => !(await waited()));
    await opened.write(first, 3, 'late');
    await opened.seal();
    await engine.catchUp();
    await reader.query('commit');
    await rebuilding;
    expect(await engine.projections.list()).toMatchObject([{ status: 'live', rebuild: { status: 'done' } }]);
    expect(await opened.books()).toEqual({ [first]: '3: late (3)', [second]: '1: c (1)' });
  }, 30_000);
});

/** All that the catalog says of a table, without its name. */
function shapeOf(table: string): Promise<unknown> {
  return asOwner(opened.connection, async (client) => {
    const { rows } = await client.query<{ shape: string }>(
      `select json_build_object(
        'columns', (select json_agg(json_build_array(attname, atttypid::regtype, attnotnull) order by attnum)
          from pg_attribute where attrelid = c.oid and attnum > 0),
        'storage', c.reloptions, 'persistence', c.relpersistence, 'wall', c.relrowsecurity, 'grants', c.relacl::text,
        'policies', (select json_agg(json_build_array(policyname, roles, cmd, qual)) from pg_policies where tablename = relname),
        'indexes', (select json_agg(pg_get_indexdef(indexrelid) order by 1::text collate "C") from (select indexrelid from pg_index
          where indrelid = c.oid order by pg_get_indexdef(indexrelid)) i),
        'constraints', (select json_agg(json_build_array(conname, pg_get_constraintdef(oid)) order by conname)
          from pg_constraint where conrelid = c.oid and contype <> 'n'))::text as shape
       from pg_class c where oid = $1::regclass`,
      [table],
    );
    const suffix = table.replace('books', '');
    const shape: unknown = JSON.parse(
      (rows[0]?.shape ?? '').replaceAll(new RegExp(`${suffix}\\b`, 'g'), (end) => (suffix === '' ? end : '')),
    );
    return shape;
  });
}
