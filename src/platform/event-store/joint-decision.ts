import { InputWanted } from '../../kernel/decider.js';
import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import type { Append, Claims } from './append.js';
import { outcomeOf } from './command-outcome.js';
import { type Folded, changedRows, foldEvents } from './folded.js';
import { newEvents } from './new-events.js';
import { outcomeAnswer } from './outcome-answer.js';
import type { StreamType } from './stream-type.js';
import type { Task, Waiting } from './waiting-commands.js';

/**
 * What the rules say to one command: its events, none where it is in effect already, with what they leave and the claims they move; or the error
 * that refuses it.
 */
export type Verdict<State, Event extends DomainEvent<string, object>> =
  | Readonly<{ events: readonly Recorded<Event>[]; after: Folded<State>; claims?: Claims }>
  | Readonly<{ error: unknown }>;

/** A command with what the rules say to it. */
export type Judged<State, Command, Event extends DomainEvent<string, object>> = Waiting<Command> &
  Readonly<{ verdict: Verdict<State, Event> }>;

type AnyEvent = DomainEvent<string, object>;

/** No further command goes along that would bring an append above so many events. */
const MAX_EVENTS = 500;

/**
 * Decides commands on one stream, each on what those before it leave, and answers as many of the first as can go into one append. One that
 * moves claims is written by itself, so that a claim somebody else holds refuses nobody but it. One whose rules want to know something is told;
 * where it is decided anew later, it is told anew.
 */
export async function decideTogether<State, Command, Event extends DomainEvent<string, object>>(
  type: StreamType<State, Command, Event>,
  before: Folded<State>,
  group: readonly Waiting<Command>[],
): Promise<readonly Judged<State, Command, Event>[]> {
  const judged: Judged<State, Command, Event>[] = [];
  let planned = before;
  for (const waiting of group) {
    const { task } = waiting;
    const said = verdictOn(type, planned, task, task.command);
    const verdict = isQuestion(said) ? await toldVerdict(type, planned, task, said.error) : said;
    if (!goesAlong(verdict, planned.version - before.version)) break;
    judged.push({ ...waiting, verdict });
    if ('error' in verdict) continue;
    planned = verdict.after;
    if (verdict.claims !== undefined) break;
  }
  return judged;
}

/** Whether a command leads to events that are to be stored. */
export function isToBeWritten({ task, verdict }: Judged<unknown, unknown, AnyEvent>): boolean {
  return 'events' in verdict && verdict.events.length > 0 && !task.context.dryRun;
}

/** What commands that were decided together write. */
export function jointAppend<State, Command, Event extends DomainEvent<string, object>>(
  type: StreamType<State, Command, Event>,
  streamId: string,
  before: Folded<State>,
  judged: readonly Judged<State, Command, Event>[],
): Append {
  const taken = judged.flatMap(({ task, verdict }) => ('error' in verdict ? [] : [{ ...verdict, task }]));
  const claims = taken.find((one) => one.claims !== undefined)?.claims;
  const after = taken.at(-1)?.after ?? before;
  const [receipt] = taken.flatMap(({ task }) => receiptOf(task, after)); // Whoever has one goes alone.
  return {
    streamId,
    expectedVersion: before.version,
    events: taken.flatMap(({ events }) => events),
    rows: changedRows(type, before, after),
    ...(claims === undefined ? {} : { claims }),
    ...(receipt === undefined ? {} : { receipt }),
  };
}

function receiptOf(task: Task<unknown>, after: Folded<unknown>): readonly NonNullable<Append['receipt']>[] {
  const { receipt } = task.context;
  return receipt === undefined ? [] : [{ ...receipt, answer: outcomeAnswer(outcomeOf(task, after)) }];
}

function isQuestion(verdict: Verdict<unknown, AnyEvent>): verdict is Readonly<{ error: InputWanted<object> }> {
  return 'error' in verdict && verdict.error instanceof InputWanted;
}

/** What the rules say once they know what they wanted to. A look-up that fails is that command's own refusal. */
async function toldVerdict<State, Command, Event extends DomainEvent<string, object>>(
  type: StreamType<State, Command, Event>,
  before: Folded<State>,
  task: Task<Command>,
  wanted: InputWanted<object>,
): Promise<Verdict<State, Event>> {
  if (task.inform === undefined) return { error: wanted };
  try {
    return verdictOn(type, before, task, await task.inform(wanted.question));
  } catch (error) {
    return { error };
  }
}

function verdictOn<State, Command, Event extends DomainEvent<string, object>>(
  type: StreamType<State, Command, Event>,
  before: Folded<State>,
  task: Task<Command>,
  command: Command,
): Verdict<State, Event> {
  try {
    const events = newEvents(type, before, type.decider.decide(before.state, command), task);
    if (events.length === 0) return { events, after: before };
    const claims = type.claims?.(before.state, events);
    const moves = claims !== undefined && claims.take.length + claims.release.length > 0;
    return { events, after: foldEvents(type, before, events), ...(moves ? { claims } : {}) };
  } catch (error) {
    return { error };
  }
}

function goesAlong(verdict: Verdict<unknown, AnyEvent>, eventCount: number): boolean {
  if ('error' in verdict || eventCount === 0) return true;
  return verdict.claims === undefined && eventCount + verdict.events.length <= MAX_EVENTS;
}
