import { expect } from '@jest/globals';
import pg from 'pg';
import { gatePolicyStream } from '../../src/gate-policy/gate-policy-stream.js';
import { candidateStream } from '../../src/hiring/candidate-stream.js';
import { jobProfileStream } from '../../src/hiring/job-profile-stream.js';
import { type Row, project } from '../../src/kernel/projection.js';
import type { DomainEvent, Recorded } from '../../src/kernel/recorded-event.js';
import { type Connection, sessionOptions } from '../../src/platform/database/data-source.js';
import { type StageEventRow, eventColumns, storedEvent } from '../../src/platform/event-store/stored-event.js';
import type { StreamType } from '../../src/platform/event-store/stream-type.js';
import { columnsOf } from '../../src/platform/projections/columns.js';
import { projectStream } from '../../src/projects/project-stream.js';
import { runStream } from '../../src/runs/run-stream.js';
import { templateStream } from '../../src/templates/template-stream.js';
import { webhookStream } from '../../src/webhooks/webhook-stream.js';
import { jobStream } from '../../src/work/jobs/job-stream.js';

type AnyEvent = DomainEvent<string, object>;
type Table = Readonly<Record<string, Record<string, unknown>>>;
type Projected = StreamType<unknown, never, AnyEvent>['projections'];

const projectionsOf: Readonly<Record<string, Projected>> = Object.fromEntries(
  [
    runStream,
    projectStream,
    jobProfileStream,
    candidateStream,
    templateStream,
    jobStream,
    gatePolicyStream,
    webhookStream,
  ].map(({ name, projections }) => [name, projections as unknown as Projected]),
);

/** Works on one connection that sees every row, and whose rights do for reading and for setting up a test. */
export async function asOwner<T>(connection: Connection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connection, options: sessionOptions('stageline_owner') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Folds every stored event anew and holds the result against the tables of read models, row by row and column by column. */
export function expectReadModelsToEqualFold(connection: Connection): Promise<void> {
  return asOwner(connection, async (client) => {
    const folded = await foldAll(client);
    for (const [table, rows] of Object.entries(folded)) {
      const keys = await primaryKey(client, table);
      expect({ table, rows: await stored(client, table, keys) }).toEqual({ table, rows: byKey(rows, keys) });
    }
  });
}

async function foldAll(client: pg.Client): Promise<Record<string, Row[]>> {
  const { rows } = await client.query<StageEventRow>(
    `select ${eventColumns} from stage_events e order by stream_id, stream_version`,
  );
  const streams = Map.groupBy(rows.map(storedEvent), ({ streamId }) => streamId);
  const tables: Record<string, Row[]> = {};
  for (const projection of Object.values(projectionsOf).flat()) tables[projection.name] = [];
  for (const events of streams.values()) {
    for (const projection of projectionsOf[events[0]?.streamType ?? ''] ?? []) {
      const rows = project(projection, new Map(), events as unknown as readonly Recorded<AnyEvent>[]);
      tables[projection.name]?.push(...rows.values());
    }
  }
  return tables;
}

async function primaryKey(client: pg.Client, table: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
     where i.indrelid = $1::regclass and i.indisprimary`,
    [table],
  );
  return rows.map(({ name }) => name);
}

async function stored(client: pg.Client, table: string, keys: readonly string[]): Promise<Table> {
  const { rows } = await client.query<Row>({ text: `select * from ${table}`, types: { getTypeParser } });
  return byKey(rows, keys);
}

function byKey(rows: readonly Row[], keys: readonly string[]): Table {
  const spelled = rows.map((row) => JSON.parse(JSON.stringify(columnsOf(row))) as Record<string, unknown>);
  return Object.fromEntries(spelled.map((row) => [keys.map((key) => row[key]).join(' '), row]));
}

/** Versions as numbers, the rest as usual: times become ISO 8601 when they are written as JSON. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) =>
  oid === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(oid, format) as (value: string) => unknown);
