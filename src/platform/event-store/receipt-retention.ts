import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { RepeatedWork } from '../background/repeated-work.js';
import { Receipts } from './receipts.js';

const HOUR_MS = 3_600_000;

/** Forgets stored answers when their time is over, so that they do not outgrow the events. */
@Injectable()
export class ReceiptRetention implements BeforeApplicationShutdown {
  private readonly rounds: RepeatedWork;

  constructor(private readonly receipts: Receipts) {
    const work = (): Promise<void> => this.pruneAll();
    this.rounds = new RepeatedWork({ work, everyMs: HOUR_MS, logger: new Logger('ReceiptRetention') });
  }

  start(): void {
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  private async pruneAll(): Promise<void> {
    while ((await this.receipts.prune()) > 0);
  }
}
