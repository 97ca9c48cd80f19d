import type { ProjectRow } from './project.projection.js';
import type { ProjectResponse } from './project.response.js';

/** What a project shows of its latest run. */
export type LatestRun = Readonly<{
  id: string;
  status: string;
  currentStage: string | null;
  stageNumber: number | null;
  stageEnteredAt: string | null;
  progressPercent: number;
  updatedAt: string;
}>;

/** A project as it goes over the wire; before its first run it stands at no stage. */
export function projectOnWire(project: ProjectRow, run: LatestRun | null): ProjectResponse {
  return {
    id: project.id,
    name: project.name,
    require_manual_review: project.requireManualReview,
    status: run?.status === 'parked' ? 'parked' : 'active',
    stage_number: run?.stageNumber ?? null,
    current_stage: run?.currentStage ?? null,
    stage_entered_at: run?.stageEnteredAt ?? null,
    progress_percent: run?.progressPercent ?? 0,
    run_id: run?.id ?? null,
    run_status: run?.status ?? null,
    version: project.streamVersion,
    created_at: project.createdAt,
    updated_at: run?.updatedAt ?? project.createdAt,
  };
}
