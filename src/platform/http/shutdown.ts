import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';

/**
 * How the service stops without losing a command.
 *
 * open: requests are counted while they are answered. closing: `signal` is aborted, streams end, new requests get 503
 * and a closed connection, running ones finish. drained: none is left, or patience is over; then the server and
 * whatever serves it (the database last) may close. Crash anywhere: the same as a crash of the process.
 */
@Injectable()
export class Shutdown {
  private readonly controller = new AbortController();
  private readonly drained = Promise.withResolvers<undefined>();
  private runningCount = 0;

  /** Aborted when the service begins to close; streams end on it. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Counts a request as running until its response is closed, sent or not. */
  track(response: ServerResponse): void {
    this.runningCount += 1;
    response.once('close', () => {
      this.runningCount -= 1;
      this.settle();
    });
  }

  /** Begins to close: streams end, nothing new gets in. */
  begin(): void {
    this.controller.abort();
    this.settle();
  }

  /** Resolves when nothing runs any more, after `patienceMs` at the latest. */
  async drain(patienceMs: number): Promise<void> {
    const timer = setTimeout(() => this.drained.resolve(undefined), patienceMs);
    await this.drained.promise;
    clearTimeout(timer);
  }

  private settle(): void {
    if (this.signal.aborted && this.runningCount === 0) this.drained.resolve(undefined);
  }
}
