import { type Projection, type Row, type Rows, project } from '../../kernel/projection.js';
import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import type { StreamType } from './stream-type.js';

/** What a stream's events fold to: the decider's state and the rows of its inline read models, by table and key. */
export type Folded<State> = Readonly<{ version: number; state: State; rows: Readonly<Record<string, Rows>> }>;

/** A stream without events. */
export function nothingYet<State, Event extends DomainEvent<string, object>>(
  type: StreamType<State, never, Event>,
): Folded<State> {
  return {
    version: 0,
    state: type.decider.initialState,
    rows: Object.fromEntries(type.projections.map(({ name }) => [name, new Map<string, Row>()])),
  };
}

/** Folds further events of the stream, oldest first. */
export function foldEvents<State, Event extends DomainEvent<string, object>>(
  type: StreamType<State, never, Event>,
  from: Folded<State>,
  events: readonly Recorded<Event>[],
): Folded<State> {
  const state = events.reduce((known, event) => type.decider.evolve(known, event), from.state);
  const rows: Record<string, Rows> = { ...from.rows };
  for (const projection of type.projections) {
    rows[projection.name] = project(projection, rowsOf(rows, projection), events);
  }
  return { version: events.at(-1)?.streamVersion ?? from.version, state, rows };
}

/** The rows that differ, by table: what an append has to write. */
export function changedRows(before: Folded<unknown>, after: Folded<unknown>): Record<string, Row[]> {
  const changed: Record<string, Row[]> = {};
  for (const [table, rows] of Object.entries(after.rows)) {
    const old = before.rows[table];
    const list = [...rows].filter(([key, row]) => old?.get(key) !== row).map(([, row]) => row);
    if (list.length > 0) changed[table] = list;
  }
  return changed;
}

/** Forgets the rows that no later event touches, so that memory does not grow with history. */
export function withoutFinalRows<State, Event extends DomainEvent<string, object>>(
  type: StreamType<State, never, Event>,
  folded: Folded<State>,
): Folded<State> {
  const rows: Record<string, Rows> = { ...folded.rows };
  for (const projection of type.projections) {
    const { isFinal } = projection;
    if (isFinal === undefined) continue;
    rows[projection.name] = new Map([...rowsOf(rows, projection)].filter(([, row]) => !isFinal(row)));
  }
  return { ...folded, rows };
}

function rowsOf<Event extends DomainEvent<string, object>>(
  rows: Readonly<Record<string, Rows>>,
  { name }: Projection<Row, Event>,
): Rows {
  return rows[name] ?? new Map<string, Row>();
}
