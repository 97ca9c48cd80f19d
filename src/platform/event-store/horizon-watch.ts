import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { RepeatedWork } from '../background/repeated-work.js';
import { Sealer } from './sealer.js';

const LOOK_EVERY_MS = 30_000;

/** Sealing takes milliseconds; whoever makes events wait so long should be found. */
const LONG_WAIT_SECONDS = 30;

/**
 * Says so when events wait for their position. Recording goes on meanwhile, and nothing is lost: but readers of the timeline stand still for
 * as long as any writing transaction of the same server, in whatever database, is left open.
 */
@Injectable()
export class HorizonWatch implements BeforeApplicationShutdown {
  private readonly logger = new Logger('HorizonWatch');
  private readonly rounds: RepeatedWork;

  constructor(private readonly sealer: Sealer) {
    this.rounds = new RepeatedWork({ work: () => this.look(), everyMs: LOOK_EVERY_MS, logger: this.logger });
  }

  start(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  private async look(): Promise<void> {
    const waitSeconds = await this.sealer.oldestWaitSeconds();
    if (waitSeconds < LONG_WAIT_SECONDS) return;
    const since = `Events wait for their position since ${String(Math.round(waitSeconds))} s`;
    this.logger.warn(
      `${since}: a transaction that was left open holds them back, docs/runbook.md says how to find it.`,
    );
  }
}
