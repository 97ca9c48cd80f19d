import type { Outcome } from '../../kernel/command-context.js';
import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import type { StoredAnswer } from './append.js';
import { outcomeOf, rehearsed, replayedOutcome } from './command-outcome.js';
import { wasRolledBack } from './errors.js';
import { type Folded, foldEvents } from './folded.js';
import { type Judged, isToBeWritten } from './joint-decision.js';
import { recordedAt } from './new-events.js';
import type { StreamType } from './stream-type.js';
import type { Waiting } from './waiting-commands.js';

type AnyEvent = DomainEvent<string, object>;

/** Answers commands that leave the stream as it is: refused, in effect already, or only asked what they would do. */
export function answerUnwritten<State, Command, Event extends DomainEvent<string, object>>(
  type: StreamType<State, Command, Event>,
  before: Folded<State>,
  judged: readonly Judged<State, Command, Event>[],
): void {
  for (const one of judged) {
    respond(one, (events) =>
      one.task.context.dryRun ? rehearsed(type, one.task, before, events) : outcomeOf(one.task, before),
    );
  }
}

/** Answers each command from the stream as its own events leave it; returns the stream as the last leaves it. */
export function answerWritten<State, Command, Event extends DomainEvent<string, object>>(
  type: StreamType<State, Command, Event>,
  before: Folded<State>,
  judged: readonly Judged<State, Command, Event>[],
  at: string,
): Folded<State> {
  return judged.reduce((folded, one) => {
    const after = foldEvents(type, folded, recordedAt('error' in one.verdict ? [] : one.verdict.events, at));
    respond(one, ({ length }) => ({
      ...outcomeOf(one.task, after),
      ...(length === 0 ? {} : { receiptStored: one.task.context.receipt !== undefined }),
    }));
    return after;
  }, before);
}

/** Gives the answer that was given before. */
export function answerReplayed(judged: readonly Judged<unknown, unknown, AnyEvent>[], given: StoredAnswer): void {
  for (const one of judged) respond(one, () => replayedOutcome(given));
}

/**
 * Tells the command whose append was refused. Of several, each is to be run by itself where the database took back all of it; where that is not
 * known, those that were in it are told, and the others are to be run again. Returns the groups that are left to be run.
 */
export function answerRefused<Command>(
  judged: readonly Judged<unknown, Command, AnyEvent>[],
  error: unknown,
): readonly (readonly Waiting<Command>[])[] {
  if (judged.length > 1 && wasRolledBack(error)) return judged.map((one) => [one]);
  for (const one of judged.filter(isToBeWritten)) one.answer.reject(error);
  return [judged.filter((one) => !isToBeWritten(one))];
}

/** An answer that cannot be made fails its own command only. */
function respond<Event extends DomainEvent<string, object>>(
  { answer, verdict }: Judged<unknown, unknown, Event>,
  outcome: (events: readonly Recorded<Event>[]) => Outcome,
): void {
  try {
    if ('error' in verdict) answer.reject(verdict.error);
    else answer.resolve(outcome(verdict.events));
  } catch (error) {
    answer.reject(error);
  }
}
