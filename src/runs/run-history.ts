import { Injectable } from '@nestjs/common';
import { refuse } from '../kernel/domain-error.js';
import { project } from '../kernel/projection.js';
import type { Recorded } from '../kernel/recorded-event.js';
import { EventStore } from '../platform/event-store/event-store.js';
import { StreamMemory } from '../platform/event-store/stream-memory.js';
import { eventsOf } from '../platform/event-store/stream-type.js';
import { type PipelineRunRow, pipelineRuns } from './pipeline-run/pipeline-run.projection.js';
import type { FactsRecorded } from './facts/facts-history.policy.js';
import type { RunEvent } from './run.events.js';
import { runStream } from './run-stream.js';
import type { Begun } from './run-state.decider.js';

/** A run as it was: after so many events, or at a moment as the timeline knew it then. */
export type PointInTime = Readonly<{ version: number }> | Readonly<{ asOf: string }>;

/** Runs as they are and were, folded from their events by the same functions that decide and project. */
@Injectable()
export class RunHistory {
  constructor(
    private readonly store: EventStore,
    private readonly memory: StreamMemory,
  ) {}

  /** What the rules know of a run now, and its version. @throws DomainError `run-not-found` */
  async stateOf(tenantId: string, runId: string): Promise<Readonly<{ state: Begun; version: number }>> {
    const { state, version } = await this.memory.current(runStream, tenantId, runId);
    if (state.status === 'not_started') throw notFound(runId);
    return { state, version };
  }

  /** The run's read model as it was. @throws DomainError `run-not-found`, `version-not-found` */
  async rowAt(tenantId: string, runId: string, point: PointInTime): Promise<PipelineRunRow> {
    const events = await this.eventsUntil(tenantId, runId, point);
    const row = project(pipelineRuns, new Map<string, PipelineRunRow>(), events).get(runId);
    if (row === undefined || ('version' in point && row.streamVersion !== point.version))
      throw await this.missing(tenantId, runId, point);
    return row;
  }

  /** Every recording of facts, oldest first. @throws DomainError `run-not-found` */
  async factsOf(tenantId: string, runId: string): Promise<readonly FactsRecorded[]> {
    await this.stateOf(tenantId, runId);
    const stored = await this.store.read(tenantId, runId, { streamType: runStream.name, category: 'fact' });
    return eventsOf(runStream, stored).flatMap((event) => (event.type === 'facts.recorded' ? [event] : []));
  }

  private async eventsUntil(
    tenantId: string,
    runId: string,
    point: PointInTime,
  ): Promise<readonly Recorded<RunEvent>[]> {
    const until = 'version' in point ? { limit: point.version } : { recordedUntil: point.asOf };
    return eventsOf(runStream, await this.store.read(tenantId, runId, { streamType: runStream.name, ...until }));
  }

  private async missing(tenantId: string, runId: string, point: PointInTime) {
    const { version } = await this.stateOf(tenantId, runId);
    const message =
      'asOf' in point
        ? `The run did not exist at ${point.asOf}.`
        : `The run has ${String(version)} versions; there is no version ${String(point.version)}.`;
    return refuse('version-not-found', message, { version });
  }
}

function notFound(runId: string) {
  return refuse('run-not-found', `There is no run ${runId}.`);
}
