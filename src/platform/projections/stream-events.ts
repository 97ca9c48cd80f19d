import type { CustomTypesConfig } from 'pg';
import pg from 'pg';
import { type Projected, isOf } from '../../kernel/projection.js';
import type { ActorType } from '../../kernel/recorded-event.js';
import type { AnyEvent, ReadModel } from './read-models.js';

/** A prepared statement whose rows come as arrays of cheaply read values. */
export type FastStatement = Readonly<{ name: string; text: string; rowMode: 'array'; types: CustomTypesConfig }>;

/** Runs one statement that sees the rows of whoever it was made for: on the pool, or on a rebuild's own connection. */
export type Ask = <R extends unknown[]>(statement: FastStatement, values: unknown[]) => Promise<readonly R[]>;

/** A stream and how much of it is wanted: `upTo` is its last version, null for all of it. */
export type StreamExtent = Readonly<{ streamId: string; tenantId: string; upTo: number | null }>;

/** An event with the version of its detail's shape, which decides whether this software can read it. */
export type StreamEvent = Readonly<{ event: Projected<AnyEvent>; schemaVersion: number }>;

/** The columns a projection may depend on, qualified by `e`, in the order `streamEvent` reads them. */
export const foldColumns = `e.stream_version, e.event_type, e.schema_version, e.actor_type, e.actor_id,
  e.from_stage, e.to_stage, e.reason, e.detail, nullif(e.occurred_at, e.recorded_at), e.recorded_at, e.correlation_id`;

type FoldValues = [
  streamVersion: number,
  type: string,
  schemaVersion: number,
  actorType: string,
  actorId: string,
  fromStage: string | null,
  toStage: string | null,
  reason: string | null,
  detail: object,
  occurredAt: string | null, // Null where it is the time of recording, which is then read once.
  recordedAt: string,
  correlationId: string,
];

/** A row of `foldColumns` after the ids of its stream and tenant. */
export type FoldRow = [streamId: string, tenantId: string, ...FoldValues];

/** Reads one row. */
export function streamEvent(row: FoldRow): StreamEvent {
  const [streamId, tenantId, streamVersion, type, schemaVersion, actorType, actorId] = row;
  const event: { -readonly [Key in keyof Projected<AnyEvent>]: Projected<AnyEvent>[Key] } = {
    type,
    detail: row[10],
    tenantId,
    streamId,
    streamVersion,
    actor: { type: actorType as ActorType, id: actorId },
    occurredAt: row[11] ?? row[12],
    recordedAt: row[12],
    correlationId: row[13],
  };
  if (row[7] !== null) event.fromStage = row[7];
  if (row[8] !== null) event.toStage = row[8];
  if (row[9] !== null) event.reason = row[9];
  return { event, schemaVersion };
}

/** Makes a statement that is read fast. */
export function fast(name: string, text: string): FastStatement {
  return { name, text, rowMode: 'array', types };
}

/** Types this software knows and the read model does not use. Unknown ones are not among them: newer software wrote those. */
export function ignoredTypes({ catalogue, projection }: ReadModel): readonly string[] {
  return Object.keys(catalogue).filter((type) => !isOf(projection, type));
}

/** Events a page holds at most: what is in memory, and how long the event loop is busy with it. */
const PAGE = 1000;

/**
 * The events of streams that a read model depends on, stream by stream and each from its first, in pages. The next page is on its way
 * while one is worked on. `recordedUntil` leaves out what was recorded later; ISO 8601.
 */
export async function* eventPages(
  ask: Ask,
  model: ReadModel,
  streams: readonly StreamExtent[],
  recordedUntil: string | null = null,
): AsyncGenerator<readonly FoldRow[]> {
  const ids = streams.map(({ streamId }) => streamId);
  const page = ([streamId, , version]: readonly [string, string, number, ...unknown[]]) =>
    ask<FoldRow>(PAGE_OF_STREAMS, [
      ids,
      streamId,
      version,
      ignoredTypes(model),
      model.streamTypes,
      recordedUntil,
      PAGE,
    ]);
  let next: Promise<readonly FoldRow[]> | null = page([NO_STREAM, '', 0]);
  while (next !== null) {
    const rows: readonly FoldRow[] = await next;
    const last = rows.at(-1);
    next = last === undefined || rows.length < PAGE ? null : page(last);
    next?.catch(() => undefined); // It is awaited at the next turn; until then its failure has nobody to go to.
    yield rows;
  }
}

/** The nil uuid: before every stream's. */
export const NO_STREAM = '00000000-0000-0000-0000-000000000000';

const { INT8, TIMESTAMPTZ, JSONB } = pg.types.builtins;

const readers: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: Number,
  [TIMESTAMPTZ]: isoTime,
  [JSONB]: JSON.parse,
};

const getTypeParser: CustomTypesConfig['getTypeParser'] = (oid, format) =>
  readers[oid] ?? (pg.types.getTypeParser(oid, format) as (text: string) => unknown);

const types: CustomTypesConfig = { getTypeParser };

/** The last time that was read: what happened is mostly recorded at once, and the events of one append together. */
let lastTime = { text: '', iso: '' };

/** `2026-03-01 09:00:00.5+00`, as a session in UTC writes it, is `2026-03-01T09:00:00.500Z`. */
function isoTime(text: string): string {
  if (lastTime.text === text) return lastTime.iso;
  const iso = `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}Z`;
  lastTime = { text, iso };
  return iso;
}

const PAGE_OF_STREAMS = fast(
  'events_of_streams',
  `select e.stream_id, e.tenant_id, ${foldColumns} from stage_events e
   where e.stream_id = any ($1::uuid[]) and (e.stream_id, e.stream_version) > ($2::uuid, $3::bigint)
     and e.event_type <> all ($4::text[]) and e.stream_type = any ($5::text[]) and ($6::timestamptz is null or e.recorded_at <= $6)
   order by e.stream_id, e.stream_version limit $7`,
);
