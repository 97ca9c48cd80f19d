import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventStore } from './event-store.js';
import { TimelineSignal } from './timeline-signal.js';

/** What a waiter saw so far: read before looking at the rows, so that a wake in between is not slept through. */
export type RowsSeen = Readonly<{ table: string; wakes: number; timelineWakes: number }>;

/**
 * Tells whoever works through rows of an inline read model that there may be new ones: at once where this process wrote them, with the next
 * seal where another did. A hint only: the waiter also looks by itself after the time it names.
 */
@Injectable()
export class RowSignal implements OnModuleInit {
  private readonly wakes = new Map<string, number>();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly store: EventStore,
    private readonly timeline: TimelineSignal,
  ) {}

  onModuleInit(): void {
    this.store.onAppended((appends) => {
      for (const table of new Set(appends.flatMap(({ rows }) => Object.keys(rows)))) this.wake(table);
    });
  }

  /** To be asked before looking at the rows. */
  seen(table: string): RowsSeen {
    return { table, wakes: this.wakes.get(table) ?? 0, timelineWakes: this.timeline.wakes };
  }

  /** Resolves when rows may have been written since, when `signal` aborts, or after so many milliseconds. */
  async next({ table, wakes, timelineWakes }: RowsSeen, atMostMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (this.wakes.get(table) ?? 0) > wakes) return;
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    await Promise.race([
      this.written(table, until),
      this.timeline.next(timelineWakes, until),
      pause(atMostMs, undefined, { signal: until }).catch(() => undefined),
    ]);
    over.abort();
  }

  private written(table: string, until: AbortSignal): Promise<void> {
    const waiting = this.waiting.get(table) ?? new Set();
    this.waiting.set(table, waiting);
    return new Promise((resolve) => {
      const done = (): void => {
        waiting.delete(done);
        resolve();
      };
      waiting.add(done);
      until.addEventListener('abort', done, { once: true });
    });
  }

  private wake(table: string): void {
    this.wakes.set(table, (this.wakes.get(table) ?? 0) + 1);
    for (const done of [...(this.waiting.get(table) ?? [])]) done();
  }
}
