import type { DomainEvent, Recorded } from './recorded-event.js';

/** A row of a read model: flat, one property a column, named as the column in camelCase. */
export type Row = Readonly<Record<string, unknown>>;

type Handler<R extends Row, Event extends DomainEvent<string, object>, Type extends Event['type']> = (
  row: R | undefined,
  event: Recorded<Extract<Event, { type: Type }>>,
  key: string,
) => R;

/**
 * One read model as a pure function from row and event to row.
 *
 * The same definition serves inline writing, catching up, rebuilding and time travel. The keys of `on` are the
 * subscription. `keysOf` names the rows an event touches, by primary key; `row` is undefined where there is none yet.
 */
export type Projection<R extends Row, Event extends DomainEvent<string, object>> = Readonly<{
  /** The read model's table; also the checkpoint's key: never rename a deployed projection. */
  name: string;
  /** Raise it to rebuild from the first event. */
  version: number;
  keysOf: (event: Recorded<Event>) => readonly string[];
  /** Says that no later event touches this row: the write side may forget it. */
  isFinal?: (row: R) => boolean;
  on: { readonly [Type in Event['type']]?: Handler<R, Event, Type> };
}>;

/** Rows of one read model by primary key. */
export type Rows<R extends Row = Row> = ReadonlyMap<string, R>;

/** Folds one event into the rows; rows it does not touch stay the same objects. */
export function project<R extends Row, Event extends DomainEvent<string, object>>(
  projection: Projection<R, Event>,
  rows: Rows<R>,
  event: Recorded<Event>,
): Rows<R> {
  const type: Event['type'] = event.type;
  const handle = projection.on[type];
  if (handle === undefined) return rows;
  const next = new Map(rows);
  for (const key of projection.keysOf(event)) {
    next.set(key, handle(rows.get(key), event as Parameters<typeof handle>[1], key));
  }
  return next;
}
