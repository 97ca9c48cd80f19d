import type { StreamRows } from '../../kernel/projection.js';
import { type PipelineRunRow, pipelineRuns } from './pipeline-run.projection.js';
import type { RunResponse } from './run.response.js';

/** A run as it goes over the wire; the same from the read model, from a replay and from the rows a command leaves. */
export function runOnWire(row: PipelineRunRow): RunResponse {
  return {
    id: row.id,
    template: { key: row.templateKey, version: row.templateVersion },
    subject: row.subject,
    status: row.status,
    waiting_on: row.waitingOn,
    current_stage: row.currentStage,
    stage_number: row.stageNumber,
    stage_entered_at: row.stageEnteredAt,
    stages: row.stages,
    stage_progress: row.stageProgress,
    progress_percent: row.progressPercent,
    open_gate_id: row.openGateId,
    outcome: row.outcome,
    version: row.streamVersion,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
}

/** The run among the rows its stream folds to. */
export function runAmong(rows: StreamRows, runId: string): PipelineRunRow {
  const row = rows[pipelineRuns.name]?.get(runId);
  if (row === undefined) throw new Error(`Run ${runId} has events and no row.`);
  return row as PipelineRunRow;
}
