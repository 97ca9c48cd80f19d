import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_CONNECTION } from '../database/database-connection.js';
import { type Connection, sessionOptions } from '../database/data-source.js';
import { SEALED_CHANNEL } from './sealer.js';

const RECONNECT_MS = 1000;

/** How long those who wait do so without a sign before they look by themselves. */
const POLL_MS = 1000;

/**
 * Tells readers that the timeline may have grown. A hint only: whoever waits is also woken after a while, so a lost connection or
 * notification costs time and nothing else. Wakes are counted, so that one that came while a reader was busy is not slept through.
 */
@Injectable()
export class TimelineSignal implements BeforeApplicationShutdown {
  private readonly logger = new Logger('TimelineSignal');
  private readonly waiting = new Set<() => void>();
  private client: pg.Client | null = null;
  private retry: NodeJS.Timeout | null = null;
  private poll: NodeJS.Timeout | null = null;
  private wakeCount = 0;
  private stopped = false;

  constructor(@Inject(DATABASE_CONNECTION) private readonly connection: Connection) {}

  /** How often readers were woken so far: what `next` is told, read before looking at the timeline. */
  get wakes(): number {
    return this.wakeCount;
  }

  /** Resolves at the first wake after the `seen`-th, which may have been already, or when `signal` aborts. */
  async next(seen: number, signal: AbortSignal): Promise<void> {
    await this.listen();
    if (signal.aborted || this.wakeCount > seen) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.waiting.delete(done);
        if (this.waiting.size === 0) this.stopPolling();
        resolve();
      };
      signal.addEventListener('abort', done);
      this.waiting.add(done);
      this.poll ??= setTimeout(() => {
        this.wake();
      }, POLL_MS);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.client?.end();
  }

  private async listen(): Promise<void> {
    if (this.client !== null || this.retry !== null || this.stopped) return;
    const client = new pg.Client({
      ...this.connection,
      options: sessionOptions('stageline_app'),
      application_name: 'stageline listen',
    });
    this.client = client;
    client.on('notification', () => {
      this.wake();
    });
    client.on('error', () => {
      this.lost(client);
    });
    client.on('end', () => {
      this.lost(client);
    });
    try {
      await client.connect();
      await client.query(`listen ${SEALED_CHANNEL}`);
    } catch {
      this.lost(client);
    }
  }

  private wake(): void {
    this.wakeCount += 1;
    for (const done of [...this.waiting]) done();
  }

  private stopPolling(): void {
    if (this.poll !== null) clearTimeout(this.poll);
    this.poll = null;
  }

  private lost(client: pg.Client): void {
    if (this.client !== client || this.stopped) return;
    this.client = null;
    void client.end().catch(() => undefined); // It may be half open; it is of no use any more.
    this.logger.warn('Lost the connection that listens for sealed events: reading by polling until it is back.');
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.listen();
    }, RECONNECT_MS);
  }
}
