import { expect } from '@jest/globals';
import { fold, type Decider } from '../../src/kernel/decider.js';
import { DomainError, type ErrorCode, type ErrorDetails } from '../../src/kernel/domain-error.js';
import type { DomainEvent } from '../../src/kernel/recorded-event.js';

type Outcome<Event> = Readonly<{ events: readonly Event[] } | { refusal: DomainError }>;

/** A decider with its history, ready for one command. */
export function given<State, Command, Event extends DomainEvent<string, object>>(
  decider: Decider<State, Command, Event>,
  history: readonly Event[] = [],
) {
  const state = fold(decider.evolve, decider.initialState, history);
  return { when: (command: Command) => answers(attempt(() => decider.decide(state, command))) };
}

function attempt<Event>(decide: () => readonly Event[]): Outcome<Event> {
  try {
    return { events: decide() };
  } catch (error) {
    if (error instanceof DomainError) return { refusal: error };
    throw error;
  }
}

function answers<Event extends DomainEvent<string, object>>(outcome: Outcome<Event>) {
  const events = 'events' in outcome ? outcome.events : outcome.refusal;
  return {
    /** Exactly these events, in order, with every field. */
    then: (...expected: readonly Event[]): void => {
      expect(events).toEqual(expected);
    },
    /** Events of these types, in order. */
    thenTypes: (...types: readonly Event['type'][]): void => {
      expect('events' in outcome ? outcome.events.map(({ type }) => type) : outcome.refusal).toEqual(types);
    },
    /** Events of which one is, at least, this. */
    thenAmong: (expected: Readonly<{ type: Event['type']; detail?: object; reason?: string }>): void => {
      expect(events).toEqual(expect.arrayContaining([expect.objectContaining(withPartialDetail(expected))]));
    },
    /** The command is in effect already. */
    thenNothing: (): void => {
      expect(events).toEqual([]);
    },
    thenRejects: (code: ErrorCode, details: ErrorDetails = {}): void => {
      expect('refusal' in outcome ? outcome.refusal : outcome.events).toMatchObject({ code, details });
    },
  };
}

function withPartialDetail(expected: Readonly<{ detail?: object }>): Record<string, unknown> {
  return expected.detail === undefined
    ? { ...expected }
    : { ...expected, detail: expect.objectContaining({ ...expected.detail }) };
}
