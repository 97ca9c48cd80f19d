import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';

/** Approvals that somebody has yet to give. */
@Injectable()
export class OpenApprovals {
  constructor(private readonly database: Database) {}

  /** How many are open on the runs of a project, or of the whole tenant. */
  async count(tenantId: string, projectId: string | null): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(tenantId, COUNT, [tenantId, projectId]);
    return row?.count ?? 0;
  }
}

// Reads the tables of runs and none of their code: runs know the policy, so the policy cannot know runs.
const COUNT = {
  name: 'count_open_approvals',
  text: `select count(*)::int as count from decision_gates g join pipeline_runs r on r.id = g.run_id
    where g.tenant_id = $1 and g.status = 'pending' and g.gate_type = 'approval' and r.tenant_id = $1
      and ($2::uuid is null or r.project_id = $2)`,
};
