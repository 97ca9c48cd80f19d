import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { type TimelineFilter, type TimelinePage, TimelineReader } from './timeline-reader.js';
import { TimelineSignal } from './timeline-signal.js';
import { ConcurrencyError } from './errors.js';

const PAGE = 500;

/** Whoever follows the timeline under a name, so that it goes on where it stopped. Raise `version` to begin anew. */
export type Subscriber = Readonly<{ name: string; version: number }>;

/** The head as it was seen at that wake or later. */
type Look = Readonly<{ wake: number; head: Promise<number> }>;

/** Reads the timeline from a position on: first what is there (catch up), then what comes (live). */
@Injectable()
export class Subscriptions {
  private shared: Look | null = null;

  constructor(
    private readonly database: Database,
    private readonly reader: TimelineReader,
    private readonly signal: TimelineSignal,
  ) {}

  /**
   * Pages of sealed events after a position, each event once and in order, until `signal` aborts; a page may be empty. Each wake costs
   * one look at the head for all who follow, and a page only for those whom the head has passed.
   */
  async *follow(
    tenantId: string,
    { after, filter = {}, signal }: { after: number; filter?: TimelineFilter; signal: AbortSignal },
  ): AsyncGenerator<TimelinePage> {
    let position = after;
    // A look of its own to begin with: the shared one may be long ago, for nobody is woken while nobody follows.
    let look: Look | null = { wake: this.signal.wakes, head: this.reader.head() };
    while (look !== null && !signal.aborted) {
      const page = await this.reader.readUpTo(await look.head, tenantId, { after: position, limit: PAGE, filter });
      yield page;
      position = page.next;
      if (page.atHead) look = await this.lookAfter(look.wake, signal);
    }
  }

  /** The look at the head that the next wake brings, the same for all who were woken; null when `signal` aborts. */
  private async lookAfter(wake: number, signal: AbortSignal): Promise<Look | null> {
    await this.signal.next(wake, signal);
    if (signal.aborted) return null;
    if (this.shared?.wake !== this.signal.wakes) this.shared = { wake: this.signal.wakes, head: this.reader.head() };
    return this.shared;
  }

  /** Where a subscriber stands; 0 before its first event. */
  async checkpoint({ name, version }: Subscriber): Promise<number> {
    const [row] = await this.database.call<{ position: string }>(CHECKPOINT, [name, version]);
    return Number(row?.position ?? 0);
  }

  /**
   * Does the subscriber's work for one page and moves its checkpoint, in one transaction. The checkpoint is compared before it is
   * moved: where another process was faster, everything is rolled back and `ConcurrencyError` is thrown, so no page counts twice.
   */
  async advance(
    subscriber: Subscriber,
    { from, to }: { from: number; to: number },
    work: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    await this.database.system((manager) =>
      manager.transaction(async (transaction) => {
        await work(transaction);
        const moved = await transaction.query<{ name: string }[]>(MOVE_CHECKPOINT, [
          subscriber.name,
          subscriber.version,
          from,
          to,
        ]);
        if (moved.length === 0) throw new ConcurrencyError(subscriber.name, from, await this.checkpoint(subscriber));
      }),
    );
  }
}

const CHECKPOINT = {
  name: 'checkpoint',
  text: 'select position from projection_checkpoints where name = $1 and version = $2',
};

const MOVE_CHECKPOINT = `
  insert into projection_checkpoints as c (name, version, position)
  select $1, $2, $4 where $3 = 0 or exists (select from projection_checkpoints where name = $1 and version = $2)
  on conflict (name, version) do update set position = excluded.position, updated_at = clock_timestamp()
    where c.position = $3::bigint
  returning name`;
