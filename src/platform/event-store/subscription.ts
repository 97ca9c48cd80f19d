import { Injectable } from '@nestjs/common';
import { type TimelineFilter, type TimelinePage, TimelineReader } from './timeline-reader.js';
import { TimelineSignal } from './timeline-signal.js';

const PAGE = 500;

/** The head as it was seen at that wake or later. */
type Look = Readonly<{ wake: number; head: Promise<number> }>;

/** Reads the timeline from a position on: first what is there (catch up), then what comes (live). */
@Injectable()
export class Subscriptions {
  private shared: Look | null = null;

  constructor(
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
}
