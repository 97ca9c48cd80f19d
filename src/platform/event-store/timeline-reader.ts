import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { type StageEventRow, type StoredEvent, eventColumns, storedEvent } from './stored-event.js';

/** What a reader wants to see of the timeline; an absent field does not filter. Times are ISO 8601, `from` inclusive, `to` exclusive. */
export type TimelineFilter = Readonly<{
  category?: string;
  eventType?: string;
  correlationId?: string;
  actorId?: string;
  streamId?: string;
  from?: string;
  to?: string;
}>;

/** A page of sealed events with the position to go on from, which moves over events that the filter left out. */
export type TimelinePage = Readonly<{ events: readonly StoredEvent[]; next: number; atHead: boolean }>;

type PageAsked = Readonly<{ after: number; limit: number; filter?: TimelineFilter }>;

const conditions: Readonly<Record<keyof TimelineFilter, string>> = {
  category: 'l.category =',
  eventType: 'l.event_type =',
  correlationId: 'l.correlation_id =',
  actorId: 'l.actor_id =',
  streamId: 'l.stream_id =',
  from: 'l.recorded_at >=',
  to: 'l.recorded_at <',
};

/** Reads sealed events in the order of their positions. What it has passed never changes and nothing is ever put before it. */
@Injectable()
export class TimelineReader {
  constructor(private readonly database: Database) {}

  /** The last position given; 0 before the first. */
  async head(): Promise<number> {
    const [row] = await this.database.call<{ last_position: string }>(HEAD, []);
    return Number(row?.last_position ?? 0);
  }

  /** Sealed events after a position that pass the filter, oldest first. */
  async read(tenantId: string, asked: PageAsked): Promise<TimelinePage> {
    const head = await this.head(); // Before the page, so that the cursor never moves past what the page could see.
    return this.readUpTo(head, tenantId, asked);
  }

  /** The same, up to a head that was read before; without a query where that has not passed `after`. */
  async readUpTo(head: number, tenantId: string, { after, limit, filter = {} }: PageAsked): Promise<TimelinePage> {
    if (head <= after) return { events: [], next: after, atHead: true };
    const { name, text, values } = pageStatement(filter, [tenantId, after, head, limit]);
    const rows = await this.database.query<StageEventRow>(tenantId, { name, text }, values);
    const events = rows.map(storedEvent);
    const atHead = events.length < limit;
    return { events, next: atHead ? head : (events.at(-1)?.position ?? head), atHead };
  }
}

const HEAD = { name: 'timeline_head', text: 'select last_position from seal_state' };

function pageStatement(filter: TimelineFilter, fixed: unknown[]): { name: string; text: string; values: unknown[] } {
  const used = (Object.keys(conditions) as (keyof TimelineFilter)[]).filter((key) => filter[key] !== undefined);
  const where = used.map((key, index) => ` and ${conditions[key]} $${String(fixed.length + 1 + index)}`).join('');
  return {
    name: ['timeline', ...used].join('_'),
    text: `select ${eventColumns}, l.position
      from sealed_events l join stage_events e using (stream_id, stream_version)
      where l.tenant_id = $1 and l.position > $2 and l.position <= $3${where}
      order by l.position limit $4`,
    values: [...fixed, ...used.map((key) => filter[key])],
  };
}
