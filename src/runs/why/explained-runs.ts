import { setImmediate as breath } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { DatabaseClock } from '../../platform/database/database-clock.js';
import { beginEvaluation } from '../../platform/expressions/evaluation.js';
import { FindJobs, type JobAtHand } from '../../work/contract.js';
import { RunHistory } from '../run-history.js';
import { currentStage, type Begun } from '../run-state.decider.js';
import { RunEvents } from './run-events.js';
import type { Known } from './wait.policy.js';
import { jobsWanted, whyWaiting } from './why.policy.js';
import type { WhyResponse } from './why.response.js';

type Found = Readonly<{ runId: string; state: Begun; version: number }>;

/** Runs with the one thing that each of them waits for. */
@Injectable()
export class ExplainedRuns {
  constructor(
    private readonly history: RunHistory,
    private readonly events: RunEvents,
    private readonly queries: QueryBus,
    private readonly clock: DatabaseClock,
  ) {}

  /** These runs of a tenant, in that order; each is loaded, so let there be few. @throws DomainError `run-not-found` */
  async explain(tenantId: string, runIds: readonly string[]): Promise<readonly WhyResponse[]> {
    const now = await this.clock.now();
    const runs: Found[] = [];
    for (const runId of runIds) runs.push({ runId, ...(await this.history.stateOf(tenantId, runId)) });
    const histories = await this.events.of(tenantId, runIds);
    const jobs = await this.jobs(tenantId, runs, now);
    const told: WhyResponse[] = [];
    for (const { runId, state, version } of runs) {
      const history = (histories[runId] ?? []).filter(({ streamVersion }) => streamVersion <= version);
      told.push(explained({ runId, state, history, jobs, now }, version));
      await breath(); // Rules may take a while: others come in between.
    }
    return told;
  }

  private async jobs(tenantId: string, runs: readonly Found[], now: string): Promise<Known['jobs']> {
    const wanted = runs.flatMap(({ state }) => jobsWanted(state, now));
    const found = await this.queries.execute<FindJobs, readonly JobAtHand[]>(new FindJobs(tenantId, wanted));
    return new Map(found.map((job) => [job.id, job]));
  }
}

function explained(known: Known, version: number): WhyResponse {
  const { runId, state } = known;
  const { template, subject } = state.origin;
  const { key, name } = currentStage(state).definition;
  return {
    run_id: runId,
    template: { key: template.key, version: template.version },
    subject,
    status: state.status,
    stage: key,
    stage_name: name,
    ...whyWaiting(known, beginEvaluation()),
    version,
  };
}
