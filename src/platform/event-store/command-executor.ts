/**
 * How every command runs: load, decide, append, answer.
 *
 *   turn      commands on one stream take turns in this process, so that they do not fight over versions they could have waited for
 *   load      the stream as this process remembers it, else from the database; nothing where its id was made for the command
 *   decide    pure; a refusal, or an answer without events, from a memory that turns out to be behind the database is thought over
 *   append    events, read models and receipt in one transaction; where another process was faster, load and decide again, unless
 *             the client named the version it decided by
 *   answer    from the rows as they now are, without reading them back
 *
 * A crash before the append's commit leaves nothing. After it, everything: an unanswered client that repeats its idempotency key gets the
 * stored answer.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import type { StreamRows } from '../../kernel/projection.js';
import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import { outcomeAnswer } from './outcome-answer.js';
import type { CommandContext, Outcome, Reply } from '../../kernel/command-context.js';
import { ConcurrencyError, TransientError } from './errors.js';
import type { Append, StoredAnswer } from './append.js';
import { EventStore } from './event-store.js';
import { type Folded, changedRows, foldEvents, nothingYet, withoutFinalRows } from './folded.js';
import { newEvents, recordedAt } from './new-events.js';
import { StreamMemory, streamKey } from './stream-memory.js';
import { eventOnWire } from './stored-event.js';
import type { StreamType } from './stream-type.js';
import { Turns } from './turns.js';

/** What a command's handler knows: which stream, the words of the command, and how to answer from the rows it leaves. */
export type Task<Command> = Readonly<{
  streamId: string;
  command: Command;
  context: CommandContext;
  answer: (rows: StreamRows) => Reply;
  /** The stream's id was made for this very command: there is nothing to load. Where there is after all, it is decided anew. */
  isNew?: true;
}>;

/** How often a command is decided anew because others were faster, before it gives up. */
const ATTEMPTS = 40;

/** The first attempts follow at once; the later ones pause, at most so long. */
const AT_ONCE = 2;
const MAX_PAUSE_MS = 25;

@Injectable()
export class CommandExecutor {
  private readonly turns = new Turns();

  constructor(
    private readonly store: EventStore,
    private readonly memory: StreamMemory,
  ) {}

  /**
   * Runs one command on one stream.
   *
   * Throws the decider's refusal; `stale-version` when the context names another version than the stream is at; `ClaimHeldError`;
   * `service-unavailable` when others kept being faster.
   */
  execute<State, Command, Event extends DomainEvent<string, object>>(
    type: StreamType<State, Command, Event>,
    task: Task<Command>,
  ): Promise<Outcome> {
    const { caller } = task.context;
    return this.turns.take(streamKey(type, caller.tenantId, task.streamId), () => this.attempts(type, task));
  }

  private async attempts<State, Command, Event extends DomainEvent<string, object>>(
    type: StreamType<State, Command, Event>,
    task: Task<Command>,
  ): Promise<Outcome> {
    const { tenantId } = task.context.caller;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const remembered = attempt === 0 ? this.remembered(type, task) : null;
      const folded = remembered ?? (await this.memory.load(type, tenantId, task.streamId));
      try {
        const outcome = await this.run(type, task, folded);
        if (outcome !== null) return outcome;
      } catch (error) {
        if (!(await this.isWorthAnotherTry(error, task, folded, remembered !== null))) throw error;
      }
      this.memory.forget(type, tenantId, task.streamId);
      if (attempt >= AT_ONCE) await pause(Math.random() * MAX_PAUSE_MS); // Lets whoever is faster finish; chance keeps rivals apart.
    }
    throw refuse('service-unavailable', 'Other commands on this stream kept being faster: try again.');
  }

  private remembered<State, Command, Event extends DomainEvent<string, object>>(
    type: StreamType<State, Command, Event>,
    { isNew, streamId, context }: Task<Command>,
  ): Folded<State> | null {
    return isNew === true ? nothingYet(type) : this.memory.recall(type, context.caller.tenantId, streamId);
  }

  /** Null when nothing is to be appended as this process remembers the stream, and the database has moved on since. */
  private async run<State, Command, Event extends DomainEvent<string, object>>(
    type: StreamType<State, Command, Event>,
    task: Task<Command>,
    before: Folded<State>,
  ): Promise<Outcome | null> {
    const { context } = task;
    if (before.version > 0) await this.requireExpectedVersion(task, before);
    const decided = type.decider.decide(before.state, task.command); // Refuses what is not there, whatever version was named.
    await this.requireExpectedVersion(task, before);
    const events = newEvents(type, before, decided, task);
    if (events.length > 0 && !context.dryRun) return this.append(type, task, before, events);
    if (await this.isBehind(task, before)) return null;
    if (!context.dryRun) return outcomeOf(task, before);
    if (type.claims !== undefined)
      await this.store.requireFree(context.caller.tenantId, task.streamId, type.claims(before.state, events));
    return rehearsed(type, task, before, events);
  }

  private async append<State, Command, Event extends DomainEvent<string, object>>(
    type: StreamType<State, Command, Event>,
    task: Task<Command>,
    before: Folded<State>,
    events: readonly Recorded<Event>[],
  ): Promise<Outcome> {
    const { receipt, caller } = task.context;
    const planned = foldEvents(type, before, events);
    const append: Append = {
      streamId: task.streamId,
      expectedVersion: before.version,
      events,
      rows: changedRows(before, planned),
      ...(type.claims === undefined ? {} : { claims: type.claims(before.state, events) }),
      ...(receipt === undefined ? {} : { receipt: { ...receipt, answer: outcomeAnswer(outcomeOf(task, planned)) } }),
    };
    const result = await this.store.appendOne(append);
    if ('replayed' in result) return replayedOutcome(result.replayed);
    const after = foldEvents(type, before, recordedAt(events, result.recordedAt));
    this.memory.keep(type, caller.tenantId, task.streamId, withoutFinalRows(type, after));
    return { ...outcomeOf(task, after), receiptStored: receipt !== undefined };
  }

  private async requireExpectedVersion(
    { context: { expectedVersion, caller }, streamId }: Task<unknown>,
    { version }: Folded<unknown>,
  ): Promise<void> {
    if (expectedVersion === undefined || expectedVersion === version) return;
    const intervening = await this.store.read(caller.tenantId, streamId, {
      afterVersion: Math.min(expectedVersion, version),
      limit: 200,
    });
    const message = `You decided by version ${String(expectedVersion)}; it is now at ${String(version)}. Read what happened since and decide again.`;
    throw refuse('stale-version', message, {
      expected: expectedVersion,
      actual: version,
      intervening: intervening.filter(({ streamVersion }) => streamVersion > expectedVersion).map(eventOnWire),
    });
  }

  private async isWorthAnotherTry(
    error: unknown,
    task: Task<unknown>,
    folded: Folded<unknown>,
    fromMemory: boolean,
  ): Promise<boolean> {
    if (error instanceof ConcurrencyError || error instanceof TransientError) return true;
    return fromMemory && (await this.isBehind(task, folded));
  }

  private async isBehind({ context, streamId }: Task<unknown>, { version }: Folded<unknown>): Promise<boolean> {
    return (await this.store.version(context.caller.tenantId, streamId)) !== version;
  }
}

function outcomeOf(task: Task<unknown>, { rows, version }: Folded<unknown>): Outcome {
  const { body, location, personId, kind = 'ok' } = task.answer(rows);
  return {
    kind,
    body,
    version,
    ...(location === undefined ? {} : { location }),
    ...(personId === undefined ? {} : { personId }),
  };
}

/** What the command would do: the same decision and the same rows, with the time of asking where the time of recording would stand. */
function rehearsed<State, Command, Event extends DomainEvent<string, object>>(
  type: StreamType<State, Command, Event>,
  task: Task<Command>,
  before: Folded<State>,
  planned: readonly Recorded<Event>[],
): Outcome {
  const events = recordedAt(planned, task.context.now);
  const { body, noun } = task.answer(foldEvents(type, before, events).rows);
  return {
    kind: 'dry_run',
    body: { events: events.map((event) => eventOnWire(event)), ...(noun === undefined ? body : { [noun]: body }) },
  };
}

function replayedOutcome({ status, body, headers, personId }: StoredAnswer): Outcome {
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
