import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { StageConfigEntity } from './stage-config.entity.js';
import type { StageConfigRow } from './stage-config.projection.js';
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
  constructor(private readonly database: Database) {}

  async execute({ tenantId, runId }: ListStages): Promise<StageListResponse> {
    const rows = await this.database.tenant(tenantId, (manager) =>
      manager.find(StageConfigEntity, { where: { runId, tenantId }, order: { number: 'ASC' } }),
    );
    if (rows.length === 0) throw refuse('run-not-found', `There is no run ${runId}.`);
    return { items: rows.map(stageOnWire) };
  }
}

function stageOnWire(row: StageConfigRow): StageResponse {
  return {
    key: row.key,
    number: row.number,
    name: row.name,
    state: row.state,
    locked: row.locked,
    gated: row.gated,
    milestones: row.milestones,
    progress_percent: row.progressPercent,
    exit_criteria: row.exitCriteria,
    blocking_risks: row.blockingRisks,
    suggested_focus: row.suggestedFocus,
    result: row.result,
    entered_at: row.enteredAt,
    completed_at: row.completedAt,
  };
}
