import type { DueRun, SeenTimers } from './due-runs.js';

const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;

type Aside = Readonly<{ version: number; times: number; untilMs: number }>;

/**
 * Runs that waking did not help: it failed, or their timers stand as they were. Each is left alone for a while, longer each time, until
 * then or until another timer of it is due. Without this one such run would be woken again and again, and keep others waiting.
 */
export class SetAside {
  private readonly runs = new Map<string, Aside>();

  add({ runId, version }: Pick<DueRun, 'runId' | 'version'>, nowMs: number): void {
    const before = this.runs.get(runId);
    const times = before?.version === version ? before.times + 1 : 1;
    const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (times - 1));
    this.runs.set(runId, { version, times, untilMs: nowMs + pauseMs });
  }

  /** Whose timers are not to be looked at, up to which version. */
  at(nowMs: number): SeenTimers {
    for (const [runId, { untilMs }] of this.runs) if (untilMs + MAX_PAUSE_MS < nowMs) this.runs.delete(runId);
    const still = [...this.runs].filter(([, { untilMs }]) => untilMs > nowMs);
    return new Map(still.map(([runId, { version }]) => [runId, version]));
  }
}
