import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/database.js';
import { TimelineSignal } from '../event-store/timeline-signal.js';
import { Follower } from './follower.js';
import { type ReadModel, ReadModels } from './read-models.js';
import type { FoldedStream } from './stream-fold.js';

/** A failed page is a database out of reach: it is reported once and tried again for as long as it takes. */
const RETRY_MS = 1000;

/** Keeps the read models that follow the timeline up with it, side by side. */
@Injectable()
export class CatchUp implements BeforeApplicationShutdown {
  private readonly logger = new Logger('CatchUp');
  private readonly stopping = new AbortController();
  private running: Promise<unknown> | null = null;

  constructor(
    private readonly database: Database,
    private readonly readModels: ReadModels,
    private readonly signal: TimelineSignal,
  ) {}

  start(): void {
    const models = this.readModels.all().filter(({ kind }) => kind === 'async');
    this.running ??= Promise.all(models.map((model) => this.follow(model)));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async follow(model: ReadModel): Promise<void> {
    const { signal } = this.stopping;
    const follower = new Follower(model, this.database);
    let isFailing = false;
    while (!signal.aborted) {
      const { wakes } = this.signal;
      try {
        await this.pages(model, follower);
        isFailing = false;
        await this.signal.next(wakes, signal);
      } catch (error) {
        if (!isFailing)
          this.logger.error(error, `${model.projection.name} cannot catch up; it is tried until it works.`);
        isFailing = true;
        follower.forget();
        await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async pages({ projection: { name } }: ReadModel, follower: Follower): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const failed = await follower.next();
      if (failed === null) return;
      for (const stream of failed) this.tell(name, stream);
    }
  }

  private tell(name: string, { streamId, failure }: FoldedStream): void {
    const what = `${String(failure?.event.type)} (version ${String(failure?.event.streamVersion)})`;
    this.logger.error(
      `${name} cannot take ${what} of stream ${streamId}, which is parked, its later events with it: ${String(failure?.error)}`,
    );
  }
}
