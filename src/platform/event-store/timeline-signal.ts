import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DATABASE_CONNECTION } from '../database/database-connection.js';
import { type Connection, sessionOptions } from '../database/data-source.js';
import { SEALED_CHANNEL } from './sealer.js';

const RECONNECT_MS = 1000;

/**
 * Tells readers that the timeline may have grown. A hint only: whoever waits also looks again after a while, so a lost connection or
 * notification costs time and nothing else.
 */
@Injectable()
export class TimelineSignal implements BeforeApplicationShutdown {
  private readonly logger = new Logger('TimelineSignal');
  private readonly waiting = new Set<() => void>();
  private client: pg.Client | null = null;
  private retry: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(@Inject(DATABASE_CONNECTION) private readonly connection: Connection) {}

  /** Resolves at the next sign of growth, after `timeoutMs`, or when `signal` aborts, whichever is first. */
  async next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.listen();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done);
      this.waiting.add(done);
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
      for (const done of [...this.waiting]) done();
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
