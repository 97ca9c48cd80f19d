import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { FindOpenApprovals, type OpenApprovals } from '../contract.js';

@QueryHandler(FindOpenApprovals)
export class FindOpenApprovalsHandler implements IQueryHandler<FindOpenApprovals, OpenApprovals> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, projectId }: FindOpenApprovals): Promise<OpenApprovals> {
    const [row] = await this.database.query<{ count: number }>(tenantId, COUNT, [tenantId, projectId]);
    const count = row?.count ?? 0;
    return { open_gates: count, note: noteOn(count) };
  }
}

function noteOn(openGates: number): string {
  const later = 'this policy holds for every approval that opens from now on.';
  if (openGates === 0) return `No approval is open; ${later}`;
  if (openGates === 1) return `1 open approval keeps the terms it opened with; ${later}`;
  return `${String(openGates)} open approvals keep the terms they opened with; ${later}`;
}

// Reads the tables of runs and none of their code: runs know the policy, so the policy cannot know runs.
const COUNT = {
  name: 'count_open_approvals',
  text: `select count(*)::int as count from decision_gates g join pipeline_runs r on r.id = g.run_id
    where g.tenant_id = $1 and g.status = 'pending' and g.gate_type = 'approval' and r.tenant_id = $1
      and ($2::uuid is null or r.project_id = $2)`,
};
