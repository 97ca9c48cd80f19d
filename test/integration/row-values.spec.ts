import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import type { Projection } from '../../src/kernel/projection.js';
import type { DomainEvent } from '../../src/kernel/recorded-event.js';
import { appendParameters } from '../../src/platform/event-store/append-parameters.js';
import type { Append } from '../../src/platform/event-store/append.js';
import { RECORDED_AT } from '../../src/platform/event-store/recorded-at.js';
import { RowTables } from '../../src/platform/event-store/row-tables.js';
import { inline } from '../../src/platform/event-store/stream-type.js';
import { notebook, taskOf } from '../support/notebook-stream.js';
import { asOwner } from '../support/read-model-fold.js';
import { type Process, note, openStore } from '../support/store.js';

/** One row per book. `label` is set once, `lentUntil` is also written beside the events, `colour` is known to be still, and once is not. */
type ShelfRow = Readonly<{
  id: string;
  tenantId: string;
  streamVersion: number;
  label: string;
  colour: string;
  notes: number;
  last: string;
  texts: Readonly<Record<string, string>>;
  words: readonly (string | null)[];
  changedAt: string;
  lentUntil: null;
}>;
type NoteAdded = DomainEvent<'note.added', { text: string }>;

const shelvesIn = (version: number): Projection<ShelfRow, NoteAdded> => ({
  name: 'shelves',
  version,
  keysOf: ({ streamId }) => [streamId],
  on: {
    'note.added': (row, { streamId, tenantId, streamVersion, detail: { text }, recordedAt }) => ({
      id: streamId,
      tenantId,
      streamVersion,
      label: row?.label ?? 'as folded',
      colour: text === 'painted' ? 'red' : (row?.colour ?? 'grey'),
      notes: (row?.notes ?? 0) + 1,
      last: text,
      texts: { ...row?.texts, [text]: recordedAt },
      words: [...(row?.words ?? [null]), text],
      changedAt: recordedAt,
      lentUntil: null,
    }),
  },
});
const shelved = (version = 1) => ({ ...notebook, projections: [inline(shelvesIn(version))] });

const SHELVES = `
  create table shelves (id uuid not null, tenant_id uuid not null, stream_version bigint not null, colour text, label text not null,
    notes integer not null, last text, texts jsonb not null, words text[], changed_at timestamptz(3), lent_until timestamptz(3),
    constraint pk_shelves primary key (id));
  select define_read_model('shelves');
  update read_models set built_version = 1, kept_columns = '{lent_until}', still_columns = '{id, tenant_id, colour, lent_until}' where name = 'shelves';
  select define_row_writer('shelves');`;

let opened: Awaited<ReturnType<typeof openStore>>;
let streamId: string;
beforeAll(async () => {
  opened = await openStore();
  await owner(SHELVES);
});
afterAll(() => opened.close());
beforeEach(() => {
  streamId = newId();
});

const owner = (text: string, values: unknown[] = []) =>
  asOwner(opened.connection, async (client) => (await client.query(text, values)).rows as Record<string, unknown>[]);
const byHand = (set: string) => owner(`update shelves set ${set} where id = $1`, [streamId]);
const add = (text: string, process: Process = opened, version = 1) =>
  process.executor.execute(shelved(version), taskOf(streamId, { type: 'add', text }));
const row = async () => (await owner('select * from shelves where id = $1', [streamId]))[0];
const labelled = (label: string, notes: number) => ({ label, notes, stream_version: String(notes) });

describe('a row that this process wrote', () => {
  it('is sent with what differs, times and nested values among it', async () => {
    await add('one');
    await byHand(`label = 'by hand'`);
    await add('it’s "two", \\ {null}, 2,\n');
    const [first, second] = await opened.store.read((await row())?.['tenant_id'] as string, streamId);
    expect(await row()).toMatchObject({
      ...labelled('by hand', 2),
      last: 'it’s "two", \\ {null}, 2,\n',
      texts: { one: first?.recordedAt, 'it’s "two", \\ {null}, 2,\n': second?.recordedAt },
      words: [null, 'one', 'it’s "two", \\ {null}, 2,\n'],
      changed_at: new Date(String(second?.recordedAt)),
    });
  });

  it('is set in the columns that are written beside the events, though no event changed them', async () => {
    await add('one');
    await byHand(`lent_until = '2026-01-01'`);
    await add('two');
    expect(await row()).toMatchObject({ lent_until: null, notes: 2 });
  });

  it('is written whole where a column changes that was known to be still', async () => {
    await add('one');
    await byHand(`label = 'by hand'`);
    await add('painted');
    expect(await row()).toMatchObject({ ...labelled('as folded', 2), colour: 'red' });
    await byHand(`label = 'by hand'`);
    await add('three');
    expect(await row()).toMatchObject({ ...labelled('by hand', 3), colour: 'red' });
  });

  it('is written whole where it is gone, or of another version', async () => {
    await add('one');
    await owner('delete from shelves where id = $1', [streamId]);
    await add('two');
    expect(await row()).toMatchObject(labelled('as folded', 2));
    await byHand(`stream_version = 1, label = 'by hand', notes = 99`);
    await add('three');
    expect(await row()).toMatchObject(labelled('as folded', 3));
  });

  it('does not keep the rows of others in the same append from being right', async () => {
    const [mine, other] = [streamId, newId()];
    await add('one');
    await opened.executor.execute(shelved(), taskOf(other, { type: 'add', text: 'one' }));
    await owner('delete from shelves where id = $1', [mine]);
    await Promise.all([
      add('two'),
      opened.executor.execute(shelved(), taskOf(other, { type: 'add', text: 'two' })),
      opened.executor.execute(shelved(), taskOf(newId(), { type: 'add', text: 'one' })),
    ]);
    const rows = await owner('select label, notes, stream_version from shelves where id = any ($1)', [[mine, other]]);
    expect(rows).toEqual([labelled('as folded', 2), labelled('as folded', 2)]);
  });
});

describe('rows that differ', () => {
  const rowOf = (id: string, streamVersion: number) => ({
    ...{
      id,
      tenantId: DEFAULT_TENANT_ID,
      streamVersion,
      colour: 'grey',
      label: 'a',
      notes: streamVersion,
      last: null,
      texts: {},
    },
    ...{ changedAt: RECORDED_AT, lentUntil: null },
  });
  const written = (id: string, streamVersion: number): Append => ({
    streamId: id,
    expectedVersion: streamVersion - 1,
    events: [note(id, streamVersion)],
    rows: {
      shelves: [
        {
          row: rowOf(id, streamVersion),
          version: 1,
          ...(streamVersion > 1 ? { from: rowOf(id, streamVersion - 1) } : {}),
        },
      ],
    },
  });

  it('are found by their key, even by plans made while the table was empty', async () => {
    const fresh = await openStore();
    await asOwner(fresh.connection, (client) => client.query(SHELVES));
    const client = await fresh.superuser();
    const tables = await new RowTables(fresh.database).known();
    const append = (one: Append) => {
      const values = appendParameters([one], tables);
      const places = values.map((_, index) => `$${String(index + 1)}`).join(', ');
      return client.query({ name: 'append', text: `select append_events(${places})`, values });
    };
    for (const version of [1, 2]) await append(written(streamId, version));
    await fresh.store.append(Array.from({ length: 500 }, () => written(newId(), 1)));
    await client.query('begin');
    await append(written(streamId, 3));
    const { rows } = await client.query<{ seq_tup_read: string }>(
      `select seq_tup_read from pg_stat_xact_user_tables where relname = 'shelves'`,
    );
    await client.query('commit');
    await fresh.close();
    expect(rows).toEqual([{ seq_tup_read: '0' }]);
  });
});

describe('a row that another process wrote', () => {
  it('is written whole at first, and then with what differs', async () => {
    const other = await opened.process();
    await add('one');
    await byHand(`label = 'by hand'`);
    await add('two', other);
    expect(await row()).toMatchObject(labelled('as folded', 2));
    await byHand(`label = 'by hand'`);
    await add('three', other);
    expect(await row()).toMatchObject(labelled('by hand', 3));
    await add('four');
    expect(await row()).toMatchObject(labelled('as folded', 4));
  });
});

describe('a table that another took the place of', () => {
  const replace = (set: string) =>
    owner(`begin;
      alter table shelves rename to shelves_previous;
      alter table shelves_previous drop constraint pk_shelves;
      create table shelves (like shelves_previous, constraint pk_shelves primary key (id));
      insert into shelves select * from shelves_previous;
      drop table shelves_previous;
      ${set}
      commit`);

  it('is given whole rows once, and then what differs', async () => {
    await add('one');
    await replace(`update shelves set label = 'rebuilt';`);
    await add('two');
    expect(await row()).toMatchObject(labelled('as folded', 2));
    await byHand(`label = 'by hand'`);
    await add('three');
    expect(await row()).toMatchObject(labelled('by hand', 3));
  });

  it('is given whole rows for as long as another version of the projection built it', async () => {
    await add('one');
    await replace(`update read_models set built_version = 2 where name = 'shelves';`);
    for (const [index, text] of ['two', 'three'].entries()) {
      await byHand(`label = 'by hand'`);
      await add(text);
      expect(await row()).toMatchObject(labelled('as folded', index + 2));
    }
    const newer = await opened.process();
    await add('four', newer, 2);
    await byHand(`label = 'by hand'`);
    await add('five', newer, 2);
    expect(await row()).toMatchObject(labelled('by hand', 5));
    await owner(`update read_models set built_version = 1 where name = 'shelves'`);
  });
});

describe('a table that a migration altered', () => {
  it('is given whole rows, and then values for its columns as they are', async () => {
    await add('one');
    await owner(
      `alter table shelves drop column last, add column size integer; select redefine_read_model('shelves');
       select define_put_read_models()`,
    );
    await add('two');
    expect(await row()).toMatchObject({ ...labelled('as folded', 2), size: null });
    await byHand(`label = 'by hand'`);
    await add('three');
    expect(await row()).toMatchObject({ ...labelled('by hand', 3), size: null });
  });
});
