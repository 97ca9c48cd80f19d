import type { DomainEvent, Envelope, Recorded } from './recorded-event.js';

/** A row of a read model: flat, one property a column, named as the column in camelCase. */
export type Row = Readonly<Record<string, unknown>>;

/** What a rebuild does not read, because no row depends on it. */
type Unprojected = 'id' | 'streamType' | 'category' | 'schemaVersion' | 'causationId' | 'context';

/** An event as a projection may use it: all of it but what would make reading millions of them slow. */
export type Projected<Event extends DomainEvent<string, object>> = Event & Omit<Envelope, Unprojected>;

type Handler<R extends Row, Event extends DomainEvent<string, object>, Type extends Event['type']> = (
  row: R | undefined,
  event: Projected<Extract<Event, { type: Type }>>,
  key: string,
) => R | undefined;

/**
 * One read model as a pure function from row and event to row.
 *
 * The rows of one stream are a function of that stream's events alone; what spans streams is a query over rows. The same definition
 * serves inline writing, catching up, rebuilding and time travel. The keys of `on` are the subscription. `keysOf` names the
 * rows an event touches, by primary key; `row` is undefined where there is none yet, or where it was final and forgotten; a handler that
 * answers undefined leaves it so. Each row has its `tenantId` and, as `streamVersion`, the version of the last event that changed it.
 * The keys of `apart` are of the subscription too: of an event that is about several things, or about some of those that one row stands for,
 * it answers what is to be projected in its stead; null is the event as it is.
 */
export type Projection<R extends Row, Event extends DomainEvent<string, object>> = Readonly<{
  /** The read model's table; also the checkpoint's key: never rename a deployed projection. */
  name: string;
  /** Raise it to rebuild from the first event. */
  version: number;
  keysOf: (event: Projected<Event>) => readonly string[];
  /** Says that no later event touches this row: the write side may forget it. */
  isFinal?: (row: R) => boolean;
  on: { readonly [Type in Event['type']]?: Handler<R, Event, Type> };
  apart?: Readonly<Record<string, (event: never, rows: KnownRows<R>) => Apart<R> | null>>; // Each takes events of its type.
}>;

/** Rows that an event sets apart, by key, and what it then says of each row by itself. */
export type Apart<R extends Row> = Readonly<{ rows: readonly (readonly [string, R])[]; said: readonly Said[] }>;

type AnyEvent = DomainEvent<string, object>;

/** What an event says, without when and where. */
type Said = Readonly<{ type: string; detail: object }>;

/** Rows of one read model by primary key. */
export type Rows<R extends Row = Row> = ReadonlyMap<string, R>;

/** All rows of a stream, by table and key. */
export type StreamRows = Readonly<
  Record<string, Readonly<{ get: (key: string) => Row | undefined; values: () => readonly Row[] }>>
>;

/** Rows to look at. */
export type KnownRows<R extends Row> = Readonly<{ get: (key: string) => R | undefined; values: () => Iterable<R> }>;

/** Rows that are the caller's own to change. */
export type MovingRows<R extends Row> = KnownRows<R> & Readonly<{ set: (key: string, row: R) => unknown }>;

/** Folds further events, oldest first, into the rows; rows they do not touch stay the same objects, the rows given stay as they are. */
export function project<R extends Row, Event extends DomainEvent<string, object>>(
  projection: Projection<R, Event>,
  rows: Rows<R>,
  events: readonly Recorded<Event>[],
): Rows<R> {
  const touching = events.filter(({ type }) => isOf(projection, type));
  if (touching.length === 0) return rows;
  const next = new Map(rows);
  for (const event of touching) projectInto(projection, next, event);
  return next;
}

/** Whether the read model depends on events of this type. */
export function isOf<R extends Row, Event extends AnyEvent>(
  { on, apart }: Projection<R, Event>,
  type: string,
): boolean {
  return (on as Readonly<Record<string, unknown>>)[type] !== undefined || apart?.[type] !== undefined;
}

/** Folds one event into the rows: all rows it touches, or, where a handler throws, none. */
export function projectInto<R extends Row, Event extends AnyEvent>(
  projection: Projection<R, Event>,
  rows: MovingRows<R>,
  event: Projected<Event>,
): void {
  const apart = projection.apart?.[event.type]?.(event as never, rows) ?? null;
  const changes = apart === null ? changesBy(projection, rows, event) : changesApart(projection, rows, event, apart);
  for (const [key, row] of changes) rows.set(key, row);
}

function changesApart<R extends Row, Event extends AnyEvent>(
  projection: Projection<R, Event>,
  rows: KnownRows<R>,
  event: Projected<Event>,
  { rows: parted, said }: Apart<R>,
): Iterable<readonly [string, R]> {
  const changes = new Map(parted);
  const known = { get: (key: string) => changes.get(key) ?? rows.get(key) };
  for (const one of said) {
    for (const [key, row] of changesBy(projection, known, { ...event, ...one })) changes.set(key, row);
  }
  return changes;
}

function changesBy<R extends Row, Event extends AnyEvent>(
  projection: Projection<R, Event>,
  rows: Pick<KnownRows<R>, 'get'>,
  event: Projected<Event>,
): readonly (readonly [string, R])[] {
  const type: Event['type'] = event.type;
  const handle = projection.on[type];
  if (handle === undefined) return [];
  return projection.keysOf(event).flatMap((key) => {
    const row = handle(rows.get(key), event as Parameters<typeof handle>[1], key);
    return row === undefined ? [] : [[key, row] as const];
  });
}
