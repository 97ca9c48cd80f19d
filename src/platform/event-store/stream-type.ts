import type { Decider } from '../../kernel/decider.js';
import type { JsonObject } from '../../kernel/json.js';
import type { Projection, Row } from '../../kernel/projection.js';
import type { Catalogue, DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import type { Claims } from './append.js';
import type { StoredEvent } from './stored-event.js';

/** One kind of stream: its rules, what its events are, and the read models written in the transaction of each append. */
export type StreamType<State, Command, Event extends DomainEvent<string, object>> = Readonly<{
  name: string;
  decider: Decider<State, Command, Event>;
  catalogue: Catalogue<Event>;
  /** Raise it when `evolve` or the shape of the state changes, so that older snapshots are left alone. */
  stateVersion: number;
  // Rows of different read models have nothing in common but being rows.
  projections: readonly Projection<Row, Event>[];
  /** Names that appending these events to a stream in this state takes and gives back. */
  claims?: (before: State, events: readonly Recorded<Event>[]) => Claims;
  /** Whether a process keeps a stream in this state in memory, at the price of forgetting another. Defaults to always. */
  isWorthKeeping?: (state: State) => boolean;
  /** About how many characters a stream in this state takes up in memory. Defaults to 10,000. */
  sizeOf?: (state: State) => number;
  /** What the decider saw, for the events' context: the template version of a run, for instance. */
  provenance?: (state: State) => JsonObject;
  /** For each event of a command, the place among them of the one that led to it, null for the command itself. Defaults to the first for all others. */
  causes?: (events: readonly Event[]) => readonly (number | null)[];
}>;

/** Lets a projection of any row type stand among a stream's, also one that depends on some of its events only. */
export function inline<R extends Row, Event extends DomainEvent<string, object>, Of extends Event = Event>(
  projection: Projection<R, Of>,
): Projection<Row, Event> {
  return projection as unknown as Projection<Row, Event>;
}

/**
 * Stored events as the events of a stream of this type. An event that this version of the software does not know was written by a newer one:
 * it is refused, because leaving it out would fold to something that never was.
 */
export function eventsOf<State, Command, Event extends DomainEvent<string, object>>(
  { name, catalogue }: StreamType<State, Command, Event>,
  stored: readonly StoredEvent[],
): readonly Recorded<Event>[] {
  const known: Readonly<Record<string, Readonly<{ schemaVersion: number }> | undefined>> = catalogue;
  for (const { type, schemaVersion, id } of stored) {
    if ((known[type]?.schemaVersion ?? 0) >= schemaVersion) continue;
    throw new Error(
      `Event ${id} of a ${name} is a ${type} in version ${String(schemaVersion)}: newer software wrote it. Update this process.`,
    );
  }
  return stored as unknown as readonly Recorded<Event>[];
}
