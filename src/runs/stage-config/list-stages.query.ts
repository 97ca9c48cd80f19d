import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { beginEvaluation } from '../../platform/expressions/evaluation.js';
import { RunHistory } from '../run-history.js';
import { findStage, type Begun } from '../run-state.decider.js';
import { StageConfigEntity } from './stage-config.entity.js';
import type { StageConfigRow } from './stage-config.projection.js';
import { standingOf, type StageStanding } from './stage-status.policy.js';
import type { StageListResponse, StageResponse } from './stage.response.js';

/** The stages of a run, in order. */
export class ListStages extends Query<StageListResponse> {
  constructor(
    readonly tenantId: string,
    readonly runId: string,
  ) {
    super();
  }
}

@QueryHandler(ListStages)
export class ListStagesHandler implements IQueryHandler<ListStages> {
  constructor(
    private readonly database: Database,
    private readonly history: RunHistory,
  ) {}

  async execute({ tenantId, runId }: ListStages): Promise<StageListResponse> {
    const rows = await this.database.tenant(tenantId, (manager) =>
      manager.find(StageConfigEntity, { where: { runId, tenantId }, order: { number: 'ASC' } }),
    );
    const { state } = await this.history.stateOf(tenantId, runId);
    return { items: rows.map((row) => stageOnWire(row, standingIn(state, row.key))) };
  }
}

function standingIn(run: Begun, key: string): StageStanding {
  const stage = findStage(run, key);
  if (stage === undefined) throw new Error(`The run has no stage ${key}.`);
  return standingOf(run, stage, beginEvaluation());
}

function stageOnWire(row: StageConfigRow, { status, blockedReasons, requiredActions }: StageStanding): StageResponse {
  return {
    key: row.key,
    number: row.number,
    name: row.name,
    state: row.state,
    status,
    locked: row.locked,
    gated: row.gated,
    milestones: row.milestones,
    progress_percent: row.progressPercent,
    exit_criteria: row.exitCriteria,
    blocking_risks: row.blockingRisks,
    blocked_reasons: blockedReasons,
    required_actions: requiredActions,
    suggested_focus: row.suggestedFocus,
    result: row.result,
    entered_at: row.enteredAt,
    completed_at: row.completedAt,
  };
}
