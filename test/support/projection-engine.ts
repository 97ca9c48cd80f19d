import { Logger } from '@nestjs/common';
import type { Projection } from '../../src/kernel/projection.js';
import type { DomainEvent } from '../../src/kernel/recorded-event.js';
import { BuiltVersions } from '../../src/platform/projections/built-versions.js';
import { Follower } from '../../src/platform/projections/follower.js';
import { Freshness } from '../../src/platform/projections/freshness.js';
import { ParkedStreams } from '../../src/platform/projections/parked-streams.js';
import { Projections } from '../../src/platform/projections/projections.js';
import { ReadModels, asyncReadModel } from '../../src/platform/projections/read-models.js';
import { Rebuilder } from '../../src/platform/projections/rebuilder.js';
import { TimeTravel } from '../../src/platform/projections/time-travel.js';
import { asOwner } from './read-model-fold.js';
import { type Process, note, openStore, sealAll } from './store.js';

/** Counts the notes of a book, in a table of its own; cannot take what it is told not to. */
type BookRow = Readonly<{ id: string; tenantId: string; streamVersion: number; notes: number; last: string }>;
type BookEvent = DomainEvent<'note.added', { text: string }> | DomainEvent<'book.closed', { by: string }>;

const catalogued = { category: 'subject', schemaVersion: 1 } as const;
const notebook = { name: 'notebook', catalogue: { 'note.added': catalogued, 'book.closed': catalogued } };

/** The texts that the projection fails on: what software with a bug does, until it is mended. */
export type Bug = { text: string | null };

export function booksIn(version: number, bug: Bug): Projection<BookRow, BookEvent> {
  return {
    name: 'books',
    version,
    keysOf: ({ streamId }) => [streamId],
    on: {
      'note.added': (row, { streamId, tenantId, streamVersion, detail }) => {
        if (detail.text === bug.text) throw new Error(`Cannot read "${detail.text}".`);
        return { id: streamId, tenantId, streamVersion, notes: (row?.notes ?? 0) + version, last: detail.text };
      },
    },
  };
}

const BOOKS = `
  create table books (id uuid not null, tenant_id uuid not null, stream_version bigint not null, notes integer not null,
    last text not null, constraint pk_books primary key (id)) with (fillfactor = 70);
  create index ix_books_notes on books (tenant_id, notes) where notes > 0;
  select define_read_model('books');`;

/** A store with an async read model of notebooks; `engine()` makes the parts that a process has. */
export async function openEngine() {
  Logger.overrideLogger(false); // What is parked and blocked here is so on purpose.
  const store = await openStore();
  await asOwner(store.connection, (client) => client.query(BOOKS));
  const bug: Bug = { text: null };
  const engine = async (version = 1) => engineOf(await store.process(), store.connection, version, bug);
  /** Appends a note to a book, or begins it. */
  const write = async (streamId: string, version: number, text: string) => {
    await store.store.append([
      { streamId, expectedVersion: version - 1, events: [note(streamId, version, { detail: { text } })], rows: {} },
    ]);
  };
  const seal = () => sealAll(store);
  const books = (table = 'books') =>
    asOwner(store.connection, async (client) => {
      const { rows } = await client.query<{ id: string; notes: number; last: string; stream_version: string }>(
        `select * from ${table}`,
      );
      return Object.fromEntries(
        rows.map(({ id, ...row }) => [id, `${row.stream_version}: ${row.last} (${String(row.notes)})`]),
      );
    });
  return { ...store, bug, engine, write, seal, books };
}

function engineOf(
  { database }: Process,
  connection: Awaited<ReturnType<typeof openStore>>['connection'],
  version: number,
  bug: Bug,
) {
  const readModels = new ReadModels();
  const model = asyncReadModel(notebook, booksIn(version, bug));
  readModels.register(model);
  const follower = new Follower(model, database);
  /** Pages until nothing is left to do; answers which streams failed. */
  const catchUp = async () => {
    const failed: string[] = [];
    for (let page = await follower.next(); page !== null; page = await follower.next())
      failed.push(...page.map(({ streamId }) => streamId));
    return failed;
  };
  return {
    database,
    follower,
    catchUp,
    versions: new BuiltVersions(database, readModels),
    freshness: new Freshness(database, readModels),
    timeTravel: new TimeTravel(database, readModels),
    parked: new ParkedStreams(database, readModels),
    projections: new Projections(database, readModels),
    rebuilder: new Rebuilder(database, readModels, connection),
  };
}
