import type { CustomTypesConfig } from 'pg';
import pg from 'pg';
import type { Projected } from '../../kernel/projection.js';
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
export const foldColumns = `e.stream_version, e.id, e.event_type, e.schema_version, e.actor_type, e.actor_id,
  e.from_stage, e.to_stage, e.reason, e.detail, e.occurred_at, e.recorded_at`;

type FoldValues = [
  streamVersion: number,
  id: string,
  type: string,
  schemaVersion: number,
  actorType: string,
  actorId: string,
  fromStage: string | null,
  toStage: string | null,
  reason: string | null,
  detail: object,
  occurredAt: string,
  recordedAt: string,
];

/** Reads one row of `foldColumns`. */
export function streamEvent(stream: Readonly<{ streamId: string; tenantId: string }>, values: FoldValues): StreamEvent {
  const [streamVersion, id, type, schemaVersion, actorType, actorId, fromStage, toStage, reason, detail] = values;
  const event: Projected<AnyEvent> = {
    type,
    detail,
    ...(fromStage === null ? null : { fromStage }),
    ...(toStage === null ? null : { toStage }),
    ...(reason === null ? null : { reason }),
    id,
    tenantId: stream.tenantId,
    streamId: stream.streamId,
    streamVersion,
    actor: { type: actorType as ActorType, id: actorId },
    occurredAt: values[10],
    recordedAt: values[11],
  };
  return { event, schemaVersion };
}

/** Makes a statement that is read fast. */
export function fast(name: string, text: string): FastStatement {
  return { name, text, rowMode: 'array', types };
}

/** Types this software knows and the read model does not use. Unknown ones are not among them: newer software wrote those. */
export function ignoredTypes({ catalogue, projection }: ReadModel): readonly string[] {
  return Object.keys(catalogue).filter((type) => projection.on[type] === undefined);
}

/** Events a page holds at most: what is in memory, and how long the event loop is busy with it. */
const PAGE = 2000;

type Paged = [number: number, ...FoldValues];
type Stop = Readonly<{ number: number; version: number }>;

/** The place of each event's stream in the list, with the event. */
export type Placed = Readonly<{ place: number; stored: StreamEvent }>;

/**
 * The events of streams a read model depends on, stream by stream and each from its first, in pages. The next page is on its way while
 * one is worked on. `recordedUntil` leaves out what was recorded later; ISO 8601.
 */
export async function* eventPages(
  ask: Ask,
  model: ReadModel,
  streams: readonly StreamExtent[],
  recordedUntil: string | null = null,
): AsyncGenerator<readonly Placed[]> {
  const ids = streams.map(({ streamId }) => streamId);
  const upTo = streams.map((stream) => stream.upTo);
  const ignored = ignoredTypes(model);
  const page = ({ number, version }: Stop) =>
    ask<Paged>(PAGE_OF_STREAMS, [ids, upTo, number, version, ignored, recordedUntil, model.streamType, PAGE]);
  let next: Promise<readonly Paged[]> | null = page({ number: 1, version: 0 });
  while (next !== null) {
    const rows: readonly Paged[] = await next;
    const last = rows.at(-1);
    next = last === undefined || rows.length < PAGE ? null : page({ number: last[0], version: last[1] });
    next?.catch(() => undefined); // It is awaited at the next turn; until then its failure has nobody to go to.
    yield rows.map(([number, ...values]) => placed(streams, number - 1, values));
  }
}

function placed(streams: readonly StreamExtent[], place: number, values: FoldValues): Placed {
  return { place, stored: streamEvent(streams[place] as StreamExtent, values) };
}

const { INT8, TIMESTAMPTZ, JSONB } = pg.types.builtins;

const readers: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: Number,
  [TIMESTAMPTZ]: isoTime,
  [JSONB]: JSON.parse,
};

const getTypeParser: CustomTypesConfig['getTypeParser'] = (oid, format) =>
  readers[oid] ?? (pg.types.getTypeParser(oid, format) as (text: string) => unknown);

const types: CustomTypesConfig = { getTypeParser };

/** `2026-03-01 09:00:00.5+00`, as a session in UTC writes it, is `2026-03-01T09:00:00.500Z`. */
function isoTime(text: string): string {
  const fraction = text.slice(20, -3).padEnd(3, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
}

const PAGE_OF_STREAMS = fast(
  'events_of_streams',
  `select s.number, ${foldColumns}
   from unnest($1::uuid[], $2::bigint[]) with ordinality as s(stream_id, up_to, number)
   cross join lateral (
     select * from stage_events e
     where e.stream_id = s.stream_id and e.stream_version > case s.number when $3::bigint then $4::bigint else 0 end
       and e.event_type <> all ($5::text[]) and e.stream_type = $7
       and (s.up_to is null or e.stream_version <= s.up_to) and ($6::timestamptz is null or e.recorded_at <= $6)
     order by e.stream_version) e
   where s.number >= $3 order by s.number, e.stream_version limit $8`,
);
