import type { Database } from '../database/database.js';
import type { Ticket } from './rebuild-steps.js';

/** How often a rebuild says that it lives. */
const HEARTBEAT_MS = 2000;

/** What the list of projections shows of a rebuild under way. Kept on another connection than the one that a long step occupies. */
export class RebuildProgress {
  private streamsDone = 0;
  private eventsDone = 0;
  private readonly heart: NodeJS.Timeout;

  constructor(
    private readonly database: Database,
    private readonly ticket: Ticket,
  ) {
    this.heart = setInterval(() => {
      void this.save().catch(() => undefined); // A database out of reach fails the next step, which says so.
    }, HEARTBEAT_MS);
  }

  async begin(streams: number, events: number): Promise<void> {
    await this.database.systemQuery(BEGIN, [...this.key, streams, events]);
  }

  async enter(phase: 'index' | 'catch-up' | 'compare' | 'switch'): Promise<void> {
    await this.save();
    await this.database.systemQuery(ENTER, [...this.key, phase]);
  }

  add(streams: number, events: number): void {
    this.streamsDone += streams;
    this.eventsDone += events;
  }

  stop(): void {
    clearInterval(this.heart);
  }

  private get key(): readonly [string, number] {
    return [this.ticket.id, this.ticket.attempt];
  }

  private async save(): Promise<void> {
    await this.database.systemQuery(SAVE, [...this.key, this.streamsDone, this.eventsDone]);
  }
}

const MINE = "where id = $1 and attempt = $2 and status = 'running'";

const BEGIN = {
  name: 'rebuild_begins',
  text: `update projection_rebuilds set phase = 'bulk', streams_total = $3, events_total = $4, heartbeat_at = clock_timestamp() ${MINE}`,
};
const ENTER = {
  name: 'rebuild_enters',
  text: `update projection_rebuilds set phase = $3, heartbeat_at = clock_timestamp() ${MINE}`,
};
const SAVE = {
  name: 'rebuild_goes_on',
  text: `update projection_rebuilds set streams_done = $3, events_done = $4, heartbeat_at = clock_timestamp() ${MINE}`,
};
