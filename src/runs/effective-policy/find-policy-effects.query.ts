import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';
import {
  FindPolicyEffects,
  FindPolicyLayers,
  type GatePolicy,
  type PolicyEffects,
  type PolicyLayers,
} from '../../gate-policy/contract.js';
import { Database } from '../../platform/database/database.js';
import { effectAt, noEffects, withRun, type OpenRun, type StageEffect } from './policy-effects.policy.js';

/** How many runs are read at a time. */
const PAGE_SIZE = 500;

/** Looks at every open run of a project, or of the tenant, page by page; what is kept of them are the counts and the first stages. */
@QueryHandler(FindPolicyEffects)
export class FindPolicyEffectsHandler implements IQueryHandler<FindPolicyEffects, PolicyEffects> {
  constructor(
    private readonly database: Database,
    private readonly queries: QueryBus,
  ) {}

  async execute({ tenantId, projectId, change }: FindPolicyEffects): Promise<PolicyEffects> {
    const asked = new FindPolicyLayers(tenantId, null);
    const { global } = await this.queries.execute<FindPolicyLayers, PolicyLayers>(asked);
    const effectsOn = effectsOf(change);
    let found = noEffects;
    for (let last: OpenRunRow | undefined; ;) {
      const values = [tenantId, projectId, last?.created_at ?? null, last?.id ?? null, PAGE_SIZE];
      const rows = await this.database.query<OpenRunRow>(tenantId, OPEN_RUNS, values);
      for (const row of rows) found = withRun(found, row.id, effectsOn(row, openRun(row, global)));
      if (rows.length < PAGE_SIZE) return found;
      last = rows.at(-1);
    }
  }
}

/** The layers of most runs are the same: each stage of a template version is resolved once for all of them. */
function effectsOf(change: Partial<PolicyLayers>) {
  const known = new Map<string, StageEffect | null>();
  return (row: OpenRunRow, run: OpenRun): readonly StageEffect[] => {
    const alike = `${row.template_key}@${String(row.template_version)} ${isPlain(row) ? '' : String(row.project_id)}`;
    return run.stages.flatMap((stage) => {
      const key = `${alike} ${stage.key}`;
      const effect = known.get(key) ?? (known.has(key) ? null : effectAt(run, stage, change));
      known.set(key, effect);
      return effect === null ? [] : [effect];
    });
  };
}

/** No project of its own has a word in it. */
function isPlain({ project_policy: policy, require_manual_review: isReviewed }: OpenRunRow): boolean {
  return policy === null && isReviewed !== true;
}

function openRun(row: OpenRunRow, global: GatePolicy): OpenRun {
  const { id, template_key: template, project_policy: project, require_manual_review: manual, stages } = row;
  return {
    id,
    template,
    layers: { global, project: project ?? {}, requireManualReview: manual ?? false },
    stages: stages ?? [],
  };
}

type OpenRunRow = Readonly<{
  id: string;
  created_at: Date;
  template_key: string;
  template_version: number;
  project_id: string | null;
  project_policy: GatePolicy | null;
  require_manual_review: boolean | null;
  stages: OpenRun['stages'] | null;
}>;

// Of a stage that is completed, the gate that is open keeps its terms; where none is open, as after one that lapsed or while the run is
// parked, the next one goes by the policy. Of projects and their policies it reads the tables and none of the code.
const OPEN_RUNS = {
  name: 'find_open_runs_for_policy',
  text: `with page as materialized (
      select id, created_at, template_key, template_version, project_id, stage_number, open_gate_id from pipeline_runs
      where tenant_id = $1 and status in ('pending', 'running', 'parked') and ($2::uuid is null or project_id = $2)
        and (created_at, id) > (coalesce($3::timestamptz, '-infinity'), coalesce($4::uuid, '00000000-0000-0000-0000-000000000000'))
      order by created_at, id limit $5
    )
    select r.id, r.created_at, r.template_key, r.template_version, r.project_id,
      (select policy from gate_policies where project_id = r.project_id and tenant_id = $1) as project_policy,
      (select require_manual_review from projects where id = r.project_id and tenant_id = $1) as require_manual_review,
      (select jsonb_agg(jsonb_build_object('key', s.key, 'gate', s.definition -> 'gate') order by s.number)
       from stage_configs s
       where s.run_id = r.id and s.tenant_id = $1 and not s.locked and s.number >= r.stage_number
         and (s.state in ('created', 'in_progress') or (s.state = 'completed' and r.open_gate_id is null))) as stages
    from page r order by r.created_at, r.id`,
};
