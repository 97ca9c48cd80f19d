import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStore } from './event-store.js';
import { Sealer } from './sealer.js';

/** The nest token of the pause between two ticks while events arrive, in milliseconds. */
export const SEAL_INTERVAL_MS = Symbol('SEAL_INTERVAL_MS');

/** How long an idle sealer sleeps at most: what another process appended waits this long at worst. */
const IDLE_MS = 200;

/** How long the sealer may fail before the service calls itself not ready. */
const STALLED_AFTER_MS = 10_000;

/** Ticks for as long as the process runs: at once after an append of this process, else when its sleep ends. */
@Injectable()
export class SealerLoop implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Sealer');
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  private wake: () => void = () => undefined;
  private failingSince: number | null = null;

  constructor(
    private readonly sealer: Sealer,
    private readonly store: EventStore,
    @Inject(SEAL_INTERVAL_MS) private readonly intervalMs: number,
  ) {}

  start(): void {
    this.store.onAppended(() => {
      this.wake();
    });
    this.running ??= this.run();
  }

  /** Throws when sealing has failed for longer than a restart of the database takes. */
  assertHealthy(): Promise<void> {
    const isStalled = this.failingSince !== null && Date.now() - this.failingSince > STALLED_AFTER_MS;
    if (!isStalled) return Promise.resolve();
    return Promise.reject(new Error('Events are recorded but not sealed: see the log for the reason.'));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    let sleepMs = this.intervalMs;
    while (!this.stopping.signal.aborted) {
      const sealed = await this.tick();
      sleepMs = sealed > 0 ? this.intervalMs : Math.min(IDLE_MS, sleepMs * 2);
      await this.sleep(sealed > 0 ? this.intervalMs : sleepMs);
    }
  }

  /** A failed tick is a database out of reach: it is reported once and tried again for as long as it takes. */
  private async tick(): Promise<number> {
    try {
      const sealed = await this.sealer.tick();
      this.failingSince = null;
      return sealed;
    } catch (error) {
      if (this.failingSince === null) this.logger.error(error, 'Sealing failed; it is tried again until it works.');
      this.failingSince ??= Date.now();
      return 0;
    }
  }

  /** Sleeps at least the interval, so that appends in a rush share a seal, and longer until woken. */
  private async sleep(idleMs: number): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    await this.pause(this.intervalMs);
    if (idleMs > this.intervalMs) await Promise.race([woken, this.pause(idleMs - this.intervalMs)]);
  }

  private async pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
