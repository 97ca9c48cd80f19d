import type { DomainEvent } from './recorded-event.js';

/**
 * The rules of one kind of stream, free of clock, chance and I/O.
 *
 * `decide` answers a command with the events it leads to: none when the command is already in effect, a
 * `DomainError` when a rule refuses it. `evolve` folds one event into the state; rebuilds and time travel use the same one.
 */
export type Decider<State, Command, Event extends DomainEvent<string, object>> = Readonly<{
  initialState: State;
  decide: (state: State, command: Command) => readonly Event[];
  evolve: (state: State, event: Event) => State;
}>;

/** Folds events, oldest first, into a state. */
export function fold<State, Event>(
  evolve: (state: State, event: Event) => State,
  from: State,
  events: readonly Event[],
): State {
  return events.reduce(evolve, from);
}

/**
 * Thrown by `decide` where the rules need to know something that is not in the stream: whoever sent the command looks it up, adds it to the command
 * and has it decided again. What is asked for only where it counts costs the other commands nothing.
 */
export class InputWanted<Question extends object> extends Error {
  override readonly name = 'InputWanted';

  constructor(readonly question: Question) {
    super(`The rules want to know what is not in the stream, and were not told: ${JSON.stringify(question)}`);
  }
}
