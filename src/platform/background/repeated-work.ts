import type { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';

/** What is done again and again while the process runs. */
export type RepeatedWorkOptions = Readonly<{
  /** Does one round; a round that fails is reported and the next one comes all the same. */
  work: () => Promise<unknown>;
  everyMs: number;
  logger: Logger;
}>;

/** Runs work in rounds, never two at once, until it is stopped. */
export class RepeatedWork {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;

  constructor(private readonly options: RepeatedWorkOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Resolves when the round that is running is over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { work, everyMs, logger } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await work().catch((error: unknown) => {
        logger.error(error, 'A round failed; the next one comes all the same.');
      });
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
