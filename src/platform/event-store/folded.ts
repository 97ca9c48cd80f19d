import { type Projection, type Row, projectInto } from '../../kernel/projection.js';
import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import type { ChangedRow } from './append.js';
import { type LaidRows, laidRows, withRows, withoutFinal } from './laid-rows.js';
import type { StreamType } from './stream-type.js';

/** What a stream's events fold to: the decider's state and the rows of its inline read models, by table and key. */
export type Folded<State> = Readonly<{
  version: number;
  state: State;
  rows: Readonly<Record<string, LaidRows>>;
  /** The event of that version, where it is known: by it a timeline shows that it is the one that was folded. */
  lastEventId?: string | undefined;
  /** Rows of a later version are in their tables as they are here: this process wrote or read them. Where it is left out, none is known to be. */
  rowsKnownAfter?: number;
}>;

/** A stream without events. */
export function nothingYet<State, Event extends DomainEvent<string, object>>(
  type: StreamType<State, never, Event>,
): Folded<State> {
  return {
    version: 0,
    state: type.decider.initialState,
    rows: Object.fromEntries(type.projections.map(({ name }) => [name, laidRows(new Map())])),
    rowsKnownAfter: 0,
  };
}

/** Folds further events of the stream, oldest first. */
export function foldEvents<State, Event extends DomainEvent<string, object>>(
  type: StreamType<State, never, Event>,
  from: Folded<State>,
  events: readonly Recorded<Event>[],
): Folded<State> {
  const state = events.reduce((known, event) => type.decider.evolve(known, event), from.state);
  const rows = { ...from.rows };
  for (const projection of type.projections) {
    const before = rowsOf(rows, projection);
    rows[projection.name] = withRows(before, touched(projection, before, events));
  }
  const last = events.at(-1);
  return {
    ...from,
    version: last?.streamVersion ?? from.version,
    state,
    rows,
    lastEventId: last?.id ?? from.lastEventId,
  };
}

/** The rows that differ, by table: what an append has to write. `after` was folded from `before`. */
export function changedRows<State, Event extends DomainEvent<string, object>>(
  type: StreamType<State, never, Event>,
  before: Folded<State>,
  after: Folded<State>,
): Record<string, ChangedRow[]> {
  const changed: Record<string, ChangedRow[]> = {};
  const { rowsKnownAfter = Infinity } = before;
  for (const projection of type.projections) {
    const [old, { over }] = [rowsOf(before.rows, projection), rowsOf(after.rows, projection)];
    const list: ChangedRow[] = [];
    for (const [key, row] of over) {
      const from = old.get(key);
      if (row === undefined || row === from) continue;
      const isKnown = from !== undefined && Number(from['streamVersion']) > rowsKnownAfter;
      list.push({ row, version: projection.version, ...(isKnown ? { from } : {}) });
    }
    if (list.length > 0) changed[projection.name] = list;
  }
  return changed;
}

/** Forgets the rows that no later event touches, so that memory does not grow with history. */
export function withoutFinalRows<State, Event extends DomainEvent<string, object>>(
  type: StreamType<State, never, Event>,
  folded: Folded<State>,
): Folded<State> {
  const rows = { ...folded.rows };
  for (const projection of type.projections) {
    const isFinal = projection.isFinal ?? (() => false);
    rows[projection.name] = withoutFinal(rowsOf(rows, projection), isFinal);
  }
  return { ...folded, rows };
}

/** The rows that the events touch, as these leave them. */
function touched<Event extends DomainEvent<string, object>>(
  projection: Projection<Row, Event>,
  before: LaidRows,
  events: readonly Recorded<Event>[],
): ReadonlyMap<string, Row> {
  const changes = new Map<string, Row>();
  const view = {
    get: (key: string) => changes.get(key) ?? before.get(key),
    values: () => withRows(before, changes).values(),
    set: (key: string, row: Row) => changes.set(key, row),
  };
  for (const event of events) projectInto(projection, view, event);
  return changes;
}

function rowsOf<Event extends DomainEvent<string, object>>(
  rows: Readonly<Record<string, LaidRows>>,
  { name }: Projection<Row, Event>,
): LaidRows {
  return rows[name] ?? laidRows(new Map());
}
