/**
 * How every command runs: wait, load, decide, append, answer.
 *
 *   wait      commands on one stream take turns in this process, in the order they came; the one whose turn it is takes along what else waits
 *             for the stream, up to a bound. One with an idempotency key or a named version goes alone, and so does a dry run
 *   load      the stream as this process remembers it, else from the database; nothing where its id was made for the command
 *   decide    pure, each command on what those before it leave; a refusal is for that command alone. Where the rules want to know what is not
 *             in the stream, it is looked up and they are asked again, once each time they decide. Where nothing is to be written and the memory
 *             turns out to be behind the database, all of them are thought over
 *   append    the events of all of them, their read models and the receipt in one transaction; where another process was faster, load and
 *             decide again, fewer of them at a time, unless the client named the version it decided by
 *   answer    each from the rows as its own events leave them, without reading them back
 *
 * Each event is recorded with the flow, the actor, the context and the time of occurrence of its own command; the time of recording is the append's.
 * A command that moves claims is appended alone: those after it are decided once it is known whether it has them. An append of several that the
 * database refuses for another reason was rolled back whole, so they are run again one by one, and only the one at fault is refused.
 *
 * A crash before the append's commit leaves nothing, of none of them. After it, everything: an unanswered client that repeats its idempotency key
 * gets the stored answer. Where it is not known whether the database committed, those who wrote are told; the others are run again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Outcome } from '../../kernel/command-context.js';
import { refuse } from '../../kernel/domain-error.js';
import type { DomainEvent } from '../../kernel/recorded-event.js';
import { isConflict } from './errors.js';
import { EventStore } from './event-store.js';
import { type Folded, nothingYet, withoutFinalRows } from './folded.js';
import { answerRefused, answerReplayed, answerUnwritten, answerWritten } from './joint-answers.js';
import { type Judged, decideTogether, isToBeWritten, jointAppend } from './joint-decision.js';
import { type StoredEvent, eventOnWire } from './stored-event.js';
import { StreamMemory, streamKey } from './stream-memory.js';
import type { StreamType } from './stream-type.js';
import { Turns } from './turns.js';
import { type Task, type Waiting, WaitingCommands } from './waiting-commands.js';

/** How often commands are decided anew because others were faster, before they are given up. */
const ATTEMPTS = 40;

/** The first attempts follow at once; the later ones pause, at most so long. */
const AT_ONCE = 2;
const MAX_PAUSE_MS = 25;

/** The stream that commands wait for. */
type Stream<State, Command, Event extends DomainEvent<string, object>> = Readonly<{
  type: StreamType<State, Command, Event>;
  tenantId: string;
  streamId: string;
}>;

/** Commands on one stream, in the order they came. */
type Group<Command> = readonly Waiting<Command>[];

@Injectable()
export class CommandExecutor {
  private readonly turns = new Turns();
  private readonly waiting = new WaitingCommands();

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
    task: Task<Command, State>,
  ): Promise<Outcome> {
    const stream = { type, tenantId: task.context.caller.tenantId, streamId: task.streamId };
    const key = streamKey(type, stream.tenantId, stream.streamId);
    const answer = Promise.withResolvers<Outcome>();
    this.waiting.add(key, { task: task as Task<Command>, answer });
    // A command that was taken along leaves its own turn to who waits behind it.
    void this.turns.take(key, () => this.run(stream, this.waiting.take<Command>(key)));
    return answer.promise;
  }

  /** Answers every command of the group. */
  private async run<State, Command, Event extends DomainEvent<string, object>>(
    stream: Stream<State, Command, Event>,
    group: Group<Command>,
  ): Promise<void> {
    if (group.length === 0) return;
    try {
      for (const left of await this.attempts(stream, group)) await this.run(stream, left);
    } catch (error) {
      for (const { answer } of group) answer.reject(error);
    }
  }

  /** Runs the first commands of the group, as many as go together; answers the groups that are left to be run. */
  private async attempts<State, Command, Event extends DomainEvent<string, object>>(
    stream: Stream<State, Command, Event>,
    group: Group<Command>,
  ): Promise<readonly Group<Command>[]> {
    const { type, tenantId, streamId } = stream;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const remembered = attempt === 0 ? this.remembered(stream, group) : null;
      const before = remembered ?? (await this.memory.load(type, tenantId, streamId));
      const judged = await this.judged(stream, before, group.slice(0, shareOf(group, attempt)));
      const left = judged.some(isToBeWritten)
        ? await this.write(stream, before, judged)
        : await this.leave(stream, before, judged, remembered);
      if (left !== null) return [...left, group.slice(judged.length)];
      if (attempt >= AT_ONCE) await pause(Math.random() * MAX_PAUSE_MS); // Lets whoever is faster finish; chance keeps rivals apart.
    }
    throw refuse('service-unavailable', 'Other commands on this stream kept being faster: try again.');
  }

  private remembered<State, Command, Event extends DomainEvent<string, object>>(
    { type, tenantId, streamId }: Stream<State, Command, Event>,
    [first]: Group<Command>,
  ): Folded<State> | null {
    return first?.task.isNew === true ? nothingYet(type) : this.memory.recall(type, tenantId, streamId);
  }

  /** What the rules say, and to a command that goes alone also the stream's version and the claims of others. */
  private async judged<State, Command, Event extends DomainEvent<string, object>>(
    stream: Stream<State, Command, Event>,
    before: Folded<State>,
    group: Group<Command>,
  ): Promise<readonly Judged<State, Command, Event>[]> {
    const judged = await decideTogether(stream.type, before, group);
    const [first] = judged;
    if (first === undefined) return judged;
    if (before.version === 0 && 'error' in first.verdict) return judged; // What is not there is refused, whatever version was named.
    const error = await this.objection(stream, before, first);
    return error === null ? judged : [{ ...first, verdict: { error } }];
  }

  private async objection<State, Command, Event extends DomainEvent<string, object>>(
    { tenantId, streamId }: Stream<State, Command, Event>,
    { version }: Folded<State>,
    { task: { context }, verdict }: Judged<State, Command, Event>,
  ): Promise<unknown> {
    const { expectedVersion, dryRun } = context;
    if (expectedVersion !== undefined && expectedVersion !== version) {
      const slice = { afterVersion: Math.min(expectedVersion, version), limit: 200 };
      return staleVersion(expectedVersion, version, await this.store.read(tenantId, streamId, slice));
    }
    if (!dryRun || 'error' in verdict || verdict.claims === undefined) return null;
    const free = this.store.requireFree(tenantId, streamId, verdict.claims);
    return free.then(() => null).catch((error: unknown) => error);
  }

  /** Answers commands that write nothing. Null, and no answer, where the memory they were decided by is behind the database. */
  private async leave<State, Command, Event extends DomainEvent<string, object>>(
    { type, tenantId, streamId }: Stream<State, Command, Event>,
    before: Folded<State>,
    judged: readonly Judged<State, Command, Event>[],
    remembered: Folded<State> | null,
  ): Promise<readonly Group<Command>[] | null> {
    if (remembered !== null && (await this.store.version(tenantId, streamId)) !== before.version) return null;
    answerUnwritten(type, before, judged);
    return [];
  }

  /** Appends, keeps and answers. Null, and no answer, where others were faster. */
  private async write<State, Command, Event extends DomainEvent<string, object>>(
    { type, tenantId, streamId }: Stream<State, Command, Event>,
    before: Folded<State>,
    judged: readonly Judged<State, Command, Event>[],
  ): Promise<readonly Group<Command>[] | null> {
    const appending = this.store.appendOne(jointAppend(type, streamId, before, judged));
    const result = await appending.catch((error: unknown) => ({ error }));
    if ('error' in result) return isConflict(result.error) ? null : answerRefused(judged, result.error);
    if ('replayed' in result) answerReplayed(judged, result.replayed);
    else {
      const after = answerWritten(type, before, judged, result.recordedAt);
      this.memory.keep(type, tenantId, streamId, withoutFinalRows(type, after));
    }
    return [];
  }
}

/** How many of the group to try: the fewer, the more often others were faster, because what takes less time is overtaken less. */
function shareOf({ length }: Group<unknown>, attempt: number): number {
  return Math.ceil(length / 2 ** Math.max(0, attempt - AT_ONCE + 1));
}

function staleVersion(expected: number, actual: number, events: readonly StoredEvent[]): Error {
  const message = `You decided by version ${String(expected)}; it is now at ${String(actual)}. Read what happened since and decide again.`;
  return refuse('stale-version', message, {
    expected,
    actual,
    intervening: events.filter(({ streamVersion }) => streamVersion > expected).map(eventOnWire),
  });
}
