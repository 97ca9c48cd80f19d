import type { EntityManager } from 'typeorm';
import type { LatestRun } from './project-on-wire.js';
import type { ProjectRow } from './project.projection.js';

/** A project beside its latest run, if it ever had one. */
export type ProjectStanding = Readonly<{ project: ProjectRow; run: LatestRun | null }>;

type StandingRow = Readonly<{
  id: string;
  tenant_id: string;
  stream_version: string;
  name: string;
  require_manual_review: boolean;
  created_at: Date;
  run_id: string | null;
  run_status: string;
  current_stage: string | null;
  stage_number: number | null;
  stage_entered_at: Date | null;
  progress_percent: number;
  run_updated_at: Date;
}>;

/** Where a list of projects goes on: after the project created then, with that id. */
export type ProjectPosition = Readonly<{ createdAt: string; id: string }>;

// Reads the table of runs and none of its code: runs know projects, so projects cannot know runs.
const STANDING = `
  select p.*, r.id as run_id, r.status as run_status, r.current_stage, r.stage_number, r.stage_entered_at, r.progress_percent,
    r.updated_at as run_updated_at
  from projects p
  left join lateral (
    select * from pipeline_runs where project_id = p.id and tenant_id = p.tenant_id order by created_at desc, id desc limit 1
  ) r on true
  where p.tenant_id = $1`;

/** One project of a tenant, or null. */
export async function findProject(
  manager: EntityManager,
  tenantId: string,
  id: string,
): Promise<ProjectStanding | null> {
  const [row] = await manager.query<StandingRow[]>(`${STANDING} and p.id = $2`, [tenantId, id]);
  return row === undefined ? null : standingOf(row);
}

/** Projects of a tenant, oldest first. */
export async function listProjects(
  manager: EntityManager,
  tenantId: string,
  { after, limit }: Readonly<{ after: ProjectPosition | null; limit: number }>,
): Promise<readonly ProjectStanding[]> {
  const rows = await manager.query<StandingRow[]>(
    `${STANDING} and ($2::timestamptz is null or (p.created_at, p.id) > ($2, $3::uuid)) order by p.created_at, p.id limit $4`,
    [tenantId, after?.createdAt ?? null, after?.id ?? null, limit],
  );
  return rows.map(standingOf);
}

function standingOf(row: StandingRow): ProjectStanding {
  const project = {
    id: row.id,
    tenantId: row.tenant_id,
    streamVersion: Number(row.stream_version),
    name: row.name,
    requireManualReview: row.require_manual_review,
    createdAt: row.created_at.toISOString(),
  };
  return { project, run: latestRunOf(row) };
}

function latestRunOf(row: StandingRow): LatestRun | null {
  if (row.run_id === null) return null;
  return {
    id: row.run_id,
    status: row.run_status,
    currentStage: row.current_stage,
    stageNumber: row.stage_number,
    stageEnteredAt: row.stage_entered_at?.toISOString() ?? null,
    progressPercent: row.progress_percent,
    updatedAt: row.run_updated_at.toISOString(),
  };
}
