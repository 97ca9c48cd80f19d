/**
 * One rebuild, while the service serves. The rows are made anew beside the live ones, and take their place at once.
 *
 *   begin      `<name>_next` is made, empty; the mark is where history stands
 *   bulk       all streams are folded, their rows loaded in batches; memory stays the same however much there is
 *   index      keys and indexes, last: so the load has none to keep in order
 *   catch-up   streams that moved since the mark are folded anew, round by round, until few move within one
 *   compare    with the live rows: a row that no event accounts for, is missing, or differs is reported; the rebuilt ones win
 *   switch     one short transaction: lock the live table, fold what moved since the last round, rename. For inline read models the lock
 *              alone is the barrier, without a word in the append: an append that wrote its rows before us has committed, so we see its
 *              events; one that comes after writes its rows, whole ones, into the new table. The lock is waited for briefly and asked for again, so that
 *              nobody queues behind us for long
 *   done       the old table is `<name>_previous` until told otherwise
 *
 * Crash or takeover anywhere before the switch commits: `_next` is left, the live table untouched; whoever claims the rebuild begins anew
 * under a higher attempt, and every step of an earlier attempt is refused. A stream that cannot be folded ends it as `blocked`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import type { Row } from '../../kernel/projection.js';
import type { ReadModel } from './read-models.js';
import type { RebuildProgress } from './rebuild-progress.js';
import type { RebuildSession } from './rebuild-session.js';
import { type RebuildReason, RebuildSteps, type Report, type Ticket } from './rebuild-steps.js';
import { type Mark, RebuildStreams, type StreamPage } from './rebuild-streams.js';
import type { StreamExtent } from './stream-events.js';
import { type FoldedStream, foldStreams } from './stream-fold.js';

/** Rows a batch holds at least; one statement writes them while the next are folded. */
const BATCH_ROWS = 1000;

/** So few moved streams are folded within the switch: some milliseconds. */
const FEW_STREAMS = 50;
const MAX_ROUNDS = 20;

/** What stops a rebuild is listed, so far: whoever mends the first mends the rest. */
const MAX_FAILED = 100;

/** Below a second, so that neither commands nor PostgreSQL's deadlock check wait for us. */
const FIRST_LOCK_MS = 150;
const LONGEST_LOCK_MS = 750;

/** Between two tries everybody else has this many times as long as they had to wait. */
const REST = 10;

/** A stream that the projection cannot fold stands in the way. */
export class RebuildBlockedError extends Error {
  override readonly name = 'RebuildBlockedError';

  constructor(readonly failed: readonly FoldedStream[]) {
    super(`${String(failed.length)} streams cannot be folded.`);
  }
}

export class Rebuild {
  private readonly streams: RebuildStreams;
  private readonly steps: RebuildSteps;
  private readonly reason: RebuildReason;
  /** Versions that the last round folded, so that streams held in view by a long transaction are not folded again and again. */
  private folded = new Map<string, number | null>();

  constructor(
    private readonly model: ReadModel,
    private readonly session: RebuildSession,
    ticket: Ticket,
    private readonly progress: RebuildProgress,
    private readonly signal: AbortSignal,
  ) {
    this.streams = new RebuildStreams(session.ask, model);
    this.steps = new RebuildSteps(session, ticket);
    this.reason = ticket.reason;
  }

  /** Answers the report, null where there were no rows to compare. @throws RebuildBlockedError */
  async run(): Promise<Report | null> {
    await this.steps.begin();
    const { streams, events } = await this.streams.count();
    await this.progress.begin(streams, events);
    let mark = await this.streams.mark();
    await this.bulk(mark);
    await this.progress.enter('index');
    await this.steps.index();
    await this.progress.enter('catch-up');
    mark = await this.catchUp(mark);
    await this.progress.enter('compare');
    const [report, caughtUp] = await this.compare(mark);
    await this.progress.enter('switch');
    await this.switchOver(caughtUp, report);
    return report;
  }

  private async bulk(mark: Mark): Promise<void> {
    const failed: FoldedStream[] = [];
    let rows: Row[] = [];
    let loading = Promise.resolve();
    for await (const page of this.streams.all(mark)) {
      for await (const folded of foldStreams(this.session.ask, this.model, page.streams)) {
        this.signal.throwIfAborted();
        for (const stream of folded) collect(stream, rows, failed);
        if (failed.length >= MAX_FAILED) break;
        if (rows.length < BATCH_ROWS) continue;
        await loading;
        loading = this.steps.load(rows);
        loading.catch(() => undefined); // It is awaited before the next batch.
        rows = [];
      }
      this.advanced(page);
      if (failed.length >= MAX_FAILED) break;
    }
    await loading;
    if (failed.length > 0) throw new RebuildBlockedError(failed);
    await this.steps.load(rows);
  }

  private advanced({ streams, eventCount }: StreamPage): void {
    this.progress.add(streams.length, eventCount);
  }

  /** Rounds until few streams move within one; answers where the last began. */
  private async catchUp(from: Mark): Promise<Mark> {
    let mark = from;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const [next, count] = await this.round(mark);
      mark = next;
      if (count <= FEW_STREAMS) break;
    }
    return mark;
  }

  private async round(since: Mark): Promise<readonly [Mark, number]> {
    this.signal.throwIfAborted();
    const next = await this.streams.mark();
    const until = next.position > since.position ? next : { ...next, position: since.position };
    return [until, await this.fold(await this.streams.moved(since, until))];
  }

  /** Folds the streams that moved, but for those that stand where the last round left them; answers how many. */
  private async fold(moved: readonly StreamExtent[]): Promise<number> {
    const streams = moved.filter(({ streamId, upTo }) => this.folded.get(streamId) !== upTo);
    this.folded = new Map(moved.map(({ streamId, upTo }) => [streamId, upTo]));
    const failed: FoldedStream[] = [];
    for await (const folded of foldStreams(this.session.ask, this.model, streams)) {
      const rows: Row[] = [];
      for (const stream of folded) collect(stream, rows, failed);
      await this.steps.put(rows);
    }
    if (failed.length > 0) throw new RebuildBlockedError(failed);
    return streams.length;
  }

  private async compare(mark: Mark): Promise<readonly [Report | null, Mark]> {
    if (this.reason === 'never-built') return [null, mark];
    const found = await this.steps.compare();
    const caughtUp = await this.catchUp(mark);
    const { only_live: onlyLive, samples } = await this.steps.unaccounted(found.suspects);
    const report = {
      onlyLive: Number(onlyLive),
      onlyRebuilt: Number(found.only_rebuilt),
      different: Number(found.different),
      samples: [...found.samples, ...samples],
    };
    return [report, caughtUp];
  }

  private async switchOver(from: Mark, report: Report | null): Promise<void> {
    let mark = from;
    for (let waitMs = FIRST_LOCK_MS; ; waitMs = Math.min(waitMs + FIRST_LOCK_MS, LONGEST_LOCK_MS)) {
      const since = mark;
      try {
        await this.session.transaction(() => this.drainAndSwitch(since, waitMs, report));
        return;
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
        this.folded.clear(); // What this try put was rolled back.
      }
      await pause(waitMs * REST, undefined, { signal: this.signal });
      mark = await this.catchUp(mark);
    }
  }

  /** The reading connection sees everything that was committed before the lock was ours. */
  private async drainAndSwitch(since: Mark, waitMs: number, report: Report | null): Promise<void> {
    const position = Math.max(await this.steps.lock(waitMs), since.position);
    await this.fold(await this.streams.moved(since, { ...since, position }));
    await this.steps.switch(position, report);
  }
}

function collect(stream: FoldedStream, rows: Row[], failed: FoldedStream[]): void {
  if (stream.failure !== null) failed.push(stream);
  else for (const row of stream.rows.values()) rows.push(row);
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '55P03';
}
