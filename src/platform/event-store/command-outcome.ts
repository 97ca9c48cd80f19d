import type { Outcome } from '../../kernel/command-context.js';
import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import type { StoredAnswer } from './append.js';
import { type Folded, foldEvents } from './folded.js';
import { recordedAt } from './new-events.js';
import { eventOnWire } from './stored-event.js';
import type { StreamType } from './stream-type.js';
import type { Task } from './waiting-commands.js';

/** What a command answers from the stream as it leaves it. */
export function outcomeOf(task: Task<unknown>, { rows, state, version }: Folded<unknown>): Outcome {
  const { body, location, personId, kind = 'ok' } = task.answer(rows, state);
  return {
    kind,
    body,
    version,
    ...(location === undefined ? {} : { location }),
    ...(personId === undefined ? {} : { personId }),
  };
}

/** What the command would do: the same decision and the same rows, with the time of asking where the time of recording would stand. */
export function rehearsed<State, Command, Event extends DomainEvent<string, object>>(
  type: StreamType<State, Command, Event>,
  task: Task<Command>,
  before: Folded<State>,
  planned: readonly Recorded<Event>[],
): Outcome {
  const events = recordedAt(planned, task.context.now);
  const { rows, state } = foldEvents(type, before, events);
  const { body, noun } = task.answer(rows, state);
  return {
    kind: 'dry_run',
    body: { events: events.map((event) => eventOnWire(event)), ...(noun === undefined ? body : { [noun]: body }) },
  };
}

/** The answer that was given before to the same idempotency key. */
export function replayedOutcome({ status, body, headers, personId }: StoredAnswer): Outcome {
  const { etag, location } = headers;
  return {
    kind: status === 201 ? 'created' : 'ok',
    body: body as object,
    ...(etag === undefined ? {} : { version: Number(etag.replaceAll('"', '')) }),
    ...(location === undefined ? {} : { location }),
    ...(personId === undefined ? {} : { personId }),
    replayed: true,
    receiptStored: true,
  };
}
