/**
 * How timers fire.
 *
 *   set      the append of an event that waits for a time writes the timer's row with it (timer.projection.ts)
 *   look     which runs have a timer that is due by the database's clock; a parked run's wait for its return
 *   wake     one command for all that is due of a run: its rules say what happens, and the append that says so ends the timers
 *   sleep    until a row is written, the next one is due, or a second is over
 *
 * A crash before the append leaves the timer waiting, and whoever looks next fires it; after it the timer has fired. Any number of
 * processes may look: the rules fire a timer once. So that they do not fight, a run is woken at once only by a process that knows it as
 * its timer was set; the others give that one a moment first.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RowSignal } from '../../platform/event-store/row-signal.js';
import { StreamMemory } from '../../platform/event-store/stream-memory.js';
import { systemCaller } from '../../platform/event-store/system-caller.js';
import { newId } from '../../platform/new-id.js';
import { ActOnRun } from '../contract.js';
import { runStream } from '../run-stream.js';
import { type DueRun, DueRuns } from './due-runs.js';
import { SetAside } from './set-aside.js';
import { timers } from './timer.projection.js';

/** How long it sleeps at most, and at least, so that many small writes share a look. */
const LOOK_EVERY_MS = 1000;
const LOOK_AFTER_MS = 10;

/** How long a process leaves a due run to those who know it. Spread by chance, so that those who do not know it do not all come at once. */
const HEAD_START_MS = 200;

@Injectable()
export class TimerLoop implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Timers');
  private readonly stopping = new AbortController();
  private readonly aside = new SetAside();
  private readonly headStartMs = HEAD_START_MS * (1 + Math.random());
  private woken: ReadonlyMap<string, DueRun> = new Map();
  private running: Promise<void> | null = null;

  constructor(
    private readonly due: DueRuns,
    private readonly commands: CommandBus,
    private readonly memory: StreamMemory,
    private readonly rows: RowSignal,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const seen = this.rows.seen(timers.name);
      const idleMs = await this.fire().catch((error: unknown) => {
        this.logger.error(error, 'Timers could not be looked at; the next look comes all the same.');
        return LOOK_EVERY_MS;
      });
      if (idleMs === 0) continue;
      await pause(Math.min(idleMs, LOOK_AFTER_MS), undefined, { signal }).catch(() => undefined);
      await this.rows.next(seen, idleMs, signal);
    }
  }

  /** Wakes every run that is due, each once, and answers in how many milliseconds to look again; 0 where something was due. */
  async fire(): Promise<number> {
    const found = await this.due.find(this.aside.at(performance.now()));
    const mine = found.filter((run) => run.overdueMs >= this.headStartMs || this.knows(run));
    const repeated = mine.filter((run) => isAsBefore(run, this.woken.get(run.runId)));
    for (const run of repeated) this.aside.add(run, performance.now());
    const others = mine.filter((run) => !repeated.includes(run));
    await Promise.all(others.map((run) => this.wake(run)));
    this.woken = new Map(others.map((run) => [run.runId, run]));
    if (others.length > 0) return 0;
    const waits = found.map(({ overdueMs }) => Math.max(1, this.headStartMs - overdueMs));
    return Math.min(LOOK_EVERY_MS, (await this.due.nextInMs()) ?? LOOK_EVERY_MS, ...waits);
  }

  private knows({ tenantId, runId, version }: DueRun): boolean {
    return (this.memory.recall(runStream, tenantId, runId)?.version ?? 0) >= version;
  }

  private async wake(run: DueRun): Promise<void> {
    const { tenantId, runId, correlationId, now } = run;
    const context = { caller: systemCaller(tenantId, 'timers'), commandId: newId(), correlationId, now, dryRun: false };
    try {
      await this.commands.execute(new ActOnRun(runId, { type: 'wake', data: {} }, context));
    } catch (error) {
      this.aside.add(run, performance.now());
      this.logger.error(error, `Run ${runId} could not be woken; it is tried again after a while.`);
    }
  }
}

/** A command does only so much: after it the latest of many timers may stand as it was, with fewer beside it. */
function isAsBefore({ version, dueCount }: DueRun, woken: DueRun | undefined): boolean {
  return woken?.version === version && woken.dueCount === dueCount;
}
